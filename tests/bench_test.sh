#!/bin/sh
# The benchmark, at a size that takes seconds, so that it does not rot: every
# measurement and every row of the table of the speed to reach is there, and
# programs can read the results.  No figure is compared with anything.
. "$(dirname "$0")/script.sh"

export BENCH_DIR="$here/bench" BENCH_PEERS='' BENCH_ROUNDS=1 BENCH_MS=20
export BENCH_ACCOUNTS='500 2000' BENCH_SINGLES_ACCOUNTS=500
export BENCH_AUDIT_SINGLES=1000 BENCH_AUDIT_LINES=2000 BENCH_TEXT_LINES=1000
export BENCH_UNSAVED_BATCHES=2 BENCH_UNSAVED_LINES=500
export BENCH_SUSTAINED_MS=400 BENCH_HISTORY='0 4000' BENCH_CONNECTIONS='1 8'
export BENCH_ENTRIES='0 2000' BENCH_LINES='1 100' BENCH_PARTS_RECORDS=1000
export BENCH_DECIDE_MEMBERS=1000 BENCH_DECIDE_BATCHES=2
unset BENCH_LONG
export POSITO_BUILD="$build"

timeout 180 tools/bench/run.sh >"$here/page" 2>"$here/log" || {
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
    'memory: {"accounts":2000}' 'audit of single signatures: ' \
    'audit of postings in batches: {"count":24000}' \
    'audit of postings in batches: {"count":4000}' \
    'start: {"after":"SIGKILL"' 'start: {"after":"a clean stop"' \
    'disk: {"transfers":"signed each"' 'disk: {"transfers":"in batches"'; do
    check "measured: $row" has "results: $row"
done
for row in 'echo: {"bytes":200}' "state's file alone: {\"accounts\":500}" \
    "state's file alone: {\"accounts\":2000}" 'decide: {"members":1000,"lines":10000}' \
    'random read: {"accounts":500}' 'random read: {"accounts":2000}' \
    'signed text: {"transfers":"signed each"}' \
    'signed text: {"transfers":"in batches"}' \
    'sustained batches: {"accounts":500,"lines":10000}' \
    'the batches beside: {"accounts":2000,"lines":100}' \
    'beside batches: {"accounts":2000,"one":"transfer","saving":"yes"}' \
    'beside batches: {"accounts":2000,"one":"transfer","saving":"no"}' \
    'beside batches: {"accounts":2000,"one":"balance","saving":"yes"}' \
    'beside batches: {"accounts":2000,"one":"balance","saving":"no"}' \
    'growth: {"grows":"accounts","value":500}' \
    'growth: {"grows":"accounts","value":2000}' \
    'growth: {"grows":"postings","value":0}' \
    'growth: {"grows":"postings","value":4000}' \
    'growth: {"grows":"questions","value":4000}' \
    'growth: {"grows":"entries","value":0}' \
    'growth: {"grows":"entries","value":2000}' \
    'growth: {"grows":"connections","value":8}' \
    'growth: {"grows":"lines","value":1}' \
    'growth: {"grows":"lines","value":100}'; do
    check "measured: $row" has "results: $row"
done
for connections in 1 8 32 64; do
    for who in 'bare server' 'posito, key-multiples'; do
        check "measured: a $who, $connections" grep -qF \
            "\"$who\",\"at\":{\"connections\":$connections,\"window\":1}" \
            "$BENCH_DIR/results.jsonl"
    done
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
check "rows of the table" test "$(grep -c '^targets: ' "$here/rows")" -eq 27
check "the same for the README" \
    test "$(grep -c '^| ' "$BENCH_DIR/targets.md")" -eq 28
check "each has a verdict" test \
    "$(grep -cE '^targets: .*: (reached|not reached|not measured)$' \
        "$here/rows")" -eq 27
check "the page has it" grep -q '^Speed to reach' "$here/page"
check "nothing was refused" refused grep -q '^REFUSED' "$here/page"
for peer in postgres redis sqlite ledger hledger; do
    check "$peer is named as skipped" grep -q "^$peer: skipped" "$here/page"
done

# SQLite's driver is compiled where SQLite is installed only.
compiles() {
    ! echo '#include <sqlite3.h>' | cc -E - >/dev/null 2>&1 ||
        cc -Wall -Werror -fsyntax-only tools/bench/sqlite_peer.c
}
check "SQLite's driver compiles" compiles

# What cannot be measured is said, and not tried.
refuses() { # message, words of posito-bench ...
    message=$1
    shift
    ! timeout 10 "$build/posito-bench" "$@" >"$here/told" 2>&1 &&
        grep -qx "posito-bench: $message" "$here/told"
}
check "no connections" refuses '1 to 1024 connections' bare "$here" 0
check "too many connections" refuses '1 to 1024 connections' \
    bare "$here" 1025
check "no folder" refuses 'cannot make .*: No such file or directory' \
    bare "$here/nowhere" 8
check "no accounts" refuses '1 account or more' reads 0

# A second run finds its ledgers prepared and appends to nothing.
before=$(cat "$BENCH_DIR/accounts-2000/bench-members")
check "a ledger is prepared once" timeout 10 \
    "$build/posito-bench" prepare "$BENCH_DIR/accounts-2000" 2000
check "and stays" test "$before" = \
    "$(cat "$BENCH_DIR/accounts-2000/bench-members")"

# One that was interrupted goes on, even if more were enrolled than noted.
rm "$BENCH_DIR/accounts-500/bench-members"
echo 900 >"$BENCH_DIR/accounts-500/bench-wanted"
echo 400 >"$BENCH_DIR/accounts-500/bench-enrolled"
cp "$BENCH_DIR/accounts-500/genesis" "$here/genesis"
check "a ledger is prepared further" timeout 10 \
    "$build/posito-bench" prepare "$BENCH_DIR/accounts-500" 900
check "to so many" grep -qx 900 "$BENCH_DIR/accounts-500/bench-members"
check "and is the same" cmp -s "$here/genesis" \
    "$BENCH_DIR/accounts-500/genesis"

# A long journal is made in parts, and not made again.
check "what is there is enough" timeout 10 "$build/posito-bench" grow \
    "$BENCH_DIR/history-4000" 500 2000 0 >"$here/told" 2>"$here/said"
check "and nothing is played" test ! -s "$here/told"
check "it has so many lines" grep -qx 2000 "$here/said"
check "more is added" timeout 10 "$build/posito-bench" grow \
    "$BENCH_DIR/history-4000" 500 3000 0 >"$here/told" 2>"$here/said"
check "to what was there" grep -qx 3000 "$here/said"
check "and is told" grep -q 'making a long journal' "$here/told"

# A fall of the rate is named: here from 8 connections to 32, and to 64.
growth() { # connections, rate, cores that others had
    echo "{\"work\":\"growth\",\"who\":\"posito\",\"at\":{\"grows\":" \
        "\"connections\",\"value\":$1},\"got\":{\"per_second\":$2,\"others_cores\":$3}}"
}
{
    growth 32 7400 0.05
    growth 1 5000 0.3
    growth 8 10000 0
    growth 64 5000 0.2
} >"$here/made"
check "a report of three steps" timeout 10 "$build/posito-bench" report \
    "$here/made" "$here" >"$here/falls"
check "the fall has a name" grep -qx \
    'CLIFF: connections (single transfers) from 8 to 32: 0.74 of the rate before' \
    "$here/falls"
check "one beside others' work is told apart" grep -q \
    '^CLIFF: .* from 32 to 64: 0.68 of the rate before (NOISY' "$here/falls"
check "there is no other" test "$(grep -c '^CLIFF' "$here/falls")" -eq 2
check "programs find it" grep -q '"cliffs": *\[' "$here/results.json"
check "the chart has its points" test \
    "$(wc -l <"$here/growth-connections.dat")" -eq 5

# A rate of batches without a save in it is no measurement; one that does not
# come to its end on a slow disk is in it.
sustained() { # saves, part of the time that one is under way
    echo "{\"work\":\"sustained batches\",\"who\":\"posito\",\"at\":" \
        "{\"accounts\":100000,\"lines\":10000},\"got\":{\"per_second\":" \
        "1200000,\"seconds\":20,\"saves\":$1,\"saving\":$2,\"others_cores\":0.02}}"
}
batches='targets: batch-signed transfers, 100,000 accounts, saves included'
while read -r saves saving verdict; do
    sustained "$saves" "$saving" >"$here/made"
    timeout 10 "$build/posito-bench" report "$here/made" "$here" >/dev/null
    timeout 10 "$build/posito-bench" rows "$here/results.json" >"$here/rows"
    check "$saves saves, $saving of the time" grep -qx "$batches: $verdict" \
        "$here/rows"
done <<END
0 0 not measured
0 0.2 not measured
0 0.9 reached
2 0.2 reached
END

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
