#!/bin/sh
# The layers hold: who may include whom (README, "Reading order").
#
#   include <- protocol <- daemon, tools, tests
#   include <- ledger   <- daemon, tools, tests
#
# and lmdb.h is included by one file, libevent only by daemon/.
set -u
cd "$(dirname "$0")/.."
passed=0 failed=0

refuse() { # description, offending lines
    if [ -n "$2" ]; then
        echo "FAILED: $1"
        echo "$2"
        failed=$((failed + 1))
    else
        passed=$((passed + 1))
    fi
}
includes() { # pattern of the included path, folders
    pattern=$1
    shift
    grep -rnE "^#include [<\"]($pattern)" "$@" --include='*.[ch]' \
        --include='*.def' 2>/dev/null
}

refuse "the vocabulary includes nothing of ours but itself" \
    "$(includes '(\.\./|protocol|ledger|daemon|tools|tests)/?' include)"
refuse "protocol/ includes ledger/, daemon/, tools/ or tests/" \
    "$(includes '(\.\./)*(ledger|daemon|tools|tests)/' protocol)"
refuse "ledger/ includes protocol/, daemon/, tools/ or tests/" \
    "$(includes '(\.\./)*(protocol|daemon|tools|tests)/' ledger)"
refuse "daemon/ includes tools/ or tests/" \
    "$(includes '(\.\./)*(tools|tests)/' daemon)"
refuse "tools/ includes daemon/ or tests/" \
    "$(includes '(\.\./)*(daemon|tests)/' tools)"
refuse "libevent outside daemon/" \
    "$(includes 'event' include protocol ledger tools)"
refuse "__builtin_prefetch outside ledger/prefetch.h, which says why" \
    "$(grep -rnF '__builtin_prefetch(' include protocol ledger daemon tools \
        --include='*.[ch]' | grep -v '^ledger/prefetch.h:')"
refuse "lmdb.h in more than one file" \
    "$(includes 'lmdb' include protocol ledger daemon tools | tail -n +2)"
refuse "OpenSSL outside the hash" \
    "$(includes 'openssl/' include protocol ledger daemon tools |
        grep -v '^include/posito/hash.c:')"
refuse "a clock, a socket or a thread in the ledger's rules" \
    "$(includes '(time|sys/socket|sys/time|netinet/in).h' ledger protocol)"
refuse "floating point in the ledger" \
    "$(grep -nwE 'double|float' ledger/*.[ch] include/posito/amount.[ch] |
        grep -v '[/*].*double')"

# The README's reading order names every source file, and only such.
for source in include/posito/*.[ch] include/posito/*.def protocol/*.[ch] \
    ledger/*.[ch] daemon/*.[ch] tools/*.[ch]; do
    name=$(basename "$source")
    base=${name%.*}
    grep -qE "^\|.*\`($base|$name)\`" README.md || echo "$source"
done >"${TMPDIR:-/tmp}/unlisted.$$"
refuse "a source file is missing from the README's reading order" \
    "$(cat "${TMPDIR:-/tmp}/unlisted.$$")"
rm -f "${TMPDIR:-/tmp}/unlisted.$$"
for path in $(grep -oE '\]\([a-z]+/[A-Za-z./]+\)' README.md | tr -d ']()') ; do
    [ -e "$path" ] || echo "$path"
done >"${TMPDIR:-/tmp}/unlisted.$$"
refuse "the README links to a file that is not there" \
    "$(cat "${TMPDIR:-/tmp}/unlisted.$$")"
rm -f "${TMPDIR:-/tmp}/unlisted.$$"

# It bites: a forbidden include, planted in a copy, is found.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/ledger"
echo '#include "../protocol/codec.h"' >"$copy/ledger/planted.c"
if [ -n "$(cd "$copy" && includes '(\.\./)*(protocol|daemon)/' ledger)" ]; then
    passed=$((passed + 1))
else
    echo "FAILED: a planted include was not found"
    failed=$((failed + 1))
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
