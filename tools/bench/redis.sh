# Redis as a peer, every write synced; read by run.sh.
#
# Append-only file with appendfsync always, a port of the loopback of its
# own.  A transfer is one script: two balances and the list of transfers.
# Driven by our own driver, with the same code that drives our daemon.

redis_pid=
redis_port=
redis_script=

redis_start() {
    wants redis || return 0
    if ! command -v redis-server >/dev/null ||
        ! command -v redis-cli >/dev/null; then
        skip redis "not installed (tools/packages.sh bench)"
        return 0
    fi
    rm -rf "$here/redis"
    mkdir "$here/redis"
    redis_port=$("$bench" port)
    setpriv --pdeathsig TERM redis-server --port "$redis_port" \
        --bind 127.0.0.1 --dir "$here/redis" --appendonly yes \
        --appendfsync always --save '' --auto-aof-rewrite-percentage 0 \
        >"$here/redis.log" 2>&1 &
    redis_pid=$!
    for _ in $(seq 100); do
        redis-cli -p "$redis_port" ping >/dev/null 2>&1 && break
        sleep 0.05
    done
    redis_script=$(redis-cli -p "$redis_port" SCRIPT LOAD "
        local n = redis.call('INCR', 'transfers')
        redis.call('DECRBY', KEYS[1], ARGV[1])
        redis.call('INCRBY', KEYS[2], ARGV[1])
        redis.call('RPUSH', 'journal',
            n .. ' ' .. KEYS[1] .. ' ' .. KEYS[2] .. ' ' .. ARGV[1])
        return n" 2>/dev/null) || true
    if [ "${#redis_script}" -ne 40 ]; then
        redis_stop
        skip redis "it did not start, see $here/redis.log"
    fi
}

redis_round() { # clients
    [ -n "$redis_pid" ] || return 0
    "$bench" redis "127.0.0.1:$redis_port" "$redis_script" "$1" \
        "$singles_accounts"
}

redis_stop() {
    [ -n "$redis_pid" ] || return 0
    kill "$redis_pid" 2>/dev/null || true
    wait "$redis_pid" 2>/dev/null || true
    redis_pid=
    rm -rf "$here/redis"
}
