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
journal=$(echo "$here"/elsewhere/journal/*.posito | head -n 1)
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
