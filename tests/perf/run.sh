#!/usr/bin/env bash
# Measures a login: a table, and one line `name value limit` for each figure.
#   ./run.sh            everything, and the picture login.svg
#   ./run.sh --counted  what is counted and not timed: the same on any machine, however busy it is
# Needs cargo, rustup, gzip and valgrind. Exits with 1 if a limit is missed.
set -euo pipefail
cd "$(dirname "$0")"

command -v valgrind >/dev/null || { echo "valgrind is missing: apt-get install -y valgrind" >&2; exit 2; }
rustup target add thumbv7em-none-eabihf wasm32-unknown-unknown >&2
exec cargo run --release --locked --quiet -- "$@"
