#!/bin/sh
# Fetches the one archive of an asset that this machine is meant to have, verifies it, unpacks it, prints where.
# Needs curl, tar, and sha512sum or shasum. See -h.
set -eu
umask 077

usage() {
  cat <<'END'
fetch-asset.sh [-n NAMESPACE] [-c CACHE_DIR] [-q] NAME
  prints the folder of the unpacked archive, CACHE_DIR/<sha512>, and nothing else
  -n  namespace (default: default)
  -c  where archives are kept (default: $XDG_CACHE_HOME/edge-assets, or ~/.cache/edge-assets)
  -q  say nothing on standard error unless something is wrong
environment: SENSU_API_URL (default http://127.0.0.1:8080); SENSU_API_KEY or SENSU_TOKEN
exit status: 0 done; 1 used wrongly, or a tool is missing; 2 the server does not answer or refuses; 3 no such asset, or no
  build for this machine; 4 the facts do not fill a token; 5 the download failed; 6 the digest is wrong; 7 the archive
  cannot be unpacked safely
END
}

fail() {
  status=$1
  shift
  printf 'fetch-asset: %s\n' "$*" >&2
  exit "$status"
}

say() { [ "$quiet" = 1 ] || printf 'fetch-asset: %s\n' "$*" >&2; }

namespace=default
cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/edge-assets
quiet=0
case ${1:-} in
  --help) usage; exit 0 ;;
  --*) fail 1 "unknown option '$1'; -h shows what there is" ;;
esac
while getopts :n:c:qh option; do
  case $option in
    n) namespace=$OPTARG ;;
    c) cache=$OPTARG ;;
    q) quiet=1 ;;
    h) usage; exit 0 ;;
    :) fail 1 "option '-$OPTARG' argument missing; -h shows what there is" ;;
    *) fail 1 "unknown option '-$OPTARG'; -h shows what there is" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || fail 1 'the name of an asset is missing; -h shows what there is'
[ $# -le 1 ] || fail 1 "the argument '$2' is one too many; -h shows what there is"
name=$1
server=${SENSU_API_URL:-http://127.0.0.1:8080}
server=${server%/}

case $name in '' | *[!A-Za-z0-9_./:-]*) fail 1 "'$name' is no asset name" ;; esac
case $namespace in '' | *[!A-Za-z0-9_.:-]*) fail 1 "'$namespace' is no namespace" ;; esac
command -v curl >/dev/null || fail 1 'curl is missing; install it'
command -v tar >/dev/null || fail 1 'tar is missing; install it'
if command -v sha512sum >/dev/null; then
  digest_of() { sha512sum "$1" | cut -d ' ' -f 1; }
elif command -v shasum >/dev/null; then
  digest_of() { shasum -a 512 "$1" | cut -d ' ' -f 1; }
else
  fail 1 'sha512sum or shasum is missing; install coreutils or perl'
fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

# --- the facts of this machine, as an agent reports them ---------------------------------------------------------

# One value of an os-release file, without its quotes.
release() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | sed 's/^["'\'']//; s/["'\'']$//' | head -n 1; }

os=$(uname -s | tr '[:upper:]' '[:lower:]')
machine=$(uname -m)
arm_version=
case $machine in
  x86_64 | amd64) arch=amd64 ;;
  i386 | i486 | i586 | i686 | x86) arch=386 ;;
  aarch64 | arm64) arch=arm64 ;;
  armv[5-8]*) arch=arm; arm_version=${machine#armv}; arm_version=${arm_version%%[!0-9]*} ;;
  *) arch=$machine ;;
esac
platform= family= version= libc=
case $os in
  linux)
    platform=$(release ID)
    version=$(release VERSION_ID)
    like=" $platform $(release ID_LIKE) "
    case $platform in rhel) platform=redhat ;; amzn) platform=amazon ;; ol) platform=oracle ;; sles | opensuse*) platform=suse ;; esac
    case $like in
      *' rhel '* | *' centos '* | *' amzn '*) family=rhel ;;
      *' fedora '*) family=fedora ;;
      *' debian '* | *' ubuntu '*) family=debian ;;
      *' suse '* | *' opensuse '* | *' sles '*) family=suse ;;
      *) family=$platform ;;
    esac
    [ -r /etc/debian_version ] && [ "$platform" = debian ] && version=$(cat /etc/debian_version)
    if ls /lib/ld-musl-* >/dev/null 2>&1; then libc=musl; else libc=glibc; fi
    ;;
  darwin) platform=darwin; family='Standalone Workstation'; version=$(sw_vers -productVersion 2>/dev/null || true) ;;
  *) platform=$os; version=$(uname -r) ;;
esac

# --- ask which archive it is -------------------------------------------------------------------------------------

# Credentials go to curl by a file that only this user can read: arguments are seen by every process.
if [ -n "${SENSU_API_KEY:-}" ]; then
  credential="Key $SENSU_API_KEY"
elif [ -n "${SENSU_TOKEN:-}" ]; then
  credential="Bearer $SENSU_TOKEN"
else
  fail 1 'set SENSU_API_KEY or SENSU_TOKEN'
fi
printf 'Authorization: %s\n' "$credential" >"$work/headers"

remembered=$cache/.resolved.$(printf '%s' "$server $namespace $name" | cksum | tr -d ' ')
if [ -r "$remembered" ] && [ -r "$remembered.etag" ]; then
  printf 'If-None-Match: %s\n' "$(cat "$remembered.etag")" >>"$work/headers"
fi

encoded=$(printf '%s' "$name" | sed 's|/|%2F|g; s|:|%3A|g')
set -- --data-urlencode "os=$os" --data-urlencode "arch=$arch" --data-urlencode "platform=$platform" \
  --data-urlencode "platform_family=$family" --data-urlencode "platform_version=$version"
[ -z "$libc" ] || set -- "$@" --data-urlencode "libc_type=$libc"
[ -z "$arm_version" ] || set -- "$@" --data-urlencode "arm_version=$arm_version"
code=$(curl -sS -G -o "$work/resolved" -D "$work/answer" -w '%{http_code}' -H "@$work/headers" \
  --max-time 30 --data-urlencode format=env "$@" \
  "$server/api/edge/v1/namespaces/$namespace/assets/$encoded/resolve" 2>"$work/error") || code=000

message() { sed -n 's/.*"message":"\(\([^"\\]\|\\.\)*\)".*/\1/p' "$work/resolved" | head -n 1; }
case $code in
  200) ;;
  304) cp "$remembered" "$work/resolved" ;;
  404) fail 3 "$(message)" ;;
  000 | 5??)
    [ -r "$remembered" ] || fail 2 "$server does not answer: $(cat "$work/error") $code"
    say "$server does not answer; using what was fetched before"
    cp "$remembered" "$work/resolved"
    ;;
  *) fail 2 "$server answered $code: $(message)" ;;
esac

# Each line must be KEY='value' in full, its quotes closed, before the shell is let near it.
if grep -qv "^ASSET_[A-Z0-9_]*='\([^']\|'\\\\''\)*'\$" "$work/resolved"; then
  fail 2 "the answer of $server is not what it should be"
fi
ASSET_URL= ASSET_SHA512= ASSET_UNRESOLVED= ASSET_HEADERS=0
. "$work/resolved"

[ -z "$ASSET_UNRESOLVED" ] || fail 4 "the facts of this machine do not fill: $ASSET_UNRESOLVED"
digest=$(printf '%s' "$ASSET_SHA512" | tr '[:upper:]' '[:lower:]')
case $digest in *[!0-9a-f]* | '') fail 6 'the definition holds no sha512' ;; esac
keep() {
  cp "$work/resolved" "$work/keep"
  mv "$work/keep" "$remembered"
  if [ "$code" = 200 ]; then
    sed -n 's/^[Ee][Tt][Aa][Gg]: *//p' "$work/answer" | tr -d '\r' >"$work/etag"
    mv "$work/etag" "$remembered.etag"
  fi
}
target=$cache/$digest
if [ -d "$target" ]; then
  keep
  say "$name is there already"
  printf '%s\n' "$target"
  exit 0
fi

# --- fetch, verify, unpack ---------------------------------------------------------------------------------------

: >"$work/fetch"
index=0
while [ "$index" -lt "$ASSET_HEADERS" ]; do
  eval "printf '%s\n' \"\$ASSET_HEADER_$index\"" >>"$work/fetch"
  index=$((index + 1))
done
say "fetching $ASSET_URL"
case $ASSET_URL in http://* | https://*) ;; *) fail 5 "'$ASSET_URL' is not an http or https url" ;; esac
got=$(curl -sS -L --max-redirs 10 -o "$work/archive" -w '%{http_code}' -H "@$work/fetch" "$ASSET_URL" 2>"$work/error") ||
  fail 5 "$ASSET_URL: $(cat "$work/error")"
[ "$got" = 200 ] || fail 5 "$ASSET_URL answered $got"
found=$(digest_of "$work/archive")
[ "$found" = "$digest" ] || fail 6 "the sha512 of $ASSET_URL is $found, and should be $digest"

tar -tf "$work/archive" >"$work/members" 2>/dev/null || fail 7 "$ASSET_URL is no tar archive"
if grep -q -e '^/' -e '^\.\./' -e '/\.\./' -e '/\.\.$' -e '^\.\.$' "$work/members"; then
  fail 7 'the archive holds a member that leads out of its folder'
fi
mkdir "$work/$digest"
tar -xf "$work/archive" -C "$work/$digest" || fail 7 'the archive cannot be unpacked'
# Under its own name into the cache, which fails where another run was faster; what it unpacked has the same digest.
mv "$work/$digest" "$cache/" 2>/dev/null || [ -d "$target" ] || fail 7 "cannot write $target"
keep
printf '%s\n' "$target"
