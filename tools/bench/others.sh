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

larger_than_memory() {
    group=/sys/fs/cgroup/posito-bench
    state=$(stat -c %s "$here/accounts-$last/state/data.mdb")
    if ! mkdir "$group" 2>/dev/null ||
        ! echo $((state / 4 + 268435456)) >"$group/memory.max" 2>/dev/null; then
        rmdir "$group" 2>/dev/null || true
        skip "state larger than memory" "no control group can be made here"
        return 0
    fi
    sh -c 'echo $$ >"$1/cgroup.procs" && exec "$2" confined "$3"' sh \
        "$group" "$bench" "$here/accounts-$last" || true
    rmdir "$group" 2>/dev/null || true
}
