-- https://github.com/rust-db/refinery/blob/main/refinery_core/src/traits/mod.rs, ASSERT_MIGRATIONS_TABLE_QUERY
CREATE TABLE IF NOT EXISTS refinery_schema_history(
    version INT4 PRIMARY KEY,
    name VARCHAR(255),
    applied_on VARCHAR(255),
    checksum VARCHAR(255));
