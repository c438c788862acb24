-- Ours: `handoff setup`.
CREATE TABLE handoff_migrations (version text NOT NULL, name text PRIMARY KEY, sha256 text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(), duration interval, applied_by text DEFAULT current_user);
