#!/bin/sh
# The benchmark, at a size that takes seconds, so that it does not rot: every
# measurement and every row of the table of the speed to reach is there, and
# programs can read the results.  No figure is compared with anything.
. "$(dirname "$0")/script.sh"

export BENCH_DIR="$here/bench" BENCH_PEERS='' BENCH_ROUNDS=2 BENCH_MS=20
export BENCH_ACCOUNTS='500 2000' BENCH_SINGLES_ACCOUNTS=500
export BENCH_AUDIT_SINGLES=1000 BENCH_AUDIT_LINES=2000 BENCH_TEXT_LINES=1000
export BENCH_UNSAVED_BATCHES=2 BENCH_UNSAVED_LINES=500
unset BENCH_LONG
export POSITO_BUILD="$build"

timeout 120 tools/bench/run.sh >"$here/page" 2>"$here/log" || {
    tail -n 20 "$here/log"
    check "the benchmark ends well" false
    finish
}
check "its results are JSON" \
    timeout 10 "$build/posito-bench" rows "$BENCH_DIR/results.json" \
    >"$here/rows"

has() { grep -qF -- "$1" "$here/rows"; }
for row in 'verify: {"threads":1}' 'leaf: {"bytes":200}' \
    'fdatasync: {"bytes":4096}' 'fdatasync: {"bytes":65536}' \
    'fdatasync: {"bytes":1048576}' 'mixed: {"connections":32}' \
    'memory: {"accounts":2000}' 'audit of transfers signed each: ' \
    'audit of postings in batches: {"count":24000}' \
    'audit of postings in batches: {"count":4000}' \
    'start: {"after":"SIGKILL"' 'start: {"after":"a clean stop"' \
    'disk: {"transfers":"signed each"' 'disk: {"transfers":"in batches"'; do
    check "measured: $row" has "results: $row"
done
for connections in 1 8 32 64; do
    for window in 1 64; do
        check "measured: single, $connections, $window" has \
            "single: {\"connections\":$connections,\"window\":$window}"
    done
done
for rate in 1000 4000 8000 12000; do
    check "measured: at $rate a second" has \
        "single at a fixed rate: {\"due_per_second\":$rate}"
done
for accounts in 500 2000; do
    for lines in 100 1000 10000; do
        for drawn in evenly zipf; do
            check "measured: batch, $accounts, $lines, $drawn" has \
                "batch: {\"accounts\":$accounts,\"lines\":$lines,\"drawn\":\"$drawn\"}"
        done
    done
done

# The table has all its rows, on the page, as JSON and as the README's.
check "rows of the table" test "$(grep -c '^targets: ' "$here/rows")" -eq 19
check "the same for the README" \
    test "$(grep -c '^| ' "$BENCH_DIR/targets.md")" -eq 20
check "each has a verdict" test \
    "$(grep -cE '^targets: .*: (reached|not reached|not measured)$' \
        "$here/rows")" -eq 19
check "the page has it" grep -q '^Speed to reach' "$here/page"
check "nothing was refused" refused grep -q '^REFUSED' "$here/page"
for peer in postgres redis sqlite ledger hledger; do
    check "$peer is named as skipped" grep -q "^$peer: skipped" "$here/page"
done

# A second run finds its ledgers prepared and appends to nothing.
before=$(cat "$BENCH_DIR/accounts-2000/bench-members")
check "a ledger is prepared once" timeout 10 \
    "$build/posito-bench" prepare "$BENCH_DIR/accounts-2000" 2000
check "and stays" test "$before" = \
    "$(cat "$BENCH_DIR/accounts-2000/bench-members")"

# What does not fit is said, not measured.
check "a folder that was not prepared" refused \
    "$build/posito-bench" singles "$here/none" 1 2>"$here/said"
check "is named" grep -q 'was not prepared' "$here/said"
echo 'no result' >"$here/broken"
check "a line that is no result" refused \
    "$build/posito-bench" report "$here/broken" "$here" 2>/dev/null
echo '{"results":' >"$here/broken"
check "a file that is no JSON" refused \
    "$build/posito-bench" rows "$here/broken" 2>/dev/null
check "no daemon is left" test -z "$(find "$BENCH_DIR" -name port)"

finish
