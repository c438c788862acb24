/// Files as people write them; each is run on a database of its own.
enum SQLStyles {
  static let all: [(name: String, text: String)] = [
    ("plain", "CREATE TABLE a (id serial PRIMARY KEY, name text NOT NULL);\nCREATE INDEX ON a (name);\n"),
    ("no-final-newline", "CREATE TABLE a (id int);\nCREATE TABLE b (id int)"),
    ("bom", "\u{feff}CREATE TABLE a (id int);\n"),
    ("crlf", "CREATE TABLE a (\r\n  id int -- comment\r\n);\r\nINSERT INTO a VALUES (1);\r\n"),
    (
      "crlf-function",
      "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$\r\nBEGIN\r\n  RETURN 1;\r\nEND\r\n$$;\r\n"
    ),
    ("framed", "BEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\n"),
    ("start-transaction", "START TRANSACTION;\nCREATE TABLE a (id int);\nCOMMIT WORK;\n"),
    (
      "plpgsql",
      """
      CREATE TABLE a (id int, changed timestamptz);
      CREATE OR REPLACE FUNCTION touch() RETURNS trigger AS $$
      BEGIN
        -- it's "quoted"; and commented
        NEW.changed := now(); /* nested /* comment; */ */
        RETURN NEW;
      END;
      $$ LANGUAGE plpgsql;
      CREATE TRIGGER touch BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION touch();
      """
    ),
    (
      "tagged-dollars",
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $body$ SELECT $$a;b$$ || $x$c;$x$ $body$;\n"
    ),
    (
      "do-block",
      """
      DO $$
      DECLARE i int;
      BEGIN
        FOR i IN 1..3 LOOP EXECUTE format('CREATE TABLE t_%s (id int)', i); END LOOP;
      END $$;
      """
    ),
    ("escape-strings", #"CREATE TABLE a (t text DEFAULT E'it\'s;\n\\'); COMMENT ON TABLE a IS E'a\'b;';"#),
    ("doubled-quotes", "CREATE TABLE a (t text DEFAULT 'it''s; fine');"),
    ("backslash-plain", #"CREATE TABLE a (t text DEFAULT 'C:\dir\'); CREATE TABLE b (id int);"#),
    ("continued-string", "CREATE TABLE a (t text DEFAULT 'a;'\n  'b;'  -- c\n  'd');\n"),
    ("unicode-string", #"CREATE TABLE a (t text DEFAULT U&'d\0061t;');"#),
    ("old-strings", #"SET standard_conforming_strings = off; CREATE TABLE a (t text DEFAULT 'it\'s;');"#),
    ("quoted-names", "CREATE TABLE \"a;b\" (\"c\"\"d\" int);\nCREATE TABLE \"Ünïcode\" (id int);"),
    ("nested-comments", "/* one /* two; */ three; */ CREATE TABLE a (id int); -- last; one\n"),
    ("comment-in-operator", "CREATE TABLE a (id int DEFAULT 1 -/* ; */- 2, b int DEFAULT 3 --;\n);"),
    (
      "rule",
      """
      CREATE TABLE a (id int); CREATE TABLE log (id int);
      CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO log VALUES (NEW.id); INSERT INTO log VALUES (0););
      """
    ),
    (
      "atomic",
      """
      CREATE TABLE a (id int);
      CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql
      BEGIN ATOMIC
        INSERT INTO a VALUES (x);
        SELECT CASE WHEN x > 0 THEN 1 ELSE 0 END;
      END;
      CREATE OR REPLACE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC DELETE FROM a; END;
      CREATE TABLE b (id int);
      """
    ),
    ("procedure", "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; END $$; CALL p();"),
    (
      "types",
      "CREATE TYPE mood AS ENUM ('sad', 'ok;'); CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TABLE a (m mood, d d);"
    ),
    (
      "partitions",
      """
      CREATE TABLE a (id int, at date) PARTITION BY RANGE (at);
      CREATE TABLE a_2025 PARTITION OF a FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
      """
    ),
    ("views", "CREATE TABLE a (id int);\nCREATE VIEW v AS SELECT id FROM a;\nCREATE MATERIALIZED VIEW m AS TABLE a;"),
    (
      "foreign-keys",
      """
      CREATE TABLE a (id int PRIMARY KEY);
      CREATE TABLE b (a int REFERENCES a DEFERRABLE INITIALLY DEFERRED);
      INSERT INTO b VALUES (1); INSERT INTO a VALUES (1);
      """
    ),
    ("savepoint", "SAVEPOINT s; CREATE TABLE gone (id int); ROLLBACK TO SAVEPOINT s; CREATE TABLE a (id int);"),
    (
      "search-path",
      "SELECT pg_catalog.set_config('search_path', '', false);\nCREATE SCHEMA s;\nCREATE TABLE s.a (id int);\nSET search_path = s;\nCREATE TABLE b (id int);"
    ),
    ("role", "SET ROLE handoff_reader;\nSELECT 1;\nRESET ROLE;\nCREATE TABLE a (id int);\nSET ROLE handoff_reader;"),
    (
      "grants",
      "CREATE TABLE a (id int);\nGRANT SELECT ON a TO handoff_reader;\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\nCREATE POLICY p ON a FOR SELECT USING (id > 0);"
    ),
    ("prepared", "PREPARE q AS SELECT 1; EXECUTE q; DEALLOCATE q; CREATE TABLE a (id int);"),
    ("empty-statements", ";;\n-- nothing\n;CREATE TABLE a (id int);;\n"),
    ("comments-only", "-- nothing to do\n/* really */\n"),
    ("empty", ""),
    ("casts", "CREATE TABLE a (v jsonb DEFAULT '{\"a\": 1}'::jsonb, n numeric DEFAULT '1'::text::numeric);"),
    ("array-slices", "CREATE TABLE a AS SELECT (ARRAY[1,2,3])[1:2] AS v, 5 AS n; SELECT v[1:n] FROM a;"),
    ("concurrently", "-- handoff: no-transaction\nCREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n"),
    ("vacuum", "-- handoff: no-transaction\nCREATE TABLE a (id int);\nVACUUM a;\n"),
    (
      "own-transactions",
      "-- handoff: no-transaction\nBEGIN;\nCREATE TABLE a (id int);\nCOMMIT;\nBEGIN;\nCREATE TABLE b (id int);\nROLLBACK;\n"
    ),
    (
      "large",
      "CREATE TABLE a (id int, t text);\nINSERT INTO a VALUES\n"
        + (0..<60_000).map { "(\($0), 'row ''\($0)''; with text that makes it long enough')" }.joined(separator: ",\n")
        + ";\n"
    ),
    ("many", (0..<500).map { "CREATE TABLE t\($0) (id int);\n" }.joined()),
  ]
}
