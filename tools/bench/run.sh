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
#   BENCH_SUSTAINED_MS=20000  how long batches last that saves must end in
#   BENCH_HISTORY="0 1000000 5000000"   postings already in the ledger
#   BENCH_ENTRIES="0 1000000"   orders already in the ledger, each signed
#   BENCH_CONNECTIONS="1 8 32 64 256"   as they grow
#   BENCH_LINES="1 10 100 1000 10000"   of a batch, as they grow
#   BENCH_LONG=1            also 10 million accounts, 100 million postings, 10
#                           million orders and longer texts; at first another
#                           hour and 25 GB
#   BENCH_LONG_SECONDS=900  how long a run makes postings for the long journal;
#                           the next one goes on
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
audit_singles=${BENCH_AUDIT_SINGLES:-400000}
audit_lines=${BENCH_AUDIT_LINES:-1000000}
text_lines=${BENCH_TEXT_LINES:-${long:+1000000}}
text_lines=${text_lines:-100000}
entries=${BENCH_ENTRIES-0 1000000${long:+ 10000000}}
history=${BENCH_HISTORY-0 1000000 5000000${long:+ 100000000}}
long_seconds=${BENCH_LONG_SECONDS:-900}
growth_connections=${BENCH_CONNECTIONS-1 8 32 64 256}
growth_lines=${BENCH_LINES-1 10 100 1000 10000}
parts_records=${BENCH_PARTS_RECORDS:-100000}
decide_members=${BENCH_DECIDE_MEMBERS:-100000}
decide_batches=${BENCH_DECIDE_BATCHES:-20}
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
# shellcheck source=tools/bench/growth.sh
. tools/bench/growth.sh

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
    largest=0 middle=0 prepared=
    for count in $accounts; do
        [ "$count" -lt 10000000 ] || [ -e "$here/accounts-$count" ] ||
            has_room "$count accounts" 15 || continue
        prepared="$prepared $count"
        [ "$count" -le "$largest" ] || largest=$count
        # In every round; of ten million once, and less of it.
        [ "$count" -gt 1000000 ] || [ "$count" -le "$middle" ] ||
            middle=$count
        began=$(date +%s)
        "$bench" prepare "$here/accounts-$count" "$count"
        took=$(($(date +%s) - began))
        [ "$took" -lt 5 ] || say "$count accounts took $took s, $(du -sh \
            "$here/accounts-$count" | cut -f1) on disk"
    done
    accounts=$prepared
    [ "$middle" -gt 0 ] || middle=$largest
    "$bench" fill "$here/audit-singles" 1000 "$audit_singles" singles
    audit_signatures=$(signatures "$here/audit-singles")
    : "${audit_signatures:?the auditor refuses the journal of the benchmark}"
    "$bench" fill "$here/audit-batches" 10000 "$audit_lines" batches
    "$bench" fill "$here/audit-text" 1000 "$text_lines" batches
    text_prepare
    growth_prepare
}

# How many signatures a journal has: those of its orders, of its keys and of
# its groups' checkpoints, each of which the auditor checks.
signatures() {
    "$build/posito-audit" replay --quiet "$1" |
        sed -n 's/.*; \([0-9]*\) signatures checked.*/\1/p'
}

# What our auditor makes of the journals: as many postings as the text has,
# and the larger ones.  The floor stands around what is held against it.
audit() {
    "$bench" floor "$here"
    "$bench" measure "audit of single signatures" posito \
        "$audit_signatures" "$build/posito-audit" replay --quiet \
        "$here/audit-singles"
    "$bench" floor "$here"
    "$bench" measure "audit of single signatures" "posito, libsodium alone" \
        "$audit_signatures" "$build/posito-audit" replay --libsodium --quiet \
        "$here/audit-singles"
    "$bench" floor "$here"
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
        "$bench" multiples "$here/singles" "$clients"
        "$bench" bare "$here" "$clients"
        postgres_round "$clients"
        redis_round "$clients"
        [ "$clients" -gt 1 ] || sqlite_round
    done
    "$bench" floor "$here"
    "$bench" rates "$here/singles"
    for count in $accounts; do
        "$bench" batches "$here/accounts-$count"
    done
    "$bench" sustained "$here/singles"
    "$bench" mixed "$here/singles"
    "$bench" memory "$here/accounts-$middle" "$unsaved_batches" \
        "$unsaved_lines"
    audit
    text_round
}

# What is measured once: other parts alone, what outlasts a round.
once() {
    for count in $accounts; do
        "$bench" store "$here/store" "$count" "$parts_records"
        "$bench" reads "$count"
    done
    rm -rf "$here/decide"
    "$bench" decide "$here/decide" "$decide_members" "$decide_batches" 10000
    rm -rf "$here/decide"
    "$bench" signed "$here/audit-singles" "signed each"
    "$bench" signed "$here/audit-batches" "in batches"
    # Few batches: their replay is by far slower over ten million accounts.
    [ "$largest" -le "$middle" ] ||
        "$bench" memory "$here/accounts-$largest" 10 "$unsaved_lines"
    say "what others wait for while the state is saved"
    "$bench" others "$here/accounts-$middle"
    say "cost as work grows"
    growth
    larger_than_memory "$here/accounts-$middle"
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
stop_all
once >>"$results"
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)" >>"$here/machine.txt"
{
    cat "$here/machine.txt" "$skipped"
    "$bench" report "$results" "$here"
} >"$here/report.txt"
cat "$here/report.txt"
draw() { # name
    rm -f "$here/$1.svg"
    if ! command -v gnuplot >/dev/null; then
        skip gnuplot "not installed: no $1.svg (tools/packages.sh bench)"
    elif ! gnuplot -e "folder='$here'" "tools/bench/$1.gnuplot" \
        2>"$here/gnuplot.log"; then
        skip gnuplot "it drew no $1.svg, see $here/gnuplot.log"
    fi
}
draw chart
draw growth
say "$here: results.json, report.txt, targets.md, chart.svg, growth.svg"
