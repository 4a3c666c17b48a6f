#!/bin/sh
# Install the Debian packages that are missing; nothing else is touched.
#
#   tools/packages.sh build    what building and running needs
#   tools/packages.sh test     also what the tests need
#   tools/packages.sh bench    also the peers of the benchmark, and gnuplot
#
# Asks for sudo when not root.  Says nothing when all is there.
set -eu

build="gcc make libc6-dev libsodium-dev liblmdb-dev libevent-dev libssl-dev
libedit-dev libjson-c-dev libncurses-dev"
test="libcmocka-dev clang strace tmux golang-go golang-golang-x-mod-dev"
bench="postgresql-15 redis-server libsqlite3-dev ledger hledger gnuplot-nox"

case "${1:-build}" in
build) wanted=$build ;;
test) wanted="$build $test" ;;
bench) wanted="$build $bench" ;;
*)
    echo "usage: $0 build|test|bench" >&2
    exit 2
    ;;
esac

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "This needs these packages; apt-get is not here to install them:" >&2
    echo " $missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    echo "Installing as root (sudo may ask for your password):$missing"
else
    echo "Installing:$missing"
fi

# A first try without refreshing the lists; they may be old or not there.
export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086
    $as_root apt-get install -y -qq --no-install-recommends $missing \
        >/dev/null
}
install 2>/dev/null || {
    $as_root apt-get update -qq
    install
}
