#!/usr/bin/env bash
# Restores, builds and tests everything; needs only the .NET 10 SDK. The last line is the sum: "N passed, N failed, N skipped".
#
#   ./test.sh                          everything
#   ./test.sh -class '*.RingTests'     only these tests; the arguments go to every test executable (-?: all of them)
#
# TEST_SECONDS is the time limit for one test project (default 1200).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MSBUILDDISABLENODEREUSE=1 NO_COLOR=1
solution=Orleans.Groups.sln
options=(--tl:off -v:q --disable-build-servers)
limit=${TEST_SECONDS:-1200}

command -v dotnet >/dev/null || { echo "test.sh: dotnet is missing; install the .NET 10 SDK." >&2; exit 2; }
dotnet --version >/dev/null 2>&1 || { echo "test.sh: the .NET 10 SDK is missing (global.json asks for it)." >&2; exit 2; }

# Tests with silos, run side by side: each silo's start halts its process, and several processes mostly wait for each other.
together='Orleans.Groups.Conformance.Tests Orleans.Groups.DefaultDirectory.Tests Orleans.Groups.Process.Tests Orleans.Groups.Tests'

work=$(mktemp -d)
running=
finish() {
  status=$?
  jobs -p | while read -r job; do kill "$job" 2>/dev/null || true; done
  wait
  for name in $running; do echo "$name: interrupted; so far:"; tail -n 40 "$work/$name.log"; done
  rm -rf "$work"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# Runs a step; its output is shown only if it fails.
step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" </dev/null >"$work/step.log" 2>&1; then
    echo "$name: ok ($((SECONDS - start)) s)"
  else
    echo "$name: FAILED"
    cat "$work/step.log"
    return 1
  fi
}

# Ids of packages that could not be had, if restore failed for that reason alone and only the Orleans projects need them.
missing_orleans_packages() {
  local only_orleans='^(Microsoft\.Orleans\..+|Microsoft\.AspNetCore\.Connections\.Abstractions|Polly\.Extensions|System\.IO\.Hashing)$'
  local missing=' error NU(1100|1101|1102|1103): (Unable to find (a stable )?package|Unable to resolve) '"'?"
  local errors ids projects
  # A message may go on in lines that begin with the same code and more blanks (the versions found).
  errors=$(grep -E ' error [A-Z]+[0-9]+:' "$1" | grep -vE ' error NU110[0-3]:  ') || return 1
  ids=$(grep -E "$missing" <<<"$errors" | sed -E "s/.*$missing([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*).*/\4/" | sort -u) || return 1
  if grep -vqiE "$only_orleans" <<<"$ids"; then return 1; fi
  # In a project that lacks a package, a conflict of versions means nothing: its graph is incomplete.
  projects=$(grep -E "$missing" <<<"$errors" | sed -E 's/ : error .*//' | sort -u)
  if grep -vE "$missing" <<<"$errors" | grep -vE ' error NU(1107|1109|1605|1608):' | grep -q .; then return 1; fi
  if grep -vE "$missing" <<<"$errors" | grep -vF "$projects" | grep -q .; then return 1; fi
  paste -sd ' ' <<<"$ids"
}

start=$SECONDS
if dotnet restore "$solution" "${options[@]}" </dev/null >"$work/restore.log" 2>&1; then
  echo "restore: ok ($((SECONDS - start)) s)"
elif missing=$(missing_orleans_packages "$work/restore.log"); then
  solution=Orleans.Groups.InMemory.slnf
  echo "The Orleans projects are left out, because no package source here has: $missing"
  step restore dotnet restore "$solution" "${options[@]}"
else
  echo "restore: FAILED"
  cat "$work/restore.log"
  exit 1
fi

# The tests with real silos keep their records in PostgreSQL; without it they are skipped, and say so.
if [ "$solution" = Orleans.Groups.sln ] && ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 &&
   [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  step "install postgresql" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q postgresql ||
    echo "PostgreSQL is missing; the tests that need it are skipped."
fi

step build dotnet build "$solution" -c Release --no-restore "${options[@]}"

# Value of an attribute of the one <assembly> element of a report.
count() {
  local value
  value=$(grep -oE '<assembly [^>]*>' "$2" | head -n 1 | grep -oE " $1=\"[0-9]+\"" | grep -oE '[0-9]+') && echo "$value"
}

timeout=()
if command -v timeout >/dev/null; then timeout=(timeout -k 10 "$limit"); fi
passed=0 failed=0 skipped=0 broken=0

# Runs the tests of one project, in a shell of its own that takes them along if it is ended; leaves its report, what it
# printed, its exit code and its seconds in $work.
run_tests() {
  local name=$1 start=$SECONDS status=0 tests
  shift
  ${timeout[@]+"${timeout[@]}"} dotnet exec "tests/$name/bin/Release/net10.0/$name.dll" \
    -noLogo -noColor -longRunning 60 -xml "$work/$name.xml" "$@" </dev/null >"$work/$name.log" 2>&1 &
  tests=$!
  trap 'kill "$tests"' TERM
  wait "$tests" || status=$?
  echo "$status $((SECONDS - start))" >"$work/$name.ended"
}

# What a project printed, without the tests that passed.
show() {
  awk '/^ ? ? ? ?[^ ]/ { passed = / \[PASS\]$/ } !passed' "$work/$1.log"
}

# Adds what run_tests left to the sum, and shows what was printed if something failed.
tell() {
  local name=$1 report="$work/$1.xml" status seconds p f e s
  read -r status seconds <"$work/$name.ended"
  if [ -s "$report" ] && p=$(count passed "$report") && f=$(count failed "$report") && e=$(count errors "$report") &&
     s=$(count skipped "$report"); then
    f=$((f + e))
  else
    p=0 f=0 s=0
    [ "$status" != 0 ] || status=1
  fi

  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  echo "$name: $p passed, $f failed, $s skipped ($seconds s)"
  if [ "$f" -gt 0 ]; then
    show "$name"
    grep -E ' \[FAIL\]$' "$work/$name.log" >>"$work/failed" || echo "$name: $f failed" >>"$work/failed"
  elif [ "$status" = 124 ] || [ "$status" = 137 ]; then
    echo "$name: stopped after $limit s"
    show "$name"
    broken=1
  elif [ "$status" != 0 ]; then
    echo "$name: crashed, exit code $status"
    show "$name"
    broken=1
  elif [ $((p + s)) = 0 ] && [ "$selected" = 0 ]; then
    echo "$name: ran no test"
    broken=1
  fi
}

selected=$#
projects=$(grep -oE '[A-Za-z0-9_.]+\.Tests\.csproj"' "$solution" | sed 's/\.csproj"//' | sort -u)
beside=
for name in $projects; do
  case " $together " in
    *" $name "*) beside="$beside $name" ;;
    *)
      running=$name
      run_tests "$name" "$@" &
      wait
      running=
      tell "$name"
      ;;
  esac
done

running=$beside
for name in $beside; do run_tests "$name" "$@" & done
wait
running=
for name in $beside; do tell "$name"; done

if [ -s "$work/failed" ]; then cat "$work/failed"; fi
[ "$broken" = 0 ] || echo "A test project crashed, was stopped, or ran no test; see above."
[ $((passed + failed)) -gt 0 ] || { echo "No test ran."; broken=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$broken" = 0 ]
