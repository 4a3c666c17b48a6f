#!/bin/sh
# The benchmark of the whole project: `make bench` runs it.
#
# The floor (signatures, hashes, syncs), our daemon and its peers, in turn,
# round after round, so that what disturbs the machine disturbs all of them;
# then one page with medians, spread and ratios.
#
#   BENCH_ROUNDS=3          rounds
#   BENCH_MS=1500           how long a cell of a table is measured
#   BENCH_ACCOUNTS="10000 100000 1000000"   ledgers for batches
#   BENCH_LONG=1            also 10 million accounts, a state larger than the
#                           memory it may use, and longer texts
#   BENCH_PEERS="postgres redis sqlite ledger hledger"
#   BENCH_DIR=build/bench   ledgers are kept there for the next run
#
# Servers listen on the loopback only and end with this script.
set -eu
cd "$(dirname "$0")/../.."
build=$(realpath "${POSITO_BUILD:-build/release}")
rounds=${BENCH_ROUNDS:-3}
export BENCH_MS="${BENCH_MS:-1500}"
long=${BENCH_LONG:-}
accounts=${BENCH_ACCOUNTS:-10000 100000 1000000${long:+ 10000000}}
peers=${BENCH_PEERS-postgres redis sqlite ledger hledger}
singles_accounts=${BENCH_SINGLES_ACCOUNTS:-100000}
audit_singles=${BENCH_AUDIT_SINGLES:-100000}
audit_lines=${BENCH_AUDIT_LINES:-1000000}
text_lines=${BENCH_TEXT_LINES:-${long:+1000000}}
text_lines=${text_lines:-100000}
unsaved_batches=${BENCH_UNSAVED_BATCHES:-30}
unsaved_lines=${BENCH_UNSAVED_LINES:-10000}
mkdir -p "${BENCH_DIR:-build/bench}"
here=$(realpath "${BENCH_DIR:-build/bench}")
bench=$build/posito-bench
results=$here/results.jsonl
skipped=$here/skipped.txt
: >"$results"
: >"$skipped"

say() { echo "bench: $*" >&2; }
skip() { # peer, why
    echo "$1: skipped, $2" >>"$skipped"
    say "$1: skipped, $2"
}
wants() { # peer
    case " $peers " in *" $1 "*) return 0 ;; esac
    skip "$1" "not asked for"
    return 1
}

# shellcheck source=tools/bench/postgres.sh
. tools/bench/postgres.sh
# shellcheck source=tools/bench/redis.sh
. tools/bench/redis.sh
# shellcheck source=tools/bench/others.sh
. tools/bench/others.sh

stop_all() {
    postgres_stop
    redis_stop
}
trap stop_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

machine() {
    echo "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    echo "machine: $(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo |
        head -n 1), $(nproc) cores, $(awk '/^MemTotal/ {
        printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo)"
    echo "system: $(uname -sr), $(. /etc/os-release && echo "$PRETTY_NAME")"
    echo "disk: $(df --output=source,fstype "$here" | tail -n 1 |
        tr -s ' ')"
    echo "load before: $(cut -d' ' -f1-3 /proc/loadavg) (1, 5, 15 minutes)"
    echo "rounds: $rounds, $BENCH_MS ms each"
}

prepare() {
    say "preparing (once; kept in $here)"
    "$bench" prepare "$here/singles" "$singles_accounts"
    for count in $accounts; do
        began=$(date +%s)
        "$bench" prepare "$here/accounts-$count" "$count"
        took=$(($(date +%s) - began))
        [ "$took" -lt 5 ] || say "$count accounts took $took s"
    done
    "$bench" fill "$here/audit-singles" 1000 "$audit_singles" singles
    "$bench" fill "$here/audit-batches" 10000 "$audit_lines" batches
    "$bench" fill "$here/audit-text" 1000 "$text_lines" batches
    text_prepare
}

# What our auditor makes of the journals: as many postings as the text has,
# and the larger ones.
audit() {
    "$bench" measure "audit of transfers signed each" posito \
        "$audit_singles" "$build/posito-audit" replay --quiet \
        "$here/audit-singles"
    # A transfer has two postings, and so has each member's first deposit.
    "$bench" measure "audit of postings in batches" posito \
        $((2 * (audit_lines + 10000))) "$build/posito-audit" replay --quiet \
        "$here/audit-batches"
    "$bench" measure "audit of postings in batches" posito \
        $((2 * (text_lines + 1000))) "$build/posito-audit" replay --quiet \
        "$here/audit-text"
}

one_round() {
    # The floor before and after: what is held against it stands between.
    "$bench" floor "$here"
    for clients in 1 8 32 64; do
        "$bench" singles "$here/singles" "$clients"
        postgres_round "$clients"
        redis_round "$clients"
        [ "$clients" -gt 1 ] || sqlite_round
    done
    "$bench" floor "$here"
    "$bench" rates "$here/singles"
    for count in $accounts; do
        "$bench" batches "$here/accounts-$count"
        last=$count
        # Starts and unsaved records of ten million would take minutes.
        [ "$count" -gt 1000000 ] || middle=$count
    done
    "$bench" mixed "$here/singles"
    "$bench" memory "$here/accounts-${middle:-$last}" "$unsaved_batches" \
        "$unsaved_lines"
    audit
    text_round
}

machine >"$here/machine.txt"
cat "$here/machine.txt" >&2
prepare
postgres_start
redis_start
sqlite_start
for round in $(seq "$rounds"); do
    load=$(cut -d' ' -f1 /proc/loadavg)
    say "round $round of $rounds, load $load"
    echo "load at round $round: $load" >>"$here/machine.txt"
    one_round >>"$results"
done
[ -z "$long" ] || larger_than_memory >>"$results"
stop_all
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)" >>"$here/machine.txt"
{
    cat "$here/machine.txt" "$skipped"
    "$bench" report "$results" "$here"
} >"$here/report.txt"
cat "$here/report.txt"
rm -f "$here/chart.svg"
if ! command -v gnuplot >/dev/null; then
    skip gnuplot "not installed: no chart (tools/packages.sh bench)"
elif ! gnuplot -e "folder='$here'" tools/bench/chart.gnuplot \
    2>"$here/gnuplot.log"; then
    skip gnuplot "it drew no chart, see $here/gnuplot.log"
fi
say "$here: results.json, report.txt, targets.md, chart.svg"
