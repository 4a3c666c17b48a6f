#!/bin/sh
# Run test programs one after the other, each bounded in time; show the
# output of those that fail; end with the line "N passed, N failed, N
# skipped" over all of them.
#
#   tests/run.sh SUMMARY-FILE PROGRAM...
#
# A cmocka program is counted by its closing lines; a script by a last line
# of its own "N passed, N failed[, N skipped]".  A program that exits
# non-zero, is killed by the time limit or counts nothing is a failure.
set -u
summary=$1
shift
passed=0 failed=0 skipped=0
limit=${TEST_TIMEOUT:-300}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

number() { # sum of the numbers that the pattern finds
    sed -nE "s/$1/\\1/p" "$log" | awk '{ n += $1 } END { print n + 0 }'
}

for program in "$@"; do
    start=$(date +%s%N)
    timeout -k 10 "$limit" "$program" >"$log" 2>&1
    code=$?
    took=$((($(date +%s%N) - start) / 1000000))
    p=$(number '^\[ *PASSED *\] ([0-9]+) test.*')
    f=$(number '^\[ *FAILED *\] ([0-9]+) test.*')
    s=$(number '^\[ *SKIPPED *\] ([0-9]+) test.*')
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    if [ -n "$line" ]; then
        # shellcheck disable=SC2086
        set_counts() { p=$1 f=$3 s=${5:-0}; }
        # shellcheck disable=SC2086
        set_counts $(echo "$line" | tr -d ,)
    fi
    if [ "$code" -ne 0 ] && [ "$f" -eq 0 ]; then
        f=1
    fi
    if [ $((p + f + s)) -eq 0 ]; then
        f=1
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    name=$(basename "$program")
    if [ "$f" -ne 0 ]; then
        echo "FAILED  $name (exit $code)"
        tail -n 60 "$log"
    else
        printf 'passed  %-28s %5d tests %7d ms%s\n' "$name" "$p" "$took" \
            "$([ "$s" -gt 0 ] && echo "  $s skipped")"
    fi
done

echo "$passed passed, $failed failed, $skipped skipped" | tee "$summary"
[ "$failed" -eq 0 ]
