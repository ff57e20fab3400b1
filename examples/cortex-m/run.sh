#!/usr/bin/env bash
# Builds the firmware for both boards, and runs every scenario on each of them in QEMU. Installs what it needs.
set -euo pipefail
cd "$(dirname "$0")"
target_dir="${CARGO_TARGET_DIR:-$PWD/target}"
export CARGO_TARGET_DIR="$target_dir" CARGO_TERM_COLOR=never

if ! command -v qemu-system-arm >/dev/null; then
  command -v apt-get >/dev/null || { echo "install qemu-system-arm first" >&2; exit 1; }
  sudo=(); [ "$(id -u)" = 0 ] || sudo=(sudo)
  "${sudo[@]}" apt-get update -qq
  "${sudo[@]}" apt-get install -y -qq --no-install-recommends qemu-system-arm
fi
qemu-system-arm --version | head -n 1

# Not by `--manifest-path`: cargo reads `firmware/.cargo` only in that folder.
targets=(thumbv7em-none-eabihf thumbv6m-none-eabi)
(
  cd firmware
  rustup target add "${targets[@]}"
  # These would override those settings.
  unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS
  for target in "${targets[@]}"; do cargo build --release --locked --target "$target"; done
)

# The bridge talks to a server on this machine.
unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
cargo run --locked --manifest-path bridge/Cargo.toml -- "$target_dir" "$@"
