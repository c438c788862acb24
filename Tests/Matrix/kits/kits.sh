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
  own_scripts "$LAB_VENV" "$PROJECT/.venv"
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

# shared_library NAME: compiles the C on standard input, to be loaded into programs before others.
shared_library() {
  "$(command -v cc || command -v clang || command -v gcc)" -shared -fPIC -x c -o "$ROW/$1.so" - -ldl
}

# clock_library: compiles what makes a program see the clock as many seconds ahead as CLOCK_OFFSET says.
clock_library() {
  [ -e "$ROW/clock.so" ] || shared_library clock <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) { const char *text = getenv("CLOCK_OFFSET"); return text ? atol(text) : 0; }
int clock_gettime(clockid_t id, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int status = real(id, now);
  if (status == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) now->tv_sec += offset();
  return status;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec time;
  int status = clock_gettime(CLOCK_REALTIME, &time);
  (void)zone;
  now->tv_sec = time.tv_sec;
  now->tv_usec = time.tv_nsec / 1000;
  return status;
}
time_t time(time_t *where) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (where) *where = now.tv_sec;
  return now.tv_sec;
}
C
}

# clock TIME: the tool and what it runs see the clock go on from there. (libfaketime leaves shared memory behind.)
clock() {
  clock_library
  local seconds=$(($(date -d "$1" +%s) - $(date +%s)))
  export AROUND="env LD_PRELOAD='$ROW/clock.so' CLOCK_OFFSET=$seconds"
  # What a program sees is no more than a moment later.
  local seen
  seen=$(env LD_PRELOAD="$ROW/clock.so" CLOCK_OFFSET=$seconds "$LAB_PYTHON" -c 'import time; print(int(time.time()))')
  [ $((seen - $(date -d "$1" +%s))) -lt 60 ]
}

# clock_shows TEXT: whether the time that the tool is told begins so, in the session's time zone or UTC.
clock_shows() { [[ "$(inside env TZ="${TZ:-UTC0}" date '+%F %H:%M')" = "$1"* ]]; }

# terminal COLUMNS LINES: the tool runs on a terminal of this size from then on.
terminal() { export AROUND="'$LAB_PYTHON' -I '$MATRIX/kits/terminal.py' $1 $2"; }

# report_on_terminal COLUMNS LINES: what `verify` says to a person there: exit 0, everything confirmed, nothing changed.
report_on_terminal() {
  local said
  said=$("$LAB_PYTHON" -I "$MATRIX/kits/terminal.py" "$1" "$2" --output "$HANDOFF" verify 2>&1) || { echo "$said" >&2; return 1; }
  grep -q ' confirmed' <<<"$said" && ! grep -q -e broke -e changed -e unknown <<<"$said" || { echo "$said" >&2; return 1; }
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
  # Its environment as if it had been made there: without scripts that start the old place's interpreter.
  [ ! -d .venv ] || { rm -rf .venv/bin && "$LAB_PYTHON" -m venv --without-pip .venv; }
}

# What rows about Python call.

# own_scripts FROM TO: the scripts of the environment TO, which was copied from FROM, as if it had been made there.
own_scripts() {
  grep -lIF "$1" "$2"/bin/* | while IFS= read -r file; do [ -L "$file" ] || sed -i "s|$1|$2|g" "$file"; done
  sed -i "s|$1|$2|g" "$2/pyvenv.cfg"
}

# pip WORDS…: the environment's own.
pip() { .venv/bin/python -m pip --disable-pip-version-check -q "$@"; }

library() { .venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

# wheel NAME VERSION [LINE…]: a distribution with a module of its name, in $ROW/wheels, where pip looks too. The lines
# go to its metadata: 'Requires-Dist: other>=1'.
wheel() {
  mkdir -p "$ROW/wheels" && export PIP_FIND_LINKS="$LAB_WHEELS $ROW/wheels"
  "$LAB_PYTHON" - "$ROW/wheels" "$@" <<'PYTHON'
import sys, zipfile
folder, name, version, *lines = sys.argv[1:]
info = f"{name}-{version}.dist-info"
files = {
    f"{name}.py": f"version = {version!r}\n",
    f"{info}/METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]),
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: row\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as archive:
    for path, text in {**files, f"{info}/RECORD": record}.items():
        archive.writestr(path, text)
PYTHON
}

# own_base: an installation of Python of this row's own in $ROW/base, and .venv made of it, with what it had.
own_base() {
  local prefix version
  prefix=$("$LAB_PYTHON" -c 'import sys; print(sys.base_prefix)')
  version=$("$LAB_PYTHON" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
  mkdir -p "$ROW/base/bin" "$ROW/base/lib/$version"
  cp -L "$LAB_PYTHON" "$ROW/base/bin/$version" && ln -s "$version" "$ROW/base/bin/python3"
  ln -s "$prefix/lib/$version"/* "$ROW/base/lib/$version/"
  rm -rf "$ROW/base/lib/$version/site-packages" "$ROW/base/lib/$version/dist-packages" "$ROW/base/lib/$version/__pycache__"
  own_program python3 "exec '$ROW/base/bin/python3' \"\$@\""
  find .venv/bin -name 'python*' -type l -delete && "$ROW/base/bin/python3" -m venv --without-pip .venv
  export BASE="$ROW/base" BASE_LIBRARY="$ROW/base/lib/$version"
}

# poetry_environment: the project's environment is where poetry keeps it.
poetry_environment() {
  local digest kept
  echo '# lock' >poetry.lock && printf '[tool.poetry.dependencies]\npytest = "*"\n' >pyproject.toml && rm requirements.txt
  digest=$("$LAB_PYTHON" -c 'import base64, hashlib, os; print(base64.urlsafe_b64encode(hashlib.sha256(os.path.realpath(".").encode()).digest()).decode()[:8])')
  kept="$HOME/.cache/pypoetry/virtualenvs/tales-$digest-py3.11"
  mkdir -p "$(dirname "$kept")" && mv .venv "$kept" && own_scripts "$PROJECT/.venv" "$kept"
}

# conda_environment: the project's environment is one of conda's, in its list.
conda_environment() {
  rm requirements.txt && printf 'name: tales\ndependencies: [python, pytest]\n' >environment.yml && touch conftest.py
  own_base && mkdir -p "$ROW/conda/envs" && cp -a "$BASE" "$ROW/conda/envs/tales" && cd "$ROW/conda/envs/tales"
  mkdir conda-meta "lib/$(basename "$BASE_LIBRARY")/site-packages" && touch conda-meta/history && ln -s python3 bin/python
  cp -a "$PROJECT"/.venv/lib/python3*/site-packages/. "lib/$(basename "$BASE_LIBRARY")/site-packages"
  mkdir "$HOME/.conda" && echo "$ROW/conda/envs/tales" >"$HOME/.conda/environments.txt"
  # What `conda init` puts into a shell, as far as it is used here.
  printf 'conda() { [ "$1" = activate ] && export PATH="$2/bin:$PATH" CONDA_PREFIX="$2" CONDA_DEFAULT_ENV="$2"; }\n' >"$ROW/conda/init.sh"
  export BASH_ENV="$ROW/conda/init.sh"
  cd "$PROJECT" && rm -rf .venv
}

# another_minor: what stands where the base was now says that it is Python 3.99, and looks for packages where that would.
another_minor() {
  rm -f "$BASE_LIBRARY/sitecustomize.py" # which can be a link out of here
  cat >"$BASE_LIBRARY/sitecustomize.py" <<'PYTHON'
import sys
from collections import namedtuple
sys.version_info = namedtuple('version_info', 'major minor micro releaselevel serial')(3, 99, 1, 'final', 0)
sys.path[:] = [path.replace('python3.11/', 'python3.99/') if 'site-packages' in path else path for path in sys.path]
PYTHON
  sed -i "s|python3.11/|$(basename "$BASE_LIBRARY")/|" "$BASE_LIBRARY/sitecustomize.py"
}

# as_stranger COMMAND…: as a user who owns nothing.
as_stranger() { setpriv --reuid 65534 --regid 65534 --clear-groups sh -c '"$@"' sh "$@"; }

# stranger_environment: .venv of an interpreter that a user who owns nothing can start, with `teller` in it.
stranger_environment() {
  local python info
  rm -rf .venv requirements.txt
  for python in "$LAB_PYTHON" /usr/bin/python3; do
    if as_stranger "$python" -c 'import venv' 2>/dev/null; then break; fi
  done
  "$python" -m venv --without-pip .venv && git config --global safe.directory '*'
  info="$(library)/teller-1.0.dist-info" && mkdir "$info"
  printf 'Metadata-Version: 2.1\nName: teller\nVersion: 1.0\n' >"$info/METADATA"
  echo 'version = 1' >"$(library)/teller.py"
  echo teller >requirements.txt
}

# pipenv_environment: the project's environment is where pipenv keeps it.
pipenv_environment() {
  local digest kept
  rm requirements.txt && printf '[packages]\npytest = "*"\n' >Pipfile
  digest=$("$LAB_PYTHON" -c 'import base64, hashlib, os; print(base64.urlsafe_b64encode(hashlib.sha256(os.path.realpath("Pipfile").encode()).digest()[:6]).decode())')
  kept="$HOME/.local/share/virtualenvs/tales-$digest"
  mkdir -p "$(dirname "$kept")" && mv .venv "$kept" && own_scripts "$PROJECT/.venv" "$kept" && echo "$PROJECT" >"$kept/.project"
}

# real_manager NAME: uv, poetry or pipenv itself, which finds the lab's wheels and $ROW/wheels where else the network is.
real_manager() {
  own_program "$1" "exec '$LAB_TOOLS/bin/$1' \"\$@\""
  export PIP_FIND_LINKS="$LAB_WHEELS $ROW/wheels"
  export UV_OFFLINE=1 UV_NO_INDEX=1 UV_FIND_LINKS="$LAB_WHEELS,$ROW/wheels" UV_PYTHON_DOWNLOADS=never UV_CACHE_DIR="$ROW/cache"
  export PIPENV_NOSPIN=1 PIPENV_VENV_IN_PROJECT=0 POETRY_NO_INTERACTION=1
  # pytest asks for it on Windows, and lock files are for every system.
  wheel colorama 0.4.6
}

# uv_environment: .venv as uv made it from uv.lock.
uv_environment() {
  real_manager uv
  rm -rf .venv requirements.txt
  "$LAB_PYTHON" -c 'import sys; print(f"""[project]
name = "tales"
version = "1"
requires-python = "=={sys.version_info[0]}.{sys.version_info[1]}.*"
dependencies = ["pytest"]""")' >pyproject.toml
  uv sync -q
}

# poetry_made: the project's environment as poetry made it from poetry.lock.
poetry_made() {
  local file name
  real_manager poetry
  rm -rf .venv requirements.txt
  "$LAB_PYTHON" -c 'import sys; print(f"""[tool.poetry]
name = "tales"
version = "1"
package-mode = false
[tool.poetry.dependencies]
python = "~{sys.version_info[0]}.{sys.version_info[1]}\"""")' >pyproject.toml
  for file in "$LAB_WHEELS"/*.whl "$ROW"/wheels/*.whl; do
    name=$(basename "$file") && printf '%s = {path = "%s"}\n' "${name%%-*}" "$file" >>pyproject.toml
  done
  poetry install -q
}

# uv_told LINE…: as uv_environment, with these lines in pyproject.toml too, and all that is optional installed.
uv_told() {
  uv_environment && wheel teller 1.2
  printf '%s\n' '' "$@" >>pyproject.toml
  uv sync -q --all-packages --all-extras --all-groups
}

# poetry_teller: pyproject.toml asks poetry for the wheel `teller`, in its group dev.
poetry_teller() {
  wheel teller 1.2
  printf '[tool.poetry.group.dev.dependencies]\nteller = {path = "%s"}\n' "$ROW/wheels/teller-1.2-py3-none-any.whl" >>pyproject.toml
}

# pipenv_made: the project's environment as pipenv made it from its Pipfile.
pipenv_made() {
  local file name
  real_manager pipenv
  rm -rf .venv requirements.txt && echo '[packages]' >Pipfile
  for file in "$LAB_WHEELS"/*.whl; do
    name=$(basename "$file") && printf '%s = {file = "%s"}\n' "${name%%-*}" "$file" >>Pipfile
  done
  pipenv install --dev >/dev/null 2>&1
}

# poetry_refuses NAME: whether what is installed of it in .venv does not meet what poetry itself reads from pyproject.toml
# for the environment's version of Python.
poetry_refuses() {
  local told
  told=$(.venv/bin/python -c 'import importlib.metadata, platform, sys
print(platform.python_version(), importlib.metadata.version(sys.argv[1]))' "$1")
  "$LAB_TOOLS/bin/python" - "$1" $told <<'PYTHON'
import sys
from poetry.core.constraints.version import Version
from poetry.core.factory import Factory
name, python, installed = sys.argv[1:]
asked = [each for each in Factory().create_poetry().package.requires if each.name == name]
own = [each for each in asked if each.python_constraint.allows(Version.parse(python))]
sys.exit(not own or all(each.constraint.allows(Version.parse(installed)) for each in own))
PYTHON
}
