#!/bin/sh
# The Debian packages that the embedded platform and its tests use. As root they are installed; otherwise the line to run is
# printed. Nothing here is needed to run: without a Redis server the in-process one serves. Silent when nothing is missing.
set -eu

missing=""
command -v redis-server >/dev/null 2>&1 || command -v valkey-server >/dev/null 2>&1 || missing="$missing redis-server"
# A headless browser and its driver: the console's tests look at its pages.
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v chromedriver >/dev/null 2>&1 || missing="$missing chromium-driver"
# Text recognition: pictures of text and scanned pages are read where it is there, and refused by name where it is not.
command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
python3 -c 'import venv, ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "Missing packages:$missing. Install them with: sudo apt-get install -y$missing"
  exit 0
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
  tail -n 20 "$log"
  echo "Could not install$missing; going on without."
fi
rm -f "$log"
# The package starts a server of its own on Debian; ours are started on ports of ours.
if [ -x /usr/sbin/service ] && [ -z "${missing##*redis-server*}" ]; then
  service redis-server stop >/dev/null 2>&1 || true
fi
