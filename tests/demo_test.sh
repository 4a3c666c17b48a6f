#!/bin/bash
# The demonstration, and what an auditor can do with what it leaves: the
# journal replays to the same digest in another place with the tools alone,
# and any changed byte is found and named.
set -u
. "$(dirname "$0")/script.sh"

found_demonstration "$here/demo"
check "it says where its numbers come from" \
    grep -q 'Published: 11 federations' "$here/screen"
check "the books are shown in both languages" \
    grep -q 'Balance general' "$here/screen"
check "the audit is shown" grep -q 'digest' "$here/screen"

# What happened in the season: the entry's postings, all of them.
journal=$(echo "$here"/demo/journal/0*.posito)
posted() { # beginning of a line, postings...
    want=$1
    shift
    grep -a -A40 -m1 "^$want" "$journal" |
        awk 'NR > 1 && !/^\+/ { exit } NR > 1' >"$here/effects"
    printf '+ %s\n' "$@" >"$here/expected"
    check "$want posts $*: $(head -n 5 "$here/effects")" \
        cmp -s "$here/effects" "$here/expected"
}
occurs() { # how often, beginning of a line
    count=$(grep -ac "^$2" "$journal")
    check "$2 occurs $1 times, not $count" [ "$count" -eq "$1" ]
}
# Six shares of 400.00 at 3 %, six at 3.6 % and 300.00 at 3.6 %, 29 days.
posted 'month-close book=us month=2000-01' \
    'us/us/expense.dividend/USD 13.40' 'us/us/dividend.payable/USD -13.40'
# Six of them matured after 30 days: 0.99, of which 0.95 had been accrued.
grep -a -A20 '^day-close book=us date=2000-02-01' "$journal" |
    grep -aE '^\+' >"$here/matured"
check "a day-close pays what is due" \
    [ "$(grep -c 'share.term/USD 400.00' "$here/matured")" -eq 6 ]
check "each with its interest" \
    [ "$(grep -c '/share/USD -400.99' "$here/matured")" -eq 6 ]
check "of what was accrued" \
    grep -qx '+ us/us/dividend.payable/USD 5.70' "$here/matured"
check "and the rest" \
    grep -qx '+ us/us/expense.dividend/USD 0.24' "$here/matured"
# 57 days at 1 % are 0.62; 1.14 had been accrued at 3.6 %.
posted 'term-close term=' 'us/m00157/share.term/USD 400.00' \
    'us/us/dividend.payable/USD 1.14' 'us/us/expense.dividend/USD -0.52' \
    'us/m00157/share/USD -400.62'
# A day of the share that is open still, and the dividend, in one posting.
grep -a -A3 '^month-close book=us month=2000-03' "$journal" >"$here/march"
check "dividend less accrual: $(cut -c1-60 "$here/march")" \
    grep -qx '+ us/us/dividend.payable/USD 8999.98' "$here/march"
check "and what was accrued" \
    grep -qx '+ us/us/expense.dividend/USD 0.02' "$here/march"
posted 'arrive member=m01042' 'us/bank.us/nostro/USD 120.42' \
    'us/club-006/pool/USD -30.11' 'us/m01042/share/USD -90.31'
posted 'capture hold=' 'us/m00001/share/USD 12.00' \
    'us/m01063/share/USD -12.00'
posted 'reverse entry=' 'us/drawer.south-california/drawer/USD -50.00' \
    'us/m00078/share/USD 50.00'
posted 'lock member=' 'us/m00561/share/USD 40.00' \
    'us/m00561/share.locked/USD -40.00'
posted 'succession-pay member=m00304 label=b1' \
    'us/m00304/share/USD 350.65' 'us/m00305/share/USD -350.65'
occurs 14 'term-open '
occurs 5 'beneficiary-set '
occurs 13 'arrive '
occurs 12 'membership .* amount=USD5.00 '
occurs 2 'redeem-notice '
occurs 1 'pool-redeem .* amount=USD20.00 .*notice='
occurs 1 'release hold='
occurs 1 'reject proposal='
occurs 1 'withdraw-proposal '
check "no order that was refused or withdrawn was carried out" \
    [ "$(grep -acE '^\+ .*expense.other' "$journal")" -eq 0 ]

# What was shown, in both languages.
shown() { # a whole line of the screen, as a pattern
    check "shown: $1" grep -qxE -- "$1" "$here/screen"
}
shown ' +[0-9]+  us/m01042/share.term/USD  300.00 USD .*closed  1.78 USD .*'
shown ' +[0-9]+  us/m01042/share.term/USD  200.00 USD .*open .*0.02 USD'
shown 'aportación a plazo  cuenta .*vence .*'
shown 'beneficiario  parte  asiento  designación'
shown 'b1 +0.6 .*'
shown 'm20000  in +10,000.01 USD +[0-9]+'
shown 'mx/hometown-10/share/MXN  2000-01-31 +3,064.13 MXN  dormant'
shown 'club-210  668.06 USD  6.96'
shown '2000-01-17  no'
shown ' +[0-9]+  journal-entry  treasurer.us  open .*'

# The daemon again, on what is kept: what make run says can be typed.
start_daemon "$here/demo"
export HOME=$here POSITO_LANGUAGE=en POSITO_KEY=$here/demo/keys/auditor.key
asked() { # pattern of a line, question...
    pattern=$1
    shift
    "$build/posito" "$@" 2>&1 | tr -d '\r' >"$here/asked"
    check "$* says $pattern: $(tail -n 4 "$here/asked")" \
        grep -qxE -- "$pattern" "$here/asked"
}
asked ' +[0-9]+  m00787  10.00 USD  2000-04-30' pool party=club-005
asked 'días de aviso +30' --language es pool party=club-005
asked 'succession +entry  still to be paid|701.29 USD .* b2' \
    party party=m00304
asked 'us/m00561/share.locked/USD +40.00 USD .*' party party=m00561
asked 'us/m01042/share.term/USD +200.00 USD .*' party party=m01042
asked 'state +closed' drawer drawer=drawer.chicago
asked '[0-9]+,us/m01042/share.term/USD,200.00,.*,open,0.02,.*' --csv \
    terms party=us
check "no other term share is open" [ "$(wc -l <"$here/asked")" -eq 2 ]
asked '0,us' --csv dormant book=us
asked 'mx/hometown-10/share/MXN,2000-01-31,3064.13,dormant,MXN' --csv \
    dormant book=mx
check "the daemon ends well" stop_daemon

# Another place: only the journal folder and a copy of the tool.
mkdir "$here/elsewhere"
cp -r "$here/demo/journal" "$here/elsewhere/journal"
cp "$build/posito-audit" "$here/elsewhere/tool"
(cd "$here/elsewhere" && ./tool replay journal --quiet) >"$here/second" 2>&1
check "the journal replays elsewhere" [ $? -eq 0 ]
digest=$(grep -oE '[0-9a-f]{64}' "$here/screen" | sort | uniq -c |
    sort -rn | awk 'NR == 1 { print $2 }')
check "to the same digest" grep -q "digest *$digest" "$here/second"

# Flip one byte anywhere: entries, notes, headers, the zeros after the end.
journal=$(echo "$here"/elsewhere/journal/0*.posito | head -n 1)
size=$(stat -c %s "$journal")
used=$(($(grep -aobE '^— ' "$journal" | tail -n 1 | cut -d: -f1) + 150))
flip() { # offset mask
    byte=$(dd if="$journal" bs=1 skip="$1" count=1 status=none | od -An -tu1)
    printf "\\x$(printf %02x $((byte ^ $2)))" |
        dd of="$journal" bs=1 seek="$1" conv=notrunc status=none
}
count=${POSITO_LONG:+500}
seed=1993
for i in $(seq "${count:-24}"); do
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    # Every eighth in the zeros after the end, the others in what is used.
    if [ $((i % 8)) -eq 0 ]; then
        offset=$((used + seed % (size - used)))
    else
        offset=$((seed % used))
    fi
    flip "$offset" $((1 << (i % 8)))
    (cd "$here/elsewhere" && timeout 60 ./tool replay journal --quiet) \
        >"$here/flipped" 2>&1
    code=$?
    flip "$offset" $((1 << (i % 8)))
    check "a flipped byte at $offset is refused (code $code)" [ $code -eq 1 ]
    check "the entry is named for $offset: $(tail -n 1 "$here/flipped")" \
        grep -qE 'entry [0-9]+' "$here/flipped"
done
(cd "$here/elsewhere" && ./tool replay journal --quiet) >"$here/again" 2>&1
check "flipped back, it replays again" grep -q "digest *$digest" "$here/again"
finish
