# SQLite, ledger and hledger as peers, and our own state when it is larger
# than the memory; read by run.sh.

# ---- SQLite: a library, so it runs inside the driver; one writer ----

sqlite_driver=

sqlite_start() {
    wants sqlite || return 0
    if ! cc -O2 -o "$here/sqlite_peer" tools/bench/sqlite_peer.c -lsqlite3 \
        2>"$here/sqlite.log"; then
        skip sqlite "libsqlite3-dev is not installed (tools/packages.sh bench)"
        return 0
    fi
    sqlite_driver=$here/sqlite_peer
}

sqlite_round() {
    [ -n "$sqlite_driver" ] || return 0
    rm -f "$here"/sqlite.db*
    # shellcheck disable=SC2046
    "$bench" got single SQLite 1 $("$sqlite_driver" "$here/sqlite.db" \
        "$singles_accounts" "$BENCH_MS")
    rm -f "$here"/sqlite.db*
}

# ---- ledger and hledger: balances from the same postings as text ----

text_file=$here/postings.ledger

text_prepare() {
    "$bench" export "$here/audit-text" >"$text_file" 2>"$here/postings.count"
    [ "$(cat "$here/postings.count")" -eq $((text_lines + 1000)) ]
    for program in ledger hledger; do
        wants "$program" || continue
        command -v "$program" >/dev/null ||
            skip "$program" "not installed (tools/packages.sh bench)"
    done
}

text_round() {
    postings=$((2 * (text_lines + 1000)))
    for program in ledger hledger; do
        case " $peers " in *" $program "*) ;; *) continue ;; esac
        command -v "$program" >/dev/null || continue
        "$bench" measure "audit of postings in batches" "$program" \
            "$postings" "$program" -f "$text_file" balance
    done
}

# ---- the state of the largest ledger, in a quarter of its size ----

# Control groups, version 2 or 1: file systems of their own, else a folder
# made there would limit nothing.
find_memory_group() {
    if [ "$(stat -f -c %T /sys/fs/cgroup 2>/dev/null)" = cgroup2fs ]; then
        group=/sys/fs/cgroup/posito-bench limit=memory.max
    else
        group=/sys/fs/cgroup/memory/posito-bench limit=memory.limit_in_bytes
        [ "$(stat -f -c %T /sys/fs/cgroup/memory 2>/dev/null)" = cgroupfs ] ||
            return 1
    fi
    mkdir "$group" 2>/dev/null && [ -f "$group/$limit" ]
}

larger_than_memory() {
    state=$(stat -c %s "$here/accounts-$last/state/data.mdb")
    allowed=$((state / 4 + 67108864))
    if [ "$state" -lt $((2 * allowed)) ]; then
        skip "state larger than memory" "$state bytes are too few to show it"
        return 0
    fi
    if ! find_memory_group ||
        ! echo "$allowed" 2>/dev/null >"$group/$limit"; then
        rmdir "$group" 2>/dev/null || true
        skip "state larger than memory" "no control group can be made here"
        return 0
    fi
    say "a state of $state bytes in $allowed bytes of memory"
    # shellcheck disable=SC2016
    sh -c 'echo $$ >"$1/cgroup.procs" && exec "$2" confined "$3"' sh \
        "$group" "$bench" "$here/accounts-$last" ||
        skip "state larger than memory" "the daemon did not come through it"
    rmdir "$group" 2>/dev/null || true
}
