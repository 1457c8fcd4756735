#!/bin/sh
# Fetches the one archive of each asset that this machine is meant to have, verifies it, unpacks it, prints where.
# Plain POSIX sh for Linux, macOS and the BSDs. -h lists options, tools and exit codes.
set -eu
umask 077
# Bytes, not characters: the same patterns match in every locale.
LC_ALL=C
export LC_ALL
unset CDPATH

MAX_REDIRECTS=5
CONNECT_SECONDS=15
# Bytes per second. A slower server counts as stalled.
LOWEST_SPEED=1000
MAX_ANSWER_BYTES=4000000
ANSWER_SECONDS=30
# Servers and what stands before them refuse URLs of more than some 8,000 to 16,000 characters.
MAX_NAMES_LENGTH=6000

usage() {
  cat <<'END'
fetch-asset.sh [-n NAMESPACE] [-c CACHE_DIR] [-t SECONDS] [--max-bytes N] [-p] [-q] NAME...
fetch-asset.sh [the same options] --all
  prints the folder of the unpacked archive, CACHE_DIR/<sha512>, and nothing else; of several assets, or of all that the
  key shows and that have a build for this machine (--all), a line "NAME FOLDER" for each. However many they are, the
  server is asked once.
  -n  namespace (default: default)
  -c  where archives are kept (default: $XDG_CACHE_HOME/edge-assets, or ~/.cache/edge-assets); it must be yours, and
      nobody else may write to it
  -t  seconds without progress after which a download counts as stalled (default: 30); it has no total limit
  -p  print FOLDER/bin and a colon for each asset, and nothing for one that failed: PATH="$(fetch-asset.sh -p NAME...)$PATH"
  -q  say nothing on standard error unless something is wrong
  --max-bytes  refuse an archive that is larger than N bytes, packed or unpacked (default: 2147483648)
environment: SENSU_API_URL (default http://127.0.0.1:8080); SENSU_API_KEY or SENSU_TOKEN; CURL_CA_BUNDLE or SSL_CERT_FILE,
  a file of certificates to trust; http_proxy, https_proxy, no_proxy. ~/.curlrc and ~/.wgetrc are not read.
needs: curl or wget (GNU, or busybox); tar; gzip; awk; sha512sum, shasum, sha512 or openssl. Not for Windows.
  The wget of busybox takes headers as arguments, which every process of the machine can see, and follows redirects on its
  own: it is not used for builds with headers, nor for an https server whose certificate it does not verify.
exit status: 0 done; 1 used wrongly, a tool is missing, or the cache is not safe; 2 the server does not answer or refuses;
  3 no such asset, or no build for this machine; 4 the facts do not fill a token; 5 the download failed; 6 the digest is
  wrong; 7 the archive cannot be unpacked safely; 8 some of several assets failed, each for a reason that is printed
END
}

# Set to the asset's name once it is known.
subject=
fail() {
  exit_code=$1
  shift
  printf 'fetch-asset: %s%s\n' "$subject" "$*" >&2
  exit "$exit_code"
}

say() { [ "$quiet" = 1 ] || printf 'fetch-asset: %s%s\n' "$subject" "$*" >&2; }

has() { command -v "$1" >/dev/null 2>&1; }

# --- tools -------------------------------------------------------------------------------------------------------

check_tools() {
  for tool in awk cat chmod find grep gzip head id ls mkdir mktemp mv rm sed sleep tail tar tr uname; do
    has "$tool" || fail 1 "$tool is missing; install it"
  done
  check_digest_tool
  check_http_client
}

check_digest_tool() {
  for digest_tool in sha512sum shasum sha512 openssl; do
    if has "$digest_tool"; then return; fi
  done
  fail 1 'sha512sum, shasum, sha512 and openssl are missing; install one of them'
}

# Prints the SHA-512 of standard input in lower-case hex.
sha512_of_input() {
  case $digest_tool in
    sha512sum) sha512sum ;;
    shasum) shasum -a 512 ;;
    sha512) sha512 -q ;;
    openssl) openssl dgst -sha512 ;;
  esac | sed 's/^.*= *//; s/ .*$//' | tr '[:upper:]' '[:lower:]'
}

is_sha512() { [ ${#1} -eq 128 ] && case $1 in *[!0-9a-f]*) false ;; esac; }

# Sets `client` to curl, gnu-wget or busybox-wget.
check_http_client() {
  if has curl; then
    client=curl
    return
  fi
  has wget || fail 1 'curl and wget are missing; install one of them'
  # Busybox knows no --version and answers with its usage.
  case $(wget --version 2>&1 || true) in
    *BusyBox*) client=busybox-wget ;;
    'GNU Wget 1.'*) client=gnu-wget ;;
    *) fail 1 'this wget is neither that of GNU nor that of busybox; install curl' ;;
  esac
  wget_usage=$(wget --help 2>&1 || true)
  case $client$wget_usage in
    gnu-wget*--content-on-error* | busybox-wget*) ;;
    *) fail 1 'this wget is older than 1.14; install curl' ;;
  esac
}

# --- the cache ---------------------------------------------------------------------------------------------------

default_cache() {
  if [ -n "${XDG_CACHE_HOME:-}" ]; then
    printf '%s/edge-assets' "$XDG_CACHE_HOME"
    return
  fi
  home=${HOME:-}
  if [ -z "$home" ]; then
    # Services often run without HOME; the shell knows the home of an account.
    account=$(id -un)
    case $account in '' | *[!A-Za-z0-9_.-]*) ;; *) eval "home=~$account" ;; esac
  fi
  case $home in
    /*) printf '%s/.cache/edge-assets' "$home" ;;
    *) fail 1 'HOME is not set; say with -c where archives are kept' ;;
  esac
}

# Prints the mode and the owner of a folder, such as `drwx------ 1000`.
mode_and_owner() {
  # shellcheck disable=SC2046 # split into fields
  set -- $(cd "$1" && ls -ldn .)
  printf '%s %s' "$1" "$3"
}

# Makes `cache` an absolute path without symbolic links, and refuses one that somebody else could have filled.
open_cache() {
  mkdir -p -- "$cache" 2>/dev/null || fail 1 "the cache folder $cache cannot be made; choose another with -c"
  cache=$(cd -- "$cache" && pwd -P) || fail 1 "the cache folder $cache cannot be opened; choose another with -c"
  facts=$(mode_and_owner "$cache")
  [ "${facts#* }" = "$(id -u)" ] || fail 1 "the cache folder $cache belongs to somebody else; choose another with -c"
  case $facts in
    ?????w* | ????????w*) fail 1 "others can write to the cache folder $cache; remove it, or choose another with -c" ;;
  esac
  parent=${cache%/*}
  while [ -n "$parent" ]; do
    case $(mode_and_owner "$parent") in
      ????????w[tT]*) ;;
      ????????w*) fail 1 "others can replace the cache folder $cache, as they can write to $parent; choose another with -c" ;;
    esac
    parent=${parent%/*}
  done
}

# Makes `work`, a private folder inside the cache that is removed at the end, and removes those of runs long dead.
open_work_folder() {
  work=
  apart=
  download=
  watchdog=
  trap 'close_work_folder' EXIT
  trap 'exit 1' HUP INT TERM
  work=$(mktemp -d "$cache/.work.XXXXXX") || fail 1 "cannot write to the cache folder $cache"
  find "$cache/." ! -name . -prune -name '.work.*' -mtime +7 -exec rm -rf {} + 2>/dev/null || true
}

# Stops what this process waits for.
stop_download() {
  [ -z "$apart" ] || kill "$apart" 2>/dev/null || true
  [ -z "$watchdog" ] || kill "$watchdog" 2>/dev/null || true
  [ -z "$download" ] || kill "$download" 2>/dev/null || true
}

close_work_folder() {
  stop_download
  [ -z "$work" ] || rm -rf "$work"
}

# --- the facts of this machine, as an agent reports them ---------------------------------------------------------

# One value of an os-release file, without its quotes.
release() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | sed 's/^["'\'']//; s/["'\'']$//' | head -n 1; }

# 32 or 64: what programs are built for, which need not be what the kernel is. Without getconf the shell's own ELF class.
word_size() {
  bits=$(getconf LONG_BIT 2>/dev/null) || bits=$(head -c 5 /bin/sh 2>/dev/null | tail -c 1 | tr '\001\002' '12')
  case $bits in 32 | 1) echo 32 ;; *) echo 64 ;; esac
}

collect_facts() {
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  machine=$(uname -m)
  arm_version=
  case $os in
    cygwin* | mingw* | msys* | windows*) fail 1 'Windows is not supported; ask the resolve API by other means' ;;
  esac
  case $machine in
    x86_64 | amd64) arch=amd64 ;;
    i386 | i486 | i586 | i686 | x86) arch=386 ;;
    aarch64 | arm64) arch=arm64 ;;
    armv[56]*) arch=arm; arm_version=${machine#armv}; arm_version=${arm_version%%[!0-9]*} ;;
    armv[78]*) arch=arm; arm_version=7 ;;
    *) arch=$machine ;;
  esac
  case $arch-$(word_size) in
    amd64-32) arch=386 ;;
    arm64-32) arch=arm; arm_version=7 ;;
  esac
  platform='' family='' version='' libc=''
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
      if [ -r /etc/debian_version ] && [ "$platform" = debian ]; then version=$(cat /etc/debian_version); fi
      if ls /lib/ld-musl-* >/dev/null 2>&1; then libc=musl; else libc=glibc; fi
      ;;
    darwin) platform=darwin; family='Standalone Workstation'; version=$(sw_vers -productVersion 2>/dev/null || true) ;;
    *) platform=$os; version=$(uname -r) ;;
  esac
}

percent_encode() {
  case $1 in
    *[!A-Za-z0-9_.~-]*) ;;
    *)
      printf '%s' "$1"
      return
      ;;
  esac
  printf '%s\n' "$1" | awk '
    BEGIN { for (code = 1; code < 256; code++) code_of[sprintf("%c", code)] = code }
    {
      for (at = 1; at <= length($0); at++) {
        character = substr($0, at, 1)
        printf "%s", character ~ /[A-Za-z0-9_.~-]/ ? character : sprintf("%%%02X", code_of[character])
      }
    }'
}

facts_query() {
  printf 'os=%s&arch=%s' "$(percent_encode "$os")" "$(percent_encode "$arch")"
  printf '&platform=%s&platform_family=%s' "$(percent_encode "$platform")" "$(percent_encode "$family")"
  printf '&platform_version=%s' "$(percent_encode "$version")"
  [ -z "$libc" ] || printf '&libc_type=%s' "$libc"
  [ -z "$arm_version" ] || printf '&arm_version=%s' "$arm_version"
}

# --- HTTP --------------------------------------------------------------------------------------------------------

# The scheme, host and port of a URL in one spelling. A user's name and password are no part of it.
origin() {
  printf '%s\n' "$1" | sed 's|^\([A-Za-z]*://[^/?#]*\).*$|\1|; s|//[^@]*@|//|' | tr '[:upper:]' '[:lower:]' |
    sed 's|^\(http://.*\):80$|\1|; s|^\(https://.*\):443$|\1|'
}

# A URL for messages: without its query and password, which may be secrets.
shown() { printf '%s\n' "${1%%[?#]*}" | sed 's|//[^/]*@|//|'; }

# The absolute URL of $2, a Location header in the answer of $1.
absolute() {
  base=${1%%[?#]*}
  authority=$(printf '%s\n' "$base" | sed 's|^\([A-Za-z]*://[^/]*\).*$|\1|')
  [ "$base" != "$authority" ] || base=$base/
  case $2 in
    [A-Za-z]*://*) printf '%s' "$2" ;;
    //*) printf '%s' "${base%%:*}:$2" ;;
    /*) printf '%s' "$authority$2" ;;
    '?'*) printf '%s' "$base$2" ;;
    *) printf '%s' "${base%/*}/$2" ;;
  esac
}

# One header of the last answer; there are several after a proxy's or a provisional one.
answer_header() {
  tr -d '\r' <"$work/head" | awk -v wanted="$1:" '
    /^ *HTTP\// { value = "" }
    tolower($1) == wanted { value = $0; sub(/^[^:]*: */, "", value) }
    END { print value }'
}

# GET $1 with the header lines of file $2 into $work/body: at most $3 bytes, and stalled for at most $4 seconds. Sets `status`, 000 when there is no whole
# answer; then $work/error says why. Follows no redirect,
# but for busybox: see `busybox_wget_may_ask`.
http_get() {
  rm -f "$work/body" "$work/head" "$work/error" "$work/stopped"
  : >"$work/body"
  : >"$work/head"
  ca_file=${CURL_CA_BUNDLE:-${SSL_CERT_FILE:-}}
  code=0
  case $client in
    curl) curl_get "$@" || code=$? ;;
    gnu-wget) gnu_wget_get "$@" || code=$? ;;
    busybox-wget) busybox_wget_get "$@" || code=$? ;;
  esac
  status=$(sed -n -e 's|^ *HTTP/[0-9.]* \([0-9][0-9][0-9]\).*$|\1|p' \
    -e 's|^wget: server returned error: HTTP/[0-9.]* \([0-9][0-9][0-9]\).*$|\1|p' "$work/head" | tail -n 1)
  # A download that ended well as it was being stopped is whole.
  [ "$code" != 0 ] || rm -f "$work/stopped"
  [ "$(size_of "$work/body")" -le "$3" ] || printf 'it is larger than %s bytes\n' "$3" >"$work/stopped"
  if [ -s "$work/stopped" ]; then
    mv "$work/stopped" "$work/error"
    status=000
  elif [ "$code" = 0 ]; then
    # A busybox without -S shows no status of a success.
    status=${status:-200}
  else
    # wget fails on 304 and 404 too, which are answers; one that failed after a 200 is cut short.
    case $client-$status in
      *wget-[345]??) ;;
      *) status=000 ;;
    esac
    [ -s "$work/error" ] || grep -v '^  ' "$work/head" >"$work/error" || echo 'the connection was closed early' >"$work/error"
  fi
}

# Private files carry headers and URLs, as arguments are seen by every process.
curl_get() {
  quoted() { sed 's/[\\"]/\\&/g'; }
  {
    printf 'url = "%s"\n' "$(printf '%s' "$1" | quoted)"
    # A header without a value ends with a semicolon; with a colon curl would leave it out.
    sed 's/^\([^:]*\): *$/\1;/' "$2" | quoted | sed 's/^.*$/header = "&"/'
    printf 'output = "%s"\ndump-header = "%s"\n' "$(printf '%s' "$work/body" | quoted)" "$(printf '%s' "$work/head" | quoted)"
    printf 'connect-timeout = %s\nspeed-limit = %s\nspeed-time = %s\n' "$CONNECT_SECONDS" "$LOWEST_SPEED" "$4"
    [ -z "$ca_file" ] || printf 'cacert = "%s"\n' "$(printf '%s' "$ca_file" | quoted)"
  } >"$work/request"
  watched "$3" "$4" "$work/error" curl -q -sS -g -K "$work/request"
}

gnu_wget_get() {
  printf '%s\n' "$1" >"$work/url"
  {
    sed 's/^/header = /' "$2"
    # Without keep-alive an answer without a body ends at once.
    printf 'tries = 1\nmax_redirect = 0\ncontent_on_error = on\nhttp_keep_alive = off\nconnect_timeout = %s\n' "$CONNECT_SECONDS"
    [ -z "$ca_file" ] || printf 'ca_certificate = %s\n' "$ca_file"
  } >"$work/request"
  WGETRC=$work/request
  export WGETRC
  watched "$3" "$4" "$work/head" wget -nv -S -O "$work/body" -i "$work/url"
}

busybox_wget_get() {
  location=$1
  header_lines=$2
  limit=$3
  patience=$4
  set -- -q -O "$work/body"
  case $wget_usage in *-S*) set -- "$@" -S ;; esac
  while IFS= read -r line; do set -- "$@" --header "$line"; done <"$header_lines"
  watched "$limit" "$patience" "$work/head" wget "$@" "$location"
}

# Busybox follows redirects with all headers, and some builds of it verify no certificate. Whether it may send the
# credential is found out by a question without one.
busybox_wget_may_ask() {
  : >"$work/none"
  http_get "$server/version" "$work/none" "$MAX_ANSWER_BYTES" "$ANSWER_SECONDS"
  if grep -q 'certificate validation not implemented' "$work/head"; then
    fail 1 "this wget does not verify the certificate of $server; install curl"
  fi
  if grep -q '^ *HTTP/[0-9.]* 3' "$work/head"; then
    fail 1 "$server redirects, and this wget would pass the key on; set SENSU_API_URL to where it redirects, or install curl"
  fi
  say 'without curl, the key can be seen in the list of processes while the server is asked'
}

# Bytes of a file.
size_of() {
  # shellcheck disable=SC2046 # split into fields
  set -- $(cd "$work" && ls -ln "${1##*/}" 2>/dev/null)
  printf '%s' "${5:-0}"
}

# Runs a download with its errors in file $3, and stops it when $work/body outgrows $1 bytes or is stalled for $2 seconds.
watched() {
  limit=$1
  patience=$2
  errors=$3
  shift 3
  "$@" >/dev/null 2>"$errors" </dev/null &
  download=$!
  watch "$limit" "$patience" "$download" >/dev/null 2>&1 </dev/null &
  watchdog=$!
  result=0
  wait "$download" 2>/dev/null || result=$?
  download=
  kill "$watchdog" 2>/dev/null || true
  wait "$watchdog" 2>/dev/null || true
  watchdog=
  return "$result"
}

# Kills process $3 when $work/body outgrows $1 bytes or is stalled for $2 seconds.
watch() {
  trap - EXIT
  seconds=0
  before=0
  while sleep 1; do
    seconds=$((seconds + 1))
    now=$(size_of "$work/body")
    if [ "$now" -gt "$1" ]; then
      printf 'it is larger than %s bytes\n' "$1" >"$work/stopped"
    elif [ "$seconds" -gt "$2" ]; then
      # curl, which waits for as long, comes first with its own words.
      if [ $((now - before)) -lt $((LOWEST_SPEED * $2)) ]; then
        printf 'it stalled: less than %s bytes a second for %s seconds\n' "$LOWEST_SPEED" "$2" >"$work/stopped"
      fi
      seconds=0
      before=$now
    fi
    if [ -s "$work/stopped" ]; then
      kill "$3"
      return
    fi
  done
}

# What went wrong, of which clients write more lines than one.
error_text() { sed '/^$/d' "$work/error" | head -n 1; }

# --- ask which archives they are ---------------------------------------------------------------------------------

# Sets `remembered`, where the answer to this question is kept. Lengths make two questions never the same text.
find_remembered() {
  for part in 2 "$server" "$namespace" "$names" "$query"; do printf '%s:%s' "${#part}" "$part"; done >"$work/question"
  key=$(sha512_of_input <"$work/question")
  is_sha512 "$key" || fail 1 "$digest_tool is broken: it gives no SHA-512"
  remembered=$cache/.resolved.$key
}

write_credential() {
  if [ -n "${SENSU_API_KEY:-}" ]; then
    credential="Key $SENSU_API_KEY"
  elif [ -n "${SENSU_TOKEN:-}" ]; then
    credential="Bearer $SENSU_TOKEN"
  else
    fail 1 'set SENSU_API_KEY or SENSU_TOKEN'
  fi
  case $credential in *[[:cntrl:]]*) fail 1 'SENSU_API_KEY or SENSU_TOKEN holds a line break' ;; esac
  printf 'Authorization: %s\n' "$credential" >"$work/credential"
}

# The message of an error's JSON.
server_message() { sed -n 's/.*"message":"\(\([^"\\]\|\\.\)*\)".*/\1/p' "$work/body" | head -n 1; }

# Asks for all assets at once. Writes the answer to $work/resolved: a line with its ETag, the number of assets, and a block
# of KEY='value' lines for each. Sets `is_new` to 1 when it is not what is remembered.
ask() {
  is_new=0
  find_remembered
  cat "$work/credential" >"$work/headers"
  if [ -r "$remembered" ]; then
    tag=$(head -n 1 "$remembered")
    [ -z "$tag" ] || printf 'If-None-Match: %s\n' "$tag" >>"$work/headers"
  fi
  named=
  # What names hold, and the comma, stands in a query as it is.
  [ "$all" = 1 ] || named="&names=$names"
  http_get "$server/api/edge/v1/namespaces/$namespace/resolve?format=env$named&$query" \
    "$work/headers" "$MAX_ANSWER_BYTES" "$ANSWER_SECONDS"
  case $status in
    200)
      { answer_header etag; cat "$work/body"; } >"$work/resolved"
      is_new=1
      ;;
    304) cat "$remembered" >"$work/resolved" ;;
    404)
      reason=$(server_message)
      fail 3 "${reason:-there is no namespace $namespace}"
      ;;
    000 | 5??)
      if [ "$status" = 000 ]; then reason=$(error_text); else reason="status $status"; fi
      [ -r "$remembered" ] || fail 2 "$server does not answer: $reason"
      say "$server does not answer ($reason); using what was fetched before"
      cat "$remembered" >"$work/resolved"
      ;;
    *)
      reason=$(server_message)
      fail 2 "$server answered $status${reason:+: $reason}"
      ;;
  esac
  # Each line must be KEY='value' in full.
  if sed 1d "$work/resolved" | grep -qv "^ASSET_[A-Z0-9_]*='\([^']\|'\\\\''\)*'\$" || ! list_outcomes; then
    [ "$status" != 304 ] || rm -f "$remembered" # damaged: the next run asks for the whole answer
    fail 2 "the answer of $server is not what it should be"
  fi
}

# Writes a line "NAME OUTCOME DIGEST" for each asset to $work/outcomes, in the order they were asked for. The outcome is
# the server's (resolved, none, missing, failed), `open` where the facts do not fill a token, or `unknown` where the answer
# does not name the asset, as what is remembered may. Fails for an answer that is cut short or names something twice.
list_outcomes() {
  awk -v all="$all" '
    function value(    text) {
      text = $0
      sub(/^[^=]*=\047/, "", text)
      sub(/\047$/, "", text)
      gsub(/\047\\\047\047/, "\047", text)
      return text
    }
    part == "asked" { order[++count] = $0; next }
    FNR == 1 { next }
    /^ASSET_COUNT=/ { expected = value(); next }
    /^ASSET_NAME=/ {
      name = value()
      if (name !~ /^[A-Za-z0-9_.:\/-]+$/ || (name in outcome)) broken = 1
      outcome[name] = "malformed"
      found++
      if (all) order[++count] = name
    }
    /^ASSET_OUTCOME=/ { outcome[name] = value() }
    /^ASSET_SHA512=/ { digest[name] = tolower(value()) }
    /^ASSET_UNRESOLVED=/ { open[name] = value() }
    END {
      if (broken || expected == "" || found + 0 != expected + 0) exit 1
      for (i = 1; i <= count; i++) {
        name = order[i]
        if (!(name in outcome)) outcome[name] = "unknown"
        else if (outcome[name] == "resolved" && open[name] != "") outcome[name] = "open"
        print name, outcome[name], digest[name]
      }
    }' part=asked "$work/asked" part=answer "$work/resolved" >"$work/outcomes"
}

# Remembers the answer. Of the assets of $work/failed, which cannot be fetched as they are now, it is what was remembered
# before; the tag is then left out, so that the server is asked for the whole answer again.
remember() {
  if [ ! -s "$work/failed" ]; then
    mv "$work/resolved" "$remembered"
    return
  fi
  before=$remembered
  [ -r "$before" ] || before=/dev/null
  awk '
    part == "failed" { failed[$0] = 1; next }
    FNR == 1 || /^ASSET_COUNT=/ { keep = 0; next }
    /^ASSET_NAME=/ { keep = ($0 in failed) ? part == "before" : part == "now"; count += keep }
    keep { blocks = blocks $0 "\n" }
    END { printf "\nASSET_COUNT=\047%d\047\n%s", count, blocks }
  ' part=failed "$work/failed" part=now "$work/resolved" part=before "$before" >"$work/merged"
  mv "$work/merged" "$remembered"
}

# Writes the lines of asset $1 to $work/asset.
open_block() {
  awk -v first="ASSET_NAME='$1'" '/^ASSET_NAME=/ { inside = $0 == first } inside' "$work/resolved" >"$work/asset"
}

# The values of the lines of $work/asset whose key matches.
value() { sed -n "s/^$1='\(.*\)'\$/\1/p" "$work/asset" | sed "s/'\\\\''/'/g"; }

# --- fetch, verify, unpack ---------------------------------------------------------------------------------------

check_url() {
  case $1 in *[[:cntrl:]]* | *\\*) fail 5 "'$(shown "$1" | tr -d '[:cntrl:]')' is not a URL" ;; esac
  case $(origin "$1") in
    http://?* | https://?*) ;;
    *) fail 5 "'$(shown "$1")' is not an http or https URL" ;;
  esac
}

# Downloads $1 to $work/body. The headers of the build may be secrets: they go to the origin of the URL and nowhere else.
download_archive() {
  at=${1%%#*}
  check_url "$at"
  first=$(origin "$at")
  value 'ASSET_HEADER_[0-9]*' >"$work/headers"
  if grep -qv '^[A-Za-z0-9_.!#$%&*+^|~-][A-Za-z0-9_.!#$%&*+^|~-]*: ' "$work/headers"; then
    fail 5 'a header of the build is malformed'
  fi
  if [ "$client" = busybox-wget ] && [ -s "$work/headers" ]; then
    fail 1 'the build has headers, which this wget would send wherever it is redirected; install curl'
  fi
  : >"$work/none"
  redirects=0
  while :; do
    headers=$work/none
    [ "$(origin "$at")" != "$first" ] || headers=$work/headers
    http_get "$at" "$headers" "$max_bytes_of_archive" "$stall_seconds"
    case $status in
      200) break ;;
      301 | 302 | 303 | 307 | 308) ;;
      000) fail 5 "$(shown "$at"): $(error_text)" ;;
      *) fail 5 "$(shown "$at") answered $status" ;;
    esac
    redirects=$((redirects + 1))
    [ "$redirects" -le "$MAX_REDIRECTS" ] || fail 5 "$(shown "$1") redirects more than $MAX_REDIRECTS times"
    location=$(answer_header location)
    [ -n "$location" ] || fail 5 "$(shown "$at") answered $status without a location"
    next=$(absolute "$at" "$location")
    next=${next%%#*}
    check_url "$next"
    check_downgrade "$at" "$next"
    at=$next
  done
  if [ "$client" = busybox-wget ]; then check_downgrade "$at" "$(plain_http_redirect)"; fi
}

check_downgrade() {
  case $(origin "$1")-$(origin "$2") in
    https://*-http://*) fail 5 "$(shown "$1") redirects from https to http" ;;
  esac
}

# The first plain http URL that busybox was redirected to, if any.
plain_http_redirect() { sed -n 's/^ *[Ll]ocation: *\([Hh][Tt][Tt][Pp]:.*\)$/\1/p' "$work/head" | head -n 1; }

fetch_from_origin() {
  say "fetching $(shown "$url")"
  download_archive "$url"
  check_digest "$1" "$url"
}

# The copy on the server, which may be asked with the credential, as only a path of it is taken.
fetch_copy() {
  say "fetching the copy of $server"
  http_get "$server$copy" "$work/credential" "$max_bytes_of_archive" "$stall_seconds"
  case $status in
    200) ;;
    000) fail 5 "the copy of $server: $(error_text)" ;;
    *) fail 5 "the copy of $server answered $status" ;;
  esac
  check_digest "$1" "$server$copy"
}

check_digest() {
  found=$(sha512_of_input <"$work/body")
  [ "$found" = "$1" ] || fail 6 "the sha512 of $(shown "$2") is $found, and should be $1"
}

# Fetches the archive with digest $1 to $work/body: from its URL and then from the copy, or the other way round where the
# server says so.
fetch_verified() {
  url=$(value ASSET_URL)
  copy=$(value ASSET_MIRROR_URL)
  case $copy-$(value ASSET_MIRROR) in
    /api/edge/v1/archives/sha512/"$1"-prefer)
      run_apart fetch_copy "$1"
      [ "$result" = 0 ] || fetch_from_origin "$1"
      ;;
    /api/edge/v1/archives/sha512/"$1"-*)
      run_apart fetch_from_origin "$1"
      [ "$result" = 0 ] || fetch_copy "$1"
      ;;
    *) fetch_from_origin "$1" ;;
  esac
}

# $work/body, without its gzip, as $work/tar. Other compressions are refused, as agents refuse them.
decompress() {
  if [ "$(head -c 2 "$work/body" | tr '\037\213' 'gz')" != gz ]; then
    mv "$work/body" "$work/tar"
    return
  fi
  { gzip -dc <"$work/body" 2>/dev/null || echo $? >"$work/gzip"; } | head -c $((max_bytes_of_archive + 1)) >"$work/tar"
  [ "$(size_of "$work/tar")" -le "$max_bytes_of_archive" ] || fail 7 "unpacked, the archive is larger than $max_bytes_of_archive bytes"
  # 2 is a warning, of bytes after the end.
  if [ -s "$work/gzip" ] && [ "$(cat "$work/gzip")" != 2 ]; then fail 7 'the archive is damaged: gzip cannot unpack it'; fi
}

# Refuses an archive with a member that is no file, folder or link, or that leads out of the folder. Reads the members'
# names (`tar -t`), then their long lines (`tar -tv`), in which GNU, BSD and busybox write links in these ways:
#   lrwxrwxrwx ... NAME -> TARGET      hrw-r--r-- ... NAME link to TARGET      -rw-r--r-- ... NAME -> TARGET (a hard link)
check_members() {
  if ! tar -tf - <"$work/tar" >"$work/names" 2>"$work/notes" || ! tar -tvf - <"$work/tar" >"$work/members" 2>/dev/null; then
    fail 7 "$(shown "$url") is no tar archive, plain or in gzip"
  fi
  [ -s "$work/names" ] || fail 7 'the archive is empty'
  problem=$(awk '
    function refuse(why) { if (!refused) print "the archive holds " why ": " name; refused = 1; exit }
    # The path without empty and dot segments.
    function normal(path,    count, segments, i, result) {
      count = split(path, segments, "/")
      for (i = 1; i <= count; i++) if (segments[i] != "" && segments[i] != ".") result = result "/" segments[i]
      return substr(result, 2)
    }
    function leads_out(path) { return path ~ /^\// || ("/" path "/") ~ /\/\.\.\// }
    # What follows the only separator. Where a name holds one too, name and target cannot be told apart.
    function target_of(separator,    parts) {
      if (split(line, parts, separator) != 2 || parts[2] == "" || substr(parts[1], length(parts[1]) - length(name)) != " " name) {
        refuse("a link with an unclear target")
      }
      return parts[2]
    }
    # ".." may only lead, as often as there are folders above: behind another link it could climb further.
    function check_symlink(target,    above, count, segments, i, below) {
      above = split(path, segments, "/") - 1
      count = split(target, segments, "/")
      for (i = 1; i <= count; i++) {
        if (segments[i] == "" || segments[i] == ".") continue
        if (segments[i] != "..") below = 1
        else if (below || --above < 0) refuse("a symbolic link that leads out of its folder")
      }
      if (target ~ /^\//) refuse("a symbolic link that leads out of its folder")
    }
    FNR == NR { names[FNR] = $0; next }
    {
      name = names[FNR]
      line = $0
      type = substr(line, 1, 1)
      paths[FNR] = path = normal(name)
      members[path]++
      if (leads_out(name)) refuse("a member that leads out of its folder")
      if (type == "l") { check_symlink(target_of(" -> ")); symlinks[path] = 1 }
      else if (type == "h") linked[FNR] = target_of(" link to ")
      else if (type == "-" && index(line, " -> ")) linked[FNR] = target_of(" -> ")
      else if (type == "-") files[path] = 1
      else if (type != "d") refuse("a member that is no file, folder or link")
    }
    END {
      if (refused) exit
      for (i in paths) {
        name = parent = paths[i]
        if ((i in linked) && (leads_out(linked[i]) || !(normal(linked[i]) in files))) refuse("a hard link to what is none of its files")
        if ((name in symlinks) && members[name] > 1) refuse("a symbolic link and another member of the same name")
        while (sub(/\/[^\/]*$/, "", parent)) if (parent in symlinks) refuse("a member below a symbolic link")
      }
    }' "$work/names" "$work/members")
  [ -z "$problem" ] || fail 7 "$problem"
  # Busybox lists a name without what leads out, and says so.
  if grep -qi 'removing leading' "$work/notes"; then fail 7 'the archive holds a member that leads out of its folder'; fi
}

# Unpacks into $work/$1, then gives the folder its name in the cache, at once: it is there whole or not at all.
unpack() {
  mkdir "$work/$1"
  # Owners are not those of the archive (-o); modes lose setuid, setgid, sticky and the write bits of others.
  (cd "$work/$1" && tar -xof -) <"$work/tar" >/dev/null 2>"$work/error" || fail 7 "the archive cannot be unpacked: $(error_text)"
  chmod -R u+rwX,g-ws,o-w,u-s,-t "$work/$1" || fail 7 'the modes of what was unpacked cannot be set'
  special=$(find "$work/$1" ! -type f ! -type d ! -type l)
  [ -z "$special" ] || fail 7 'the archive holds a member that is no file, folder or link'
  # Fails where another run was faster; what that one unpacked has the same digest.
  mv "$work/$1" "$cache/" 2>/dev/null || [ -d "$cache/$1" ] || fail 7 "cannot write $cache/$1"
}

# Prints where asset $1 is: the folder of digest $2.
print_folder() {
  if [ "$as_path" = 1 ]; then
    printf '%s/bin:' "$cache/$2"
  elif [ "$several" = 1 ]; then
    printf '%s %s\n' "$1" "$cache/$2"
  else
    printf '%s\n' "$cache/$2"
  fi
}

# Fetches asset $1, whose outcome is $2 and digest $3, and prints its folder.
fetch_one() {
  open_block "$1"
  case $2 in
    resolved) ;;
    open) fail 4 "the facts of this machine do not fill: $(value ASSET_UNRESOLVED)" ;;
    none | missing) fail 3 "$(value ASSET_MESSAGE)" ;;
    failed) fail 2 "$(value ASSET_MESSAGE)" ;;
    unknown) fail 2 "$server does not answer for it, and it was not fetched before" ;;
    *) fail 2 "the answer of $server is not what it should be" ;;
  esac
  is_sha512 "$3" || fail 6 'the definition holds no sha512'
  fetch_verified "$3"
  decompress
  check_members
  unpack "$3"
  print_folder "$1" "$3"
}

# Runs a function in a process of its own, as what fails ends the process. Sets `result` to its exit code.
run_apart() {
  (
    trap stop_download EXIT
    trap 'exit 1' HUP INT TERM
    "$@"
  ) &
  apart=$!
  result=0
  wait "$apart" || result=$?
  apart=
}

# Fetches what is not there yet of the assets of $work/outcomes, and prints the folders of all that are.
fetch_all() {
  : >"$work/failed"
  total=0
  failures=0
  failed=
  while read -r name outcome digest <&3; do
    total=$((total + 1))
    subject="$name: "
    if [ "$outcome" = resolved ] && is_sha512 "$digest" && [ -d "$cache/$digest" ]; then
      say 'it is there already'
      print_folder "$name" "$digest"
    elif [ "$all-$outcome" = 1-none ]; then
      say 'it has no build for this machine'
    elif [ "$several" = 0 ]; then
      fetch_one "$name" "$outcome" "$digest"
    else
      run_apart fetch_one "$name" "$outcome" "$digest"
      if [ "$result" != 0 ]; then
        failures=$((failures + 1))
        failed="$failed $name"
        # What the server says of an asset is remembered; an archive that cannot be had does not replace one that could.
        [ "$outcome" != resolved ] || printf "ASSET_NAME='%s'\n" "$name" >>"$work/failed"
      fi
    fi
  done 3<"$work/outcomes"
  subject=
}

# --- the command -------------------------------------------------------------------------------------------------

wrong_usage() { fail 1 "$1; -h lists the options"; }

namespace=default
cache=
stall_seconds=30
max_bytes_of_archive=2147483648
as_path=0
quiet=0
all=0
while getopts :n:c:t:pqh-: option; do
  case $option in
    n) namespace=$OPTARG ;;
    c) cache=$OPTARG ;;
    t) stall_seconds=$OPTARG ;;
    p) as_path=1 ;;
    q) quiet=1 ;;
    h) usage; exit 0 ;;
    -)
      case $OPTARG in
        help) usage; exit 0 ;;
        all) all=1 ;;
        max-bytes=*) max_bytes_of_archive=${OPTARG#*=} ;;
        max-bytes)
          shift $((OPTIND - 1))
          OPTIND=1
          [ $# -gt 0 ] || wrong_usage '--max-bytes needs a value'
          max_bytes_of_archive=$1
          shift
          ;;
        *) wrong_usage "unknown option --$OPTARG" ;;
      esac
      ;;
    :) wrong_usage "-$OPTARG needs a value" ;;
    *) wrong_usage "unknown option -$OPTARG" ;;
  esac
done
shift $((OPTIND - 1))
case $all-$# in 0-0) wrong_usage 'the name of an asset is missing' ;; 1-0 | 0-*) ;; *) wrong_usage "--all and the name $1 are two things" ;; esac
several=1
case $all-$# in 0-1) several=0 ;; esac

[ "$several" = 1 ] || subject="$1: "
check_tools
names=
for name; do
  case $name in '' | . | .. | *[!A-Za-z0-9_./:-]*) subject="$name: "; fail 1 'is no asset name' ;; esac
  case $names,$name in ?*,-*) subject="$name: "; fail 1 'options stand before names' ;; esac
  names=$names${names:+,}$name
done
# No name holds a star.
[ "$all" = 0 ] || names='*'
[ ${#names} -le "$MAX_NAMES_LENGTH" ] || fail 1 "the names are longer than $MAX_NAMES_LENGTH characters; ask for them in several runs, or with --all"
case $namespace in '' | . | .. | *[!A-Za-z0-9_.:-]*) fail 1 "'$namespace' is no namespace" ;; esac
case $stall_seconds in '' | 0* | *[!0-9]* | ?????*) fail 1 "-t $stall_seconds: use seconds, from 1 to 9999" ;; esac
case $max_bytes_of_archive in
  '' | 0* | *[!0-9]* | ????????????????*) fail 1 "--max-bytes $max_bytes_of_archive: use a whole number of bytes" ;;
esac
server=${SENSU_API_URL:-http://127.0.0.1:8080}
server=${server%/}
case $server in
  http://?* | https://?*) ;;
  *://*) fail 1 "SENSU_API_URL is $server; use an http or https URL" ;;
  *) server=http://$server ;;
esac
[ -n "$cache" ] || cache=$(default_cache)

open_cache
case $as_path-$cache in 1-*:*) fail 1 "the cache folder $cache holds a colon, which PATH cannot; choose another with -c" ;; esac
open_work_folder
write_credential
collect_facts
query=$(facts_query)
if [ "$client" = busybox-wget ]; then busybox_wget_may_ask; fi
for name; do printf '%s\n' "$name"; done >"$work/asked"
ask
fetch_all
[ "$is_new" = 0 ] || remember
[ "$failures" = 0 ] || fail 8 "$failures of $total assets could not be fetched:$failed"
