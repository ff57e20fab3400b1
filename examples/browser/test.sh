#!/usr/bin/env bash
# Builds the module and the page, and drives them in a real Chromium, against the embedded server and the real
# `oidc-provider`. The first run installs what it needs, pinned by lock files, into ignored folders.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
PROVIDER=../../tests/interop/servers/oidc-provider

fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

find_chromium() {
  for browser in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    command -v "$browser" 2>/dev/null && return
  done
  return 1
}

install_tools() {
  local missing=()
  { command -v node && command -v npm; } >/dev/null 2>&1 || missing+=(nodejs npm)
  find_chromium >/dev/null || missing+=(chromium)
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update && apt-get install -y "${missing[@]}"
  fi
  node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || fail "Node 20 or later is needed"
  rustup target list --installed | grep -q '^wasm32-unknown-unknown$' || rustup target add wasm32-unknown-unknown
}

# Installs the packages of the lock file in the folder $1, unless they are installed.
install_node_packages() {
  local lock=package-lock.json
  cd "$1"
  cmp -s node_modules/installed-from "$lock" && return
  npm ci --ignore-scripts --silent
  cp "$lock" node_modules/installed-from
}

install_tools
(install_node_packages tests)
(install_node_packages "$PROVIDER")
cargo build --quiet --locked
"$CARGO_TARGET_DIR/debug/authcode-browser" --sizes
# The tests start the servers, and stop them by their process ids.
CHROMIUM=$(find_chromium) exec node tests/run.mjs "$CARGO_TARGET_DIR/debug/authcode-browser"
