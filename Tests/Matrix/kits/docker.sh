# What rows about containers, images and engines call, beside lib.sh.

# add_service NAME [IMAGE]: one more service in the compose file; its further keys stand on standard input.
add_service() {
  {
    printf '  %s:\n    container_name: %s\n    stop_grace_period: 0s\n' "$1" "$NAME-$1"
    [ "${2-}" = none ] || printf '    image: %s\n' "${2:-$LAB_IMAGE}"
    sed 's/^/    /'
  } >>docker-compose.yml
}

# note_containers [NAME …]: which containers there are and since when they run, those of the first services unless named.
note_containers() {
  for container in "${@:-$NAME-web}"; do inspect "{{.Name}} {{.Id}} {{.State.StartedAt}}" "$container"; done >"$ROW/noted"
  [ $# -gt 0 ] || inspect "{{.Name}} {{.Id}} {{.State.StartedAt}}" $NAME-worker >>"$ROW/noted"
}

# containers_are_others, containers_began_again: each of those noted runs, as another container or since another time.
containers_are_others() { seen_anew 'test "$now" != "$id" && test "$since" != "$started"'; }
containers_began_again() { seen_anew 'test "$now" = "$id" && test "$since" != "$started"'; }
seen_anew() {
  local name id started now since running
  [ -s "$ROW/noted" ] || return 1
  while read -r name id started; do
    read -r now since running <<<"$(inspect "{{.Id}} {{.State.StartedAt}} {{.State.Running}}" "${name#/}")"
    [ "$running" = true ] && eval "$1" || return 1
  done <"$ROW/noted"
}

# begun_again: what the compose file now says, healthy.
begun_again() { compose up -d --remove-orphans 2>&1; }

# built_service: a service `app`, whose image is built from the folder `app`.
built_service() {
  export DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
  mkdir -p app/notes
  printf 'echo told\n' >app/code.sh
  printf 'echo more\n' >app/more.sh
  printf 'to do\n' >app/notes/plan.txt
  printf 'FROM %s\nLABEL row=%s\nCOPY . /app/\nCMD ["sleep", "100000"]\n' "${1:-$LAB_IMAGE}" "$NAME" >app/Dockerfile
  printf '# not for the image\nnotes\n*.md\n' >app/.dockerignore
  at_end forget_images
  printf 'build: ./app\n' | add_service app "$NAME-app"
}

# inline_service: a service `app` as `built_service` makes it, which takes in one file; .dockerignore leaves the Dockerfile out.
inline_service() {
  built_service
  echo Dockerfile >>app/.dockerignore
  sed -i 's|^COPY .*|COPY code.sh /app/|' app/Dockerfile
}

# inline_build INSTRUCTION: the service is built from a Dockerfile that stands in the compose file, as versions of compose
# do that are younger than the lab's; the image is there.
inline_build() {
  sed -i '/^    build: /d' docker-compose.yml
  printf '    build:\n      context: ./app\n      dockerfile_inline: |\n        FROM %s\n        %s\n' "$LAB_IMAGE" "$1" >>docker-compose.yml
}

# forget_images: the row's containers, and all images that bear its label.
forget_images() {
  engine ps -aq --filter "name=$NAME" | xargs -r "$LAB_DOCKER_CLI" -H "$LAB_DOCKER_HOST" rm -fv
  # What was built on one of them has to go before it.
  local round
  for round in 1 2 3; do
    engine images -q --filter "label=row=$NAME" | sort -u |
      xargs -r "$LAB_DOCKER_CLI" -H "$LAB_DOCKER_HOST" rmi -f 2>/dev/null || true
  done
  [ -z "$(engine images -q --filter "label=row=$NAME")" ]
}

# image NAME TEXT [BASE]: an image of this name that holds the text.
image() {
  mkdir -p "$ROW/build"
  printf 'FROM %s\nLABEL row=%s\nCOPY text /\n' "${3:-$LAB_IMAGE}" "$NAME" >"$ROW/build/Dockerfile"
  printf '%s\n' "$2" >"$ROW/build/text"
  DOCKER_BUILDKIT=0 engine build -q -t "$1" "$ROW/build"
}

# source_digest FOLDER: the digest of a build context without .dockerignore, made by others than the tool.
source_digest() { "$LAB_TOOLS/bin/python3" "$MATRIX/kits/source_digest.py" "$@"; }

# relay SOCKET [SETTINGS]: the lab's engine at another address, see relay.py.
relay() {
  mkdir -p "$(dirname "$1")"
  "$LAB_TOOLS/bin/python3" "$MATRIX/kits/relay.py" "$1" "$LAB_DOCKER_SOCKET" ${2:+"$2"} >/dev/null 2>&1 &
  echo $! >"$ROW/relay.pid"
  until_true 20 "$LAB_TOOLS/bin/python3" -c 'import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])' "$1"
}

end_relay() {
  kill "$(cat "$ROW/relay.pid")"
  until_true 10 not_running "$(cat "$ROW/relay.pid")"
}

not_running() { ! kill -0 "$1" 2>/dev/null || [ "$(ps -o stat= -p "$1" | cut -c1)" = Z ]; }

# disguise VERSION API OLDEST [REFUSED]: what the engine behind `relay SOCKET $ROW/engine.json` says of itself.
disguise() {
  printf '{"version": "%s", "api": "%s", "min": "%s", "refuse": "%s"}\n' "$1" "$2" "$3" "${4-}" >"$ROW/engine.json"
}

# at SOCKET: makes this the project's engine from the start.
at() { export DOCKER_HOST="unix://$1"; }

# listen PORT: something else has this port until the row ends.
listen() {
  "$LAB_TOOLS/bin/python3" -c 'import socket, sys, time
s = socket.create_server(("127.0.0.1", int(sys.argv[1]))); time.sleep(600)' "$1" >/dev/null 2>&1 &
  until_true 10 "$LAB_TOOLS/bin/python3" -c 'import socket, sys; socket.create_connection(("127.0.0.1", int(sys.argv[1])))' "$1"
}

# docker_default: the engine's socket is where docker looks by itself, for the tool and for what is pasted alone.
docker_default() {
  printf 'mount -t tmpfs none /run && ln -s "%s" /run/docker.sock && exec "$@"\n' "$LAB_DOCKER_SOCKET" >"$ROW/around.sh"
  export AROUND="unshare -m --propagation private sh '$ROW/around.sh'"
  unset DOCKER_HOST
}

# ssh_machine SCRIPT: an ssh that comes through to worker@build.machine at port 2222 alone, and runs SCRIPT for what docker
# runs there.
ssh_machine() {
  own_program ssh "said=\" \$* \"
case \"\$said\" in *' -l worker '*) ;; *) said= ;; esac
case \"\$said\" in *' -p 2222 '*) ;; *) said= ;; esac
case \"\$said\" in *' build.machine docker '*'system dial-stdio '*) ;; *) said= ;; esac
[ \"\$said\" ] || { head -c 1 >/dev/null; echo \"ssh: Could not resolve hostname \$(printf '%s\\n' \"\$@\" | grep -m 1 machine)\" >&2; exit 255; }
$1"
}

# own_engine: a Docker engine of the row's own, under $OWN_ENGINE, with the project's containers moved to it.
own_engine() {
  compose down 2>&1
  HANDOFF_LAB_DIR="$ROW/lab" "$MATRIX/../Lab/lab" up docker >"$ROW/lab.log" 2>&1
  at_end "HANDOFF_LAB_DIR='$ROW/lab' '$MATRIX/../Lab/lab' down"
  eval "$(HANDOFF_LAB_DIR="$ROW/lab" "$MATRIX/../Lab/lab" env | sed -n 's/^export HANDOFF_LAB_DOCKER_\(SOCKET\|PID\)=/OWN_\1=/p')"
  export DOCKER_HOST="unix://$OWN_SOCKET" OWN_SOCKET OWN_PID
  $LAB_COMPOSE up -d 2>&1
}

# podman_engine: Podman's service instead of the lab's engine. It makes control groups, networks and files all over the
# machine: in namespaces of its own, so that all of them go with it.
podman_engine() {
  compose down 2>&1
  mkdir -p "$ROW/podman/networks"
  cat >"$ROW/podman/containers.conf" <<CONF
[containers]
cgroups = "disabled"
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
utsns = "host"
ipcns = "host"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "crun"
[network]
network_config_dir = "$ROW/podman/networks"
CONF
  export DOCKER_HOST="unix://$ROW/podman/podman.sock"
  at_end "docker ps -aq | xargs -r docker rm -f"
  CONTAINERS_CONF="$ROW/podman/containers.conf" unshare -m -n --propagation private sh -ec '
    mount -t cgroup2 none /sys/fs/cgroup
    mount -t tmpfs none /var/lib
    mount -t tmpfs none /run
    ip link set lo up
    exec podman --storage-driver=vfs --root "$1/root" --runroot "$1/run" --tmpdir "$1/tmp" \
      system service --time=0 "unix://$1/podman.sock"' sh "$ROW/podman" >"$ROW/podman/log" 2>&1 &
  until_true 20 docker ps -q
  engine save "$LAB_IMAGE" | docker load -q
  $LAB_COMPOSE up -d 2>&1
}
