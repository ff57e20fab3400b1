#!/usr/bin/env bash
# Drives the crate against real authorization servers on loopback. `--table` prints the results as a table, too.
# Installs what it needs at the first run: pinned, from the lock files, into directories that git ignores.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$(cd ../.. && pwd)/target/interop}

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

install_tools() {
  if ! { command -v node && command -v npm && python3 -c 'import ensurepip'; } >/dev/null 2>&1; then
    apt-get update && apt-get install -y nodejs npm python3-venv
  fi
  node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || fail "Node 20 or later is needed"
}

# Whether $1 was installed from the lock file $2 as it is now.
is_installed() { cmp -s "$1/installed-from" "$2"; }

install_node_packages() {
  local lock=package-lock.json
  cd servers/oidc-provider
  is_installed node_modules "$lock" && return
  npm ci --ignore-scripts --silent
  cp "$lock" node_modules/installed-from
}

install_python_packages() {
  local lock=requirements.txt
  cd servers/python
  is_installed venv "$lock" && return
  rm -rf venv
  python3 -m venv venv
  venv/bin/pip install --quiet --require-hashes -r "$lock"
  cp "$lock" venv/installed-from
}

names=() pids=()
stop_servers() {
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
}

# Starts a server: its name, then the command. Each takes a free port and prints it.
start() {
  local name=$1
  shift
  "$@" >"log/$name" 2>&1 &
  pids+=($!)
  names+=("$name")
}

answers_http() {
  local line
  { exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
  printf 'GET / HTTP/1.0\r\n\r\n' >&3
  read -r -t 5 line <&3
  exec 3>&-
  [[ $line == HTTP/* ]]
}

# Gives the port of the server once it answers.
wait_for() {
  local name=$1 pid=$2 port
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || fail "$name has ended: see tests/interop/log/$name"
    port=$(sed -n 's/^port //p' "log/$name")
    if [ -n "$port" ] && answers_http "$port"; then
      echo "$port"
      return
    fi
    sleep 0.2
  done
  fail "$name does not answer: see tests/interop/log/$name"
}

install_tools
(install_node_packages)
(install_python_packages)
cargo build --quiet --locked

mkdir -p log
trap stop_servers EXIT
for mode in plain iss mission; do
  start "oidc-provider-$mode" node servers/oidc-provider/server.mjs "$mode"
done
start django-oauth-toolkit servers/python/venv/bin/python servers/python/django_server.py
start authlib servers/python/venv/bin/python servers/python/authlib_server.py

sites=()
for i in "${!names[@]}"; do
  port=$(wait_for "${names[i]}" "${pids[i]}")
  sites+=("${names[i]}=http://127.0.0.1:$port")
done
"$CARGO_TARGET_DIR/debug/authcode-interop" "$@" "${sites[@]}"
