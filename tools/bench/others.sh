# SQLite, ledger and hledger as peers, and our own state when it is larger
# than the memory; read by run.sh.

# ---- SQLite: a library, so it runs inside the driver; one writer ----

sqlite_driver=

sqlite_start() {
    wants sqlite || return 0
    if ! echo '#include <sqlite3.h>' | cc -E - >"$here/sqlite.log" 2>&1; then
        skip sqlite "libsqlite3-dev is not installed (tools/packages.sh bench)"
        return 0
    fi
    if ! cc -O2 -o "$here/sqlite_peer" tools/bench/sqlite_peer.c -lsqlite3 \
        2>"$here/sqlite.log"; then
        skip sqlite "its driver does not compile, see $here/sqlite.log"
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

# ---- a state several times larger than the memory it may use ----

# A limit on the size of a process (ulimit) would not do: pages of the
# state's file, which the system may drop and read again, would count like
# what cannot be dropped.  Control groups do it, version 2 or 1: file systems
# of their own, else a folder made there would limit nothing.
find_memory_group() {
    if [ "$(stat -f -c %T /sys/fs/cgroup 2>/dev/null)" = cgroup2fs ]; then
        group=/sys/fs/cgroup/posito-bench limit=memory.max
    else
        group=/sys/fs/cgroup/memory/posito-bench limit=memory.limit_in_bytes
        [ "$(stat -f -c %T /sys/fs/cgroup/memory 2>/dev/null)" = cgroupfs ] ||
            return 1
    fi
    # What an interrupted run left is empty.
    rmdir "$group" 2>/dev/null || true
    mkdir "$group" 2>/dev/null && [ -f "$group/$limit" ]
}

larger_than_memory() { # folder
    what="state larger than memory"
    state=$(stat -c %s "$1/state/data.mdb")
    allowed=$((state / 4))
    least=$((96 << 20))
    [ "$allowed" -ge "$least" ] || allowed=$least
    if [ "$state" -lt $((2 * allowed)) ]; then
        skip "$what" "$state bytes are too few to show it"
        return 0
    fi
    if ! find_memory_group ||
        ! echo "$allowed" 2>/dev/null >"$group/$limit"; then
        rmdir "$group" 2>/dev/null || true
        skip "$what" "no control group can be made here"
        return 0
    fi
    # A save copies eight times as much as it was asked for, and four times
    # as much may wait for it.
    options="save-bytes=$((allowed / 64))"
    if "$build/positod" -h 2>&1 | grep -q cache-bytes; then
        options="$options cache-bytes=$((allowed / 4))"
    fi
    say "a state of $state bytes in $allowed bytes of memory, $options"
    # shellcheck disable=SC2016,SC2086
    sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' sh \
        "$group" "$bench" confined "$1" "$allowed" $options ||
        skip "$what" "the daemon did not come through it"
    rmdir "$group" 2>/dev/null || true
}
