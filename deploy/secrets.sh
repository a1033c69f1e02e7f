#!/bin/sh
# Makes the secrets that docker-compose.yml asks for, once, in .symphainy/compose.env (never in the repository).
# The master key seals all data: keep a copy of this file where you keep such things.
set -eu
file=.symphainy/compose.env
[ -e "$file" ] && { echo "$file exists; it is left as it is"; exit 0; }
mkdir -p .symphainy
umask 077
secret() { head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
{
  echo "POSTGRES_PASSWORD=$(secret)"
  echo "REDIS_PASSWORD=$(secret)"
  echo "OBJECTS_PASSWORD=$(secret)"
  echo "SYMPHAINY_MASTER_KEY=$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
} >"$file"
echo "made $file"
