# Sourced: installs what is missing, in Debian and Ubuntu.
#
#     . Tests/install.sh
#     install_missing [COMMAND…]      what the tests need, and these commands, of packages with the same names

say() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

has() { PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null 2>&1; }

has_header() { compgen -G "/usr/include/$1" || compgen -G "/usr/include/*/$1"; } >/dev/null

has_compose() { has docker-compose || docker compose version >/dev/null 2>&1; }

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }

has_static_busybox() { has busybox && ! ldd "$(command -v busybox)" >/dev/null 2>&1; }

has_venv() { python3 -I -c 'import ensurepip, venv' 2>/dev/null; }

# The Debian packages of what is not there, one a line.
missing_packages() {
  local command
  has_header libpq-fe.h || echo libpq-dev
  has_header curl/curl.h || echo libcurl4-openssl-dev
  has_postgres || printf '%s\n' postgresql postgresql-contrib
  has pgbouncer || echo pgbouncer
  has dockerd || echo docker.io
  has docker || echo docker-cli # in later releases; before, it is in docker.io
  has_compose || echo docker-compose
  has_static_busybox || echo busybox-static
  has python3 || echo python3
  has_venv || echo python3-venv
  has pypy3 || echo pypy3
  has podman || echo podman
  has crun || echo crun
  has git || echo git
  has openssl || echo openssl
  has strace || echo strace
  has cmark-gfm || echo cmark-gfm
  has jq || echo jq
  has ip || echo iproute2
  has ps || echo procps
  has dash || echo dash
  has zsh || echo zsh
  has fish || echo fish
  has unshare || echo util-linux
  has script || echo bsdutils
  has curl || echo curl
  has perl || echo perl
  { has localedef && [ -e /usr/share/i18n/locales/tr_TR ]; } || echo locales
  for command in ${further[@]+"${further[@]}"}; do has "$command" || echo "$command"; done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# Those of the packages that the release has; fails if it has none of one's names, so that the lists are fetched anew.
install_known() {
  local package told known=() all=0
  for package in $1; do
    told=$(apt-cache policy "$package")
    case $told in
      *'Candidate: (none)'* | '') [ "$package" = docker-cli ] || all=1 ;;
      *) known+=("$package") ;;
    esac
  done
  [ ${#known[@]} -eq 0 ] || apt install --no-install-recommends "${known[@]}" || return 1
  return $all
}

# Debian starts the servers that it installs, unless this file says no. It is there only while we install.
policy=/usr/sbin/policy-rc.d
deny_services() {
  [ ! -e $policy ] || return 0
  printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
  trap 'as_root rm -f $policy' EXIT
  as_root chmod 755 $policy
}

allow_services() {
  [ -n "$(trap -p EXIT)" ] || return 0
  trap - EXIT
  as_root rm -f $policy
}

# Installs what is not there; says what the release does not have.
install_on_debian() {
  local packages services=() package log
  packages=$(missing_packages)
  [ -n "$packages" ] || return 0
  say "install: ${packages//$'\n'/ }"
  if [ "$(id -u)" != 0 ] && ! has sudo; then
    echo "neither root nor sudo: not installed"
    return 0
  fi
  for package in postgresql pgbouncer docker.io podman; do
    ! grep -qx "$package" <<<"$packages" || services+=("$package")
  done
  deny_services
  log=$(mktemp)
  if ! install_known "$packages" >"$log" 2>&1; then
    apt update >>"$log" 2>&1 || true
    install_known "$packages" >>"$log" 2>&1 || grep -E '^(E|W|dpkg): ' "$log" || true
  fi
  rm -f "$log"
  packages=$(missing_packages)
  [ -z "$packages" ] || echo "not installed: ${packages//$'\n'/ }"
  allow_services
  # Nor do they start with the machine: whoever wants them enables them.
  if has systemctl; then
    for package in ${services[@]+"${services[@]}"}; do
      case $package in
        postgresql) as_root systemctl disable --quiet postgresql.service || true ;;
        pgbouncer) as_root systemctl disable --quiet pgbouncer.service || true ;;
        docker.io) as_root systemctl disable --quiet docker.service docker.socket containerd.service || true ;;
        podman) as_root systemctl disable --quiet podman.socket podman.service podman-restart.service || true ;;
      esac
    done
  fi
}

advise_on_macos() {
  local missing=() prefix command
  has brew || { echo "install Homebrew first, then run this again: https://brew.sh"; return 0; }
  [ -d "$(brew --prefix)/opt/libpq" ] || missing+=(libpq)
  compgen -G "$(brew --prefix)/opt/postgresql*/bin/postgres" >/dev/null || missing+=(postgresql@17)
  has jq || missing+=(jq)
  has cmark-gfm || missing+=(cmark-gfm)
  for command in ${further[@]+"${further[@]}"}; do has "$command" || missing+=("$command"); done
  if [ ${#missing[@]} -gt 0 ]; then
    say "missing: brew install ${missing[*]}"
  fi
}

# What the tests need, and the further commands.
install_missing() {
  local further=("$@")
  if [ -z "${HANDOFF_NO_INSTALL:-}" ]; then
    case $(uname -s) in
      Darwin) advise_on_macos ;;
      *) if has apt-get; then install_on_debian; else echo "not Debian or Ubuntu: going on with what is installed"; fi ;;
    esac
  fi
}
