-- https://github.com/amacneil/dbmate/blob/main/pkg/driver/postgres/postgres.go, CreateMigrationsTable
create table if not exists public.schema_migrations (version varchar(128) primary key);
