-- The sample database of the lab: what a project's database can hold, with names that break naive quoting.
-- Variables: database_name, password (empty: roles have none), port.

CREATE ROLE handoff_reader LOGIN;      -- may read
CREATE ROLE handoff_stranger LOGIN;    -- may not even connect to the sample database
CREATE ROLE handoff_nologin NOLOGIN;
CREATE ROLE handoff_rejected LOGIN;    -- where passwords count, pg_hba.conf rejects it
CREATE ROLE "Hand Off's role" LOGIN;
SELECT :'password' <> '' AS has_password \gset
\if :has_password
  ALTER ROLE handoff_reader PASSWORD :'password';
  ALTER ROLE handoff_stranger PASSWORD :'password';
  ALTER ROLE handoff_nologin PASSWORD :'password';
  ALTER ROLE handoff_rejected PASSWORD :'password';
  ALTER ROLE "Hand Off's role" PASSWORD :'password';
\endif
CREATE DATABASE :"database_name";
REVOKE CONNECT ON DATABASE :"database_name" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database_name" TO handoff_reader, "Hand Off's role";

\connect :"database_name"

CREATE SCHEMA game;
GRANT USAGE ON SCHEMA game TO handoff_reader;

-- 12 ordinary tables with rows
SELECT format('CREATE TABLE public.%I (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)', name)
FROM unnest(ARRAY['accounts', 'sessions', 'characters', 'worlds', 'items', 'quests', 'dialogues', 'events',
                  'memories', 'embeddings', 'feature_flags', 'audit_log']) AS name \gexec
INSERT INTO public.accounts (name) SELECT 'account ' || n FROM generate_series(1, 250) AS n;
INSERT INTO public.worlds (name) SELECT 'world ' || n FROM generate_series(1, 3) AS n;
INSERT INTO public.audit_log (name) SELECT 'entry ' || n FROM generate_series(1, 1000) AS n;

-- 8 more in a second schema, two of which are also in the first
SELECT format('CREATE TABLE game.%I (id integer PRIMARY KEY, value jsonb)', name)
FROM unnest(ARRAY['stories', 'story_nodes', 'choices', 'npcs', 'factions', 'locations', 'items', 'quests']) AS name \gexec
INSERT INTO game.npcs SELECT n, '{}' FROM generate_series(1, 42) AS n;

-- partitioned, also on two levels, with partitions that are not tables of their own to a person
CREATE TABLE game.telemetry (at date NOT NULL, kind text, value double precision) PARTITION BY RANGE (at);
CREATE TABLE game.telemetry_2024 PARTITION OF game.telemetry FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE game.telemetry_2025 PARTITION OF game.telemetry FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')
  PARTITION BY LIST (kind);
CREATE TABLE game.telemetry_2025_fps PARTITION OF game.telemetry_2025 FOR VALUES IN ('fps');
CREATE TABLE game.telemetry_2025_rest PARTITION OF game.telemetry_2025 DEFAULT;
INSERT INTO game.telemetry SELECT date '2024-06-01' + n, CASE WHEN n % 2 = 0 THEN 'fps' ELSE 'ping' END, n
FROM generate_series(0, 400) AS n;

-- inherited: a table of its own
CREATE TABLE public.logs (at timestamptz, line text);
CREATE TABLE public.logs_archive (archived_at timestamptz) INHERITS (public.logs);

-- no tables
CREATE VIEW public.active_accounts AS SELECT * FROM public.accounts WHERE id < 10;
CREATE MATERIALIZED VIEW game.npc_count AS SELECT count(*) AS n FROM game.npcs;
CREATE SEQUENCE game.ticket_numbers;
CREATE UNLOGGED TABLE game.scratch (id integer);

-- names
CREATE TABLE public."Mixed Case" (id integer);
CREATE TABLE public."with.dot" (id integer);
CREATE TABLE public."with""quote" (id integer);
CREATE TABLE public."with'apostrophe; DROP TABLE accounts;--" (id integer);
CREATE TABLE public."pipe|`tick`[x](y)<b>" (id integer);
CREATE TABLE public."größe_表_🎮" (id integer);
CREATE TABLE public."select" (id integer);
CREATE TABLE public.t23456789_123456789_123456789_123456789_123456789_123456789_12 (id integer);
CREATE TABLE game."back\slash" (id integer);

-- a foreign table, where the extension is installed
SELECT count(*) > 0 AS has_foreign FROM pg_available_extensions WHERE name = 'postgres_fdw' \gset
\if :has_foreign
  CREATE EXTENSION postgres_fdw;
  CREATE SERVER elsewhere FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host '127.0.0.1', port :'port', dbname :'database_name');
  CREATE USER MAPPING FOR postgres SERVER elsewhere OPTIONS (user 'postgres', password :'password');
  CREATE FOREIGN TABLE game.remote_players (id bigint, name text) SERVER elsewhere
    OPTIONS (schema_name 'public', table_name 'accounts');
\endif

GRANT SELECT ON ALL TABLES IN SCHEMA public, game TO handoff_reader;
REVOKE SELECT ON public.audit_log FROM handoff_reader;
-- ANALYZE by name: of the whole database it would also ask the foreign server. scratch stays without an estimate.
SELECT format('ANALYZE %s', oid::regclass) FROM pg_class
WHERE relkind IN ('r', 'p', 'm') AND relnamespace IN ('public'::regnamespace, 'game'::regnamespace)
  AND relname <> 'scratch' \gexec
