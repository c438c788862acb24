# Migrations as their tools keep them: tracking tables made by the SQL of the tools' own sources (`migrations/TOOL.sql`),
# Alembic's and Django's by the tools themselves.

# tracking TOOL: its table, empty.
tracking() { sql "$(cat "$MATRIX/kits/migrations/$1.sql")"; }

# migration FILE [TEXT]
migration() {
  mkdir -p "$(dirname "$1")"
  printf '%s\n' "${2:-SELECT 1;}" >"$1"
}

# applied TOOL FILE [CHECKSUM]: what the tool writes down when it has applied a file.
applied() {
  local name=${2##*/} number version
  number=$(printf %s "$name" | sed 's/[^0-9].*//')
  case $1 in
    dbmate | rails) sql "INSERT INTO schema_migrations VALUES ('$number')" ;;
    golang-migrate) sql "TRUNCATE schema_migrations; INSERT INTO schema_migrations VALUES ($((10#$number)), false)" ;;
    goose) sql "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($((10#$number)), true)" ;;
    handoff)
      sql "INSERT INTO handoff_migrations (version, name, sha256) VALUES
        ('$number', '${2#database/migrations/}', '$(tr -d '\r' <"$2" | sha256sum | cut -d' ' -f1)')"
      ;;
    flyway)
      version=$(printf %s "$name" | sed 's/^R.*//; s/^V//; s/__.*//; s/_/./g')
      sql "INSERT INTO flyway_schema_history
        SELECT count(*) + 1, nullif('$version', ''), 'a', 'SQL', '${2#sql/}', ${3:-$(crc32_of_lines "$2")}, 'u', now(), 1, true
        FROM flyway_schema_history"
      ;;
    prisma)
      version=${2%/migration.sql}
      sql "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at)
        VALUES (gen_random_uuid(), '$(sha256sum <"$2" | cut -d' ' -f1)', clock_timestamp(), '${version##*/}', clock_timestamp())"
      ;;
    sqlx)
      sql "INSERT INTO _sqlx_migrations VALUES ($((10#$number)), 'a', now(), true,
        decode('$(sha384sum <"$2" | cut -d' ' -f1)', 'hex'), 1)"
      ;;
    refinery)
      version=$(printf %s "$name" | sed 's/^.//; s/__.*//')
      name=${name#*__}
      sql "INSERT INTO refinery_schema_history VALUES ($version, '${name%.*}', '2026-01-01T00:00:00Z', '$3')"
      ;;
    sqitch)
      name=${2#deploy/}
      sql "INSERT INTO sqitch.changes (change_id, script_hash, change, project, committer_name, committer_email,
          planned_at, planner_name, planner_email)
        VALUES ('$(sha1sum <<<"$2" | cut -d' ' -f1)', '$(sha1sum <"$2" | cut -d' ' -f1)', '${3:-${name%.sql}}', 'sample',
          'Sample', 'sample@localhost', now(), 'Sample', 'sample@localhost')"
      ;;
  esac
}

# sqitch_event EVENT CHANGE: a line of sqitch's history.
sqitch_event() {
  sql "INSERT INTO sqitch.events (event, change_id, change, project, committer_name, committer_email, planned_at,
      planner_name, planner_email)
    VALUES ('$1', '$(sha1sum <<<"deploy/$2.sql" | cut -d' ' -f1)', '$2', 'sample', 'Sample', 'sample@localhost', now(),
      'Sample', 'sample@localhost')"
}

# As Flyway's ChecksumCalculator.java: of the lines without their ends and without a byte order mark.
crc32_of_lines() {
  python3 -c '
import sys, zlib
lines = open(sys.argv[1], encoding="utf-8-sig", newline="").read().replace("\r\n", "\n").replace("\r", "\n").split("\n")
crc = 0
for line in lines:
    crc = zlib.crc32(line.encode(), crc)
print(crc - (1 << 32) if crc >> 31 else crc)' "$1"
}

# tracked TOOL: a project of this tool with two migrations, both applied.
tracked() {
  tracking "$1"
  case $1 in
    dbmate) both dbmate db/migrations/20251101000000_users.sql db/migrations/20251102000000_stories.sql ;;
    rails) both rails db/migrate/20251101000000_users.rb db/migrate/20251102000000_stories.rb ;;
    golang-migrate) both golang-migrate migrations/000001_users.up.sql migrations/000002_stories.up.sql ;;
    flyway) both flyway sql/V1__users.sql sql/V2__stories.sql ;;
    prisma) both prisma prisma/migrations/20251101_users/migration.sql prisma/migrations/20251102_stories/migration.sql ;;
    sqlx) both sqlx migrations/0001_users.sql migrations/0002_stories.sql ;;
    goose) both goose migrations/00001_users.sql migrations/00002_stories.sql ;;
    handoff) both handoff database/migrations/001_users.sql database/migrations/002_stories.sql ;;
    refinery)
      # Rust's own DefaultHasher, fed with name, version (i32) and text, gives these.
      migration migrations/V1__initial.sql 'CREATE TABLE persons (id int);'
      applied refinery migrations/V1__initial.sql 1091441964215326441
      migration migrations/V2__users.sql
      applied refinery migrations/V2__users.sql 9081425999347747821
      ;;
    sqitch)
      printf '%%syntax-version=1.0.0\n%%project=sample\n\n' >sqitch.plan
      planned users
      planned stories
      migration deploy/users.sql 'CREATE TABLE users2 (id int);'
      migration deploy/stories.sql
      applied sqitch deploy/users.sql
      applied sqitch deploy/stories.sql
      ;;
  esac
}

both() {
  migration "$2"
  applied "$1" "$2"
  migration "$3"
  applied "$1" "$3"
}

# planned CHANGE: a line of sqitch's plan.
planned() { printf '%s 2025-11-01T00:00:00Z Sample <sample@localhost> # a\n' "$1" >>sqitch.plan; }

# A project of Alembic's with two revisions, upgraded.
alembic_project() {
  own_program alembic "exec '$LAB_TOOLS/bin/alembic' \"\$@\""
  alembic -q init alembic >/dev/null
  sed -i "s#^sqlalchemy.url.*#sqlalchemy.url = postgresql+psycopg2:///#" alembic.ini
  revision a1 None
  revision b2 "'a1'"
  alembic -q upgrade head
}

# revision ID PARENT: a revision of Alembic's; PARENT is a Python literal.
revision() {
  printf 'revision: str = "%s"\ndown_revision = %s\nbranch_labels = %s\ndepends_on = None\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n' \
    "$1" "$2" "${3:-None}" >"alembic/versions/$1_a.py"
}

# A project of Django's with one application of two migrations, migrated.
django_project() {
  own_program python "exec '$LAB_TOOLS/bin/python' \"\$@\""
  export PYTHONDONTWRITEBYTECODE=1
  mkdir -p shop/migrations
  touch shop/__init__.py shop/models.py shop/migrations/__init__.py
  printf 'INSTALLED_APPS = ["shop"]\nUSE_TZ = True\nSECRET_KEY = "a"\nDATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "%s", "HOST": "127.0.0.1", "PORT": "%s", "USER": "%s"}}\n' \
    "$NAME" "$LAB_PG_PORT" "$LAB_PG_USER" >settings.py
  printf 'import os, sys\nos.environ["DJANGO_SETTINGS_MODULE"] = "settings"\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n' >manage.py
  django_migration 0001_initial
  django_migration 0002_price 0001_initial
  python manage.py migrate -v0
}

# django_migration NAME [DEPENDENCY [REPLACES]]: one of the application `shop`.
django_migration() {
  printf 'from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    replaces = [%s]\n    dependencies = [%s]\n    operations = []\n' \
    "${3:-}" "${2:+('shop', '$2')}" >"shop/migrations/$1.py"
}

# exclusively_locked TABLE: whether somebody holds it, so that not even a reader gets in.
exclusively_locked() {
  [ "$(sql "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = '$1'::regclass")" = 1 ]
}
