# What the scripts of a row can call. The lab's exports are here without their prefix (AWS_ENDPOINT as $LAB_AWS_ENDPOINT
# …), as are NAME (the row's own: its database, compose project, prefix), PROJECT, ROW (its folder), HANDOFF, MATRIX.

sql() { env -u PGSERVICE -u PGSSLMODE -u PGOPTIONS "$LAB_PG_BIN/psql" -XqAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$LAB_PG_PORT" -U "$LAB_PG_USER" -d "${2:-$NAME}" -c "$1"; }

engine() { env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY DOCKER_CONFIG=/nonexistent "$LAB_DOCKER_CLI" -H "$LAB_DOCKER_HOST" "$@"; }

compose() { env -u DOCKER_CONTEXT -u DOCKER_TLS_VERIFY DOCKER_HOST="$LAB_DOCKER_HOST" $LAB_COMPOSE "$@"; }

inspect() { engine inspect -f "$1" "$2"; }

# until_true SECONDS COMMAND…: waits for an event, at most so long.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$end" ] || { echo "in vain: $*" >&2; return 1; }
    command sleep 0.05
  done
}

# hangs SECONDS COMMAND…: it does not end in that time, and has not failed either.
hangs() {
  local status=0
  timeout "$@" >/dev/null 2>&1 || status=$?
  [ "$status" = 124 ]
}

# complains TEXT COMMAND…: it fails, and says this.
complains() {
  local text="$1" said status=0
  shift
  said=$("$@" 2>&1) || status=$?
  [ "$status" != 0 ] && grep -qF -- "$text" <<<"$said"
}

# at_end COMMAND: taken back when the row ends, the last one first.
at_end() { { printf '%s\n' "$1"; cat "$ROW/state/at_end" 2>/dev/null || true; } >"$ROW/state/at_end.new" && mv "$ROW/state/at_end.new" "$ROW/state/at_end"; }

at_end_all() {
  [ -e "$ROW/state/at_end" ] || return 0
  local line status=0
  while IFS= read -r line; do eval "$line" </dev/null >/dev/null || status=1; done <"$ROW/state/at_end"
  return $status
}

commit() { git add -A && git commit -qm "$1"; }

# own_program NAME COMMAND: a program of this name first in the PATH.
own_program() {
  printf '#!/bin/sh\n%s\n' "$2" >"$HOME/bin/$1"
  chmod +x "$HOME/bin/$1"
}

# aws_profile credentials|config SECTION KEY SECRET: a profile of the shared files.
aws_profile() {
  mkdir -p "$HOME/.aws"
  printf '[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$2" "$3" "$4" >>"$HOME/.aws/$1"
}

# The project's database on the server that asks for a password, instead of the one that trusts.
scram_database() {
  export PGPORT="$LAB_PGSCRAM_PORT"
  PGPASSWORD="$LAB_PGSCRAM_PASSWORD" createdb "$NAME"
  at_end "PGPASSWORD='$LAB_PGSCRAM_PASSWORD' '$LAB_PG_BIN/dropdb' --force --if-exists -h 127.0.0.1 -p $LAB_PGSCRAM_PORT -U '$LAB_PG_USER' $NAME"
}

. "$MATRIX/kits/postgres.sh"
. "$MATRIX/kits/docker.sh"
. "$MATRIX/kits/kits.sh"
. "$MATRIX/kits/migrations.sh"
. "$MATRIX/kits/aws.sh"
