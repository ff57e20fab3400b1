#!/usr/bin/env bash
# Measures a login: a table, and one line `name value limit` for each figure.
#   ./run.sh            everything; draws login.svg and writes the table of the README
#   ./run.sh --counted  what is counted and not timed, and whether the README still says so
# Needs cargo, rustup, gzip and a network, and installs valgrind if it is missing. Exits with 1 if a limit is missed.
set -euo pipefail
cd "$(dirname "$0")"

if ! command -v valgrind >/dev/null; then
  command -v apt-get >/dev/null || { echo "install valgrind first" >&2; exit 1; }
  sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
  { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" apt-get install -y -qq --no-install-recommends valgrind; } >&2
fi
rustup target add thumbv7em-none-eabihf wasm32-unknown-unknown >&2
exec cargo run --release --locked --quiet -- "$@"
