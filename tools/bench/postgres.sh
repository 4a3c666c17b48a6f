# PostgreSQL 15 as a peer; read by run.sh.
#
# A cluster of its own, on a free port of the loopback, with fsync and
# synchronous_commit as they come (on), and a double-entry function that
# locks both accounts in order, moves the money and inserts the transfer.
# Its own driver, pgbench, with prepared statements.

postgres_bin=/usr/lib/postgresql/15/bin
postgres_data=$here/postgres
postgres_port=
postgres_runs=

# The server refuses to run as root.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

postgres_start() {
    wants postgres || return 0
    if [ ! -x "$postgres_bin/initdb" ] || [ ! -x "$postgres_bin/pgbench" ]; then
        skip postgres "not installed (tools/packages.sh bench)"
        return 0
    fi
    rm -rf "$postgres_data"
    mkdir "$postgres_data"
    [ "$(id -u)" -ne 0 ] || chown postgres "$postgres_data"
    if ! as_postgres "$postgres_bin/initdb" -A trust -U bench -E UTF8 \
        "$postgres_data" >"$here/postgres.log" 2>&1; then
        skip postgres "initdb failed, see $here/postgres.log"
        return 0
    fi
    postgres_port=$("$bench" port)
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "port = $postgres_port"
        echo "unix_socket_directories = ''"
        echo "shared_buffers = 512MB"
        echo "max_wal_size = 4GB"
        echo "fsync = on"
        echo "synchronous_commit = on"
    } >>"$postgres_data/postgresql.conf"
    postgres_runs=yes
    if ! as_postgres "$postgres_bin/pg_ctl" -D "$postgres_data" -w -s -l \
        "$postgres_data/server.log" start ||
        ! postgres_run psql -q -v ON_ERROR_STOP=1 \
            -v accounts="$singles_accounts" -f tools/bench/postgres.sql \
            >>"$here/postgres.log" 2>&1; then
        postgres_stop
        skip postgres "it did not start, see $here/postgres.log"
    fi
}

postgres_run() { # program, arguments...
    program=$1
    shift
    "$postgres_bin/$program" -h 127.0.0.1 -p "$postgres_port" -U bench "$@" \
        postgres
}

postgres_round() { # clients
    [ -n "$postgres_runs" ] || return 0
    rm -f "$here"/pgbench.*
    (cd "$here" && postgres_run pgbench -n -M prepared -c "$1" \
        -j "$([ "$1" -gt 1 ] && echo 2 || echo 1)" \
        -T $(((BENCH_MS + 999) / 1000)) -l --log-prefix=pgbench \
        -D accounts="$singles_accounts" \
        -f "$OLDPWD/tools/bench/postgres_transfer.sql") \
        >"$here/pgbench.out" 2>>"$here/postgres.log"
    rate=$(sed -n 's/^tps = \([0-9.]*\).*/\1/p' "$here/pgbench.out")
    # shellcheck disable=SC2046
    "$bench" got single PostgreSQL "$1" per_second="$rate" \
        $(cat "$here"/pgbench.[0-9]* | cut -d' ' -f3 | sort -n | awk '
            { us[NR] = $1 }
            function at(share) { n = int(NR * share + 0.999)
                return us[n < 1 ? 1 : n] }
            END { printf "p50_us=%d p99_us=%d p999_us=%d max_us=%d",
                at(0.5), at(0.99), at(0.999), us[NR] }')
}

postgres_stop() {
    [ -n "$postgres_runs" ] || return 0
    postgres_runs=
    as_postgres "$postgres_bin/pg_ctl" -D "$postgres_data" -m immediate -s \
        stop >/dev/null 2>&1 || true
    rm -rf "$postgres_data"
}
