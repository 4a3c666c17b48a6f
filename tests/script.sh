# Shared by the test scripts: a temporary folder $here that goes away, the
# programs in $build, counted checks, the closing line.

cd "$(dirname "$0")/.." || exit 1
build=$(realpath "${POSITO_BUILD:-build/release}")
here=$(mktemp -d)
daemon=
passed=0 failed=0

clean_up() {
    [ -n "$daemon" ] && kill "$daemon" 2>/dev/null && wait "$daemon"
    rm -rf "$here"
}
trap clean_up EXIT

check() { # what, command...
    what=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        echo "FAILED: $what"
        failed=$((failed + 1))
    fi
}

refused() { ! "$@"; }

finish() {
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ]
    exit
}

found_demonstration() { # folder
    timeout 120 "$build/posito-demo" "$1" >"$here/screen" 2>&1 || {
        tail -n 20 "$here/screen"
        check "the demonstration ends well" false
        finish
    }
}

start_daemon() { # folder
    rm -f "$1/port"
    "$build/positod" -f -o listen=127.0.0.1:0 "$1" >>"$here/log" 2>&1 &
    daemon=$!
    for _ in $(seq 500); do
        [ -s "$1/port" ] && break
        sleep 0.02
    done
    POSITO_ADDR=127.0.0.1:$(cat "$1/port")
    export POSITO_ADDR
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon"
    code=$?
    daemon=
    return $code
}
