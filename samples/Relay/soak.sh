#!/usr/bin/env bash
# Runs the relay with many seeds and reports those that fail. Their output stays in the folder that is named.
#
#   samples/Relay/soak.sh                                 200 seeds of the command in the README
#   samples/Relay/soak.sh 50                              50 seeds
#   samples/Relay/soak.sh 50 --nodes 8 --kill 5           50 seeds with these options
#
# FIRST is the first seed (default 1).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

count=${1:-200} first=${FIRST:-1}
shift $(($# > 0 ? 1 : 0))
options=(--nodes 5 --senders 2 --kill 2 --join 2 --leave 1)
if [ $# -gt 0 ]; then options=("$@"); fi

export DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
dotnet build samples/Relay -c Release --tl:off -v:q || exit 2
out=$(mktemp -d)
failed=()
for ((seed = first; seed < first + count; seed++)); do
  dotnet exec samples/Relay/bin/Release/net10.0/Relay.dll "${options[@]}" --seed "$seed" --out "$out/$seed" \
    >"$out/$seed.txt" 2>&1 </dev/null
  status=$?
  if [ "$status" = 0 ]; then
    rm -rf "${out:?}/$seed" "$out/$seed.txt"
  else
    failed+=("$seed")
    echo "seed $seed: exit code $status, see $out/$seed.txt"
    tail -n 1 "$out/$seed.txt"
  fi
done

echo "$count seeds, ${#failed[@]} failed${failed[*]:+: ${failed[*]}}"
if [ "${#failed[@]}" -gt 0 ]; then exit 1; fi
rm -rf "$out"
