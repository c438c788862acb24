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
  sql 'CREATE TABLE users (id int PRIMARY KEY, name text); CREATE SCHEMA stories;
       CREATE TABLE stories.chapters (id int PRIMARY KEY)'
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
  at_end "engine network ls -q --filter label=com.docker.compose.project=$NAME | xargs -r $LAB_DOCKER_CLI -H $LAB_DOCKER_HOST network rm"
  at_end "engine ps -aq --filter label=com.docker.compose.project=$NAME | xargs -r $LAB_DOCKER_CLI -H $LAB_DOCKER_HOST rm -fv"
  compose up -d 2>&1
}

kit_environment() {
  printf '# The key of the story engine\nSTORY_KEY=your_key_here\n' >.env.example
  export STORY_KEY=told
}
