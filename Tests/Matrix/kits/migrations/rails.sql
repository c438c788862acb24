-- https://github.com/rails/rails: active_record/schema_migration.rb and internal_metadata.rb, create_table
CREATE TABLE "schema_migrations" ("version" character varying NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" character varying NOT NULL PRIMARY KEY, "value" character varying,
  "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL);
INSERT INTO ar_internal_metadata VALUES ('environment', 'development', now(), now());
