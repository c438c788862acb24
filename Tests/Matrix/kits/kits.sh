# What a row's project has: each kit adds one area, healthy.

kit_git() {
  mkdir -p "$HOME/bin"
  export PATH="$HOME/bin:$PATH"
  git config --global user.name Sample
  git config --global user.email sample@localhost
  git config --global init.defaultBranch main
  git init -q
  printf '.venv/\n.env\n__pycache__/\n' >.gitignore
  printf 'Once upon a time\n' >story.txt
}

kit_commit() {
  [ -z "$(git status --porcelain 2>/dev/null)" ] || commit Begin
}

kit_aws() {
  own_program aws "exec '$LAB_AWS_CLI' \"\$@\""
  export AWS_ENDPOINT_URL="$LAB_AWS_ENDPOINT" AWS_EC2_METADATA_DISABLED=true
  export AWS_ACCESS_KEY_ID="$LAB_AWS_ACCESS_KEY_ID" AWS_SECRET_ACCESS_KEY="$LAB_AWS_SECRET_ACCESS_KEY"
  export AWS_DEFAULT_REGION=us-east-1
}

kit_python() {
  own_program python3 "exec '$LAB_PYTHON' \"\$@\""
  export PIP_NO_INDEX=1 PIP_FIND_LINKS="$LAB_WHEELS"
  printf 'pytest\n' >requirements.txt
  cp -a "$LAB_VENV" .venv
}

kit_postgres() {
  export PATH="$LAB_PG_BIN:$PATH"
  export PGHOST=127.0.0.1 PGPORT="$LAB_PG_PORT" PGUSER="$LAB_PG_USER" PGDATABASE="$NAME"
  sql "CREATE DATABASE $NAME" postgres
  at_end "sql 'DROP DATABASE IF EXISTS $NAME WITH (FORCE)' postgres"
  sample sql
}

# One service `web` with a published port, one `worker`; more where $SERVICES has them (indented by two).
kit_docker() {
  own_program docker "exec '$LAB_DOCKER_CLI' \"\$@\""
  own_program docker-compose "exec $LAB_COMPOSE \"\$@\""
  export DOCKER_HOST="$LAB_DOCKER_HOST" COMPOSE_PROJECT_NAME="$NAME"
  cat >docker-compose.yml <<YAML
version: "3.4"
services:
  web:
    image: $LAB_IMAGE
    container_name: $NAME-web
    command: ["sleep", "100000"]
    stop_grace_period: 0s
    ports: ["127.0.0.1::8080"]
  worker:
    image: $LAB_IMAGE
    container_name: $NAME-worker
    command: ["sleep", "100000"]
    stop_grace_period: 0s
YAML
  at_end "engine network ls -q --filter label=com.docker.compose.project=$NAME | while read -r id; do engine network rm \$id; done"
  at_end "engine ps -aq --filter label=com.docker.compose.project=$NAME | while read -r id; do engine rm -fv \$id; done"
  compose up -d 2>&1
}

kit_environment() {
  printf '# The key of the story engine\nSTORY_KEY=your_key_here\n' >.env.example
  export STORY_KEY=told
}

# What rows about git call in their `before` and `break`.

# A bare repository as `origin`, followed by the branch.
with_remote() {
  git init -q --bare "$ROW/remote.git"
  git remote add origin "$ROW/remote.git"
  git push -qu origin main
}

others_push() {
  git clone -q "$ROW/remote.git" "$ROW/others"
  (cd "$ROW/others" && echo theirs >theirs.txt && commit Theirs && git push -q)
}

# A branch `side` that changes the same line as the branch here.
conflicting_branch() {
  commit Begin
  git switch -qc side && echo 'In a faraway land' >story.txt && commit Side
  git switch -q main && echo 'Long ago' >story.txt && commit Main
}

# A branch `side` with a file of its own.
own_branch() {
  commit Begin
  git switch -qc side && echo own >side.txt && commit Side
  git switch -q main
}

# A submodule `library` with two commits, the second being the one of the project.
with_submodule() {
  git init -q "$ROW/library"
  (cd "$ROW/library" && echo one >library.txt && commit One && echo two >library.txt && commit Two)
  git -c protocol.file.allow=always submodule --quiet add "$ROW/library" library
  commit Library
}

# What rows about a shell and its place call.

# own_locale NAME CHARSET: makes a language, and the shell's.
own_locale() {
  mkdir -p "$ROW/locales"
  localedef -i "$1" -f "$2" "$ROW/locales/$1.$2" 2>&1 || [ -e "$ROW/locales/$1.$2" ]
  export LOCPATH="$ROW/locales" LC_ALL="$1.$2" LANG="$1.$2" LANGUAGE="${1%%_*}"
  [ "$(locale charmap)" = "$2" ]
}

# clock TIME: the tool and what it runs see the clock go on from there.
clock() {
  local seconds=$(($(date -d "$1" +%s) - $(date +%s)))
  export AROUND="faketime -m --exclude-monotonic -f '$(printf '%+d' $seconds)'"
}

# move_home NAME, move_project NAME: moves it, in the row's folder.
move_home() {
  local before="$HOME"
  mv "$HOME" "$ROW/$1"
  export HOME="$ROW/$1" PATH="$ROW/$1/bin${PATH#"$before/bin"}"
}

move_project() {
  mv -- "$PROJECT" "$ROW/$1"
  cd -- "$ROW/$1"
}
