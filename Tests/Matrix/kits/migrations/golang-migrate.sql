-- https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go, ensureVersionTable
CREATE TABLE IF NOT EXISTS "public"."schema_migrations" (version bigint not null primary key, dirty boolean not null);
