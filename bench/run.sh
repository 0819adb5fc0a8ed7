#!/usr/bin/env bash
# Measures this repository beside the Erlang originals and prints one table; bench/README.md says what each row does.
#
#   bench/run.sh [--quick] [--only NAME] [--json FILE]   every row of the comparison, or those whose name contains NAME
#   bench/run.sh peers | limits | growth | overload [--quick]     other ways in .NET; how costs grow; what a slow member costs
#   bench/run.sh --install ...                           first installs what is missing, as root, with apt-get
#
# Without Erlang (Debian: apt-get install erlang-base) or the Orleans packages, their columns stay empty and say why.
set -euo pipefail
caller=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1
cache=$PWD/.cache
gm_package=rabbitmq-server

if [ "${1:-}" = --install ]; then
  shift
  command -v erlc >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -q erlang-base
fi

# Fetches a Debian package and unpacks it; nothing is installed, and no program of it is started.
unpack() {
  [ ! -d "$cache/$1" ] || return 0
  command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 1
  rm -rf "$cache/$1.new"
  mkdir -p "$cache/$1.new"
  (cd "$cache/$1.new" && apt-get download -q "$1" && dpkg -x ./*.deb . && rm ./*.deb) >"$cache/$1.log" 2>&1 || return 1
  mv "$cache/$1.new" "$cache/$1"
}

prepare_erlang() {
  local gm paths=()
  if ! command -v erlc >/dev/null; then
    echo "Erlang is missing: apt-get install erlang-base, or bench/run.sh --install as root." >&2
    return
  fi
  mkdir -p "$cache"
  for package in "$gm_package" erlang-mnesia; do
    unpack "$package" || echo "$package cannot be fetched (see $cache/$package.log): the rows with gm stay empty." >&2
  done
  gm=$(find "$cache" -name gm.beam -print -quit)
  if [ -n "$gm" ]; then paths=(-pa "$(dirname "$gm")"); fi
  rm -rf "$cache/ebin"
  mkdir -p "$cache/ebin"
  erlc -o "$cache/ebin" ${paths[@]+"${paths[@]}"} Erlang/*.erl >"$cache/erlc.log" 2>&1 || cat "$cache/erlc.log" >&2
}

# The silo has what the comparison itself has, too, but needs packages that not every source has.
build() {
  local options=(-c Release --tl:off -v:q --disable-build-servers)
  dotnet build Orleans.Groups.Comparison.Silo "${options[@]}" >"$cache/build.log" 2>&1 ||
    dotnet build Orleans.Groups.Comparison "${options[@]}" >"$cache/build.log" 2>&1 || { cat "$cache/build.log"; exit 1; }
}

# Files and folders are meant as whoever calls sees them.
arguments=()
previous=
for argument in "$@"; do
  case "$previous" in
    --json | --results)
      [[ $argument = /* ]] || argument=$caller/$argument
      [ -d "$(dirname "$argument")" ] || { echo "run.sh: there is no folder $(dirname "$argument")." >&2; exit 2; }
      ;;
  esac
  arguments+=("$argument")
  previous=$argument
done

mkdir -p "$cache"
prepare_erlang
build
exec dotnet exec Orleans.Groups.Comparison/bin/Release/net10.0/Orleans.Groups.Comparison.dll ${arguments[@]+"${arguments[@]}"}
