#!/usr/bin/env bash
# Tests the web application: one replica, then several with a real Redis, and with the real oidc-provider if Node.js 20 is
# installed. Installs what it needs at the first run. The last line is `N passed, N failed`.
# `./test.sh --serve` starts three replicas for manual tests.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD
root=$(cd ../.. && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target/web-service}
export NO_PROXY=127.0.0.1,localhost

install_redis() {
  command -v redis-server >/dev/null && return
  # `RUNLEVEL=1` keeps the service of the package from starting.
  apt-get update -qq >&2 && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -qq -y redis-server >&2
}

has_node() { command -v npm >/dev/null && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null; }

# The same version as `tests/interop` uses, by its lock file.
install_oidc_provider() {
  cd "$root/tests/interop/servers/oidc-provider"
  cmp -s node_modules/installed-from package-lock.json && return
  npm ci --ignore-scripts --silent >&2
  cp package-lock.json node_modules/installed-from
}

install_redis
options=(--redis-server "$(command -v redis-server)")
if has_node; then
  (install_oidc_provider)
  options+=(--oidc-provider "$root/tests/interop/servers/oidc-provider/server.mjs")
else
  echo "no Node.js 20: oidc-provider is skipped"
fi
cargo build --quiet --locked --release
# Each login has several sockets open at a time.
ulimit -n "$(ulimit -Hn)"
cd "$here"
exec "$CARGO_TARGET_DIR/release/fleet" "${options[@]}" "$@"
