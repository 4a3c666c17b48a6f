#!/bin/bash
# An independent checker (Go's sumdb code, independent/check.go) accepts our
# checkpoints, receipts and consistency proofs, and refuses changed ones.
set -u
. "$(dirname "$0")/script.sh"

export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= GOCACHE=$here/cache
if ! go build -o "$here/check" tests/independent/check.go; then
    check "the independent checker builds" false
    finish
fi

found_demonstration "$here/demo"
vkey=$(sed -nE 's/^log +//p' "$here/screen" | head -n 1)
start_daemon "$here/demo"
export POSITO_KEY="$here/demo/keys/auditor.key"
posito() { timeout 20 "$build/posito" "$@"; }
independent() { "$here/check" "$@" >"$here/verdict"; }

posito checkpoint >"$here/old"
check "a checkpoint is accepted: $vkey" independent note "$vkey" "$here/old"
size=$(sed -n 2p "$here/old")

# Changed in one character anywhere, it is refused.
for at in 3 40 60 100 180; do
    sed -E "1,\$!b;:a;N;\$!ba;s/^(.{$at})./\\1~/" "$here/old" >"$here/bad"
    check "a checkpoint changed at $at is refused" \
        refused independent note "$vkey" "$here/bad"
done

# Receipts: the entry's lines, a blank line, the proof.
for index in 0 1 2 255 256 257 511 512 777 $((size - 2)) $((size - 1)); do
    rm -f "$here/receipt"
    posito receipt index="$index" --out "$here/receipt" >/dev/null
    sed '/^$/,$d' "$here/receipt" >"$here/leaf"
    sed '1,/^$/d' "$here/receipt" >"$here/proof"
    check "the receipt of $index is accepted" \
        independent receipt "$vkey" "$here/proof" "$here/leaf"
    check "our own tool accepts it" \
        "$build/posito-audit" receipt "$here/receipt" --log "$vkey" \
        >/dev/null
    echo >>"$here/leaf"
    check "with a line more the receipt of $index is refused" \
        refused independent receipt "$vkey" "$here/proof" "$here/leaf"
done

# The journal grows; the new checkpoint is consistent with the old one.
grow() {
    POSITO_KEY="$here/demo/keys/teller.chicago.key" posito transfer \
        from=m00001 to=m00002 amount=USD0.01 purpose=F >/dev/null
}
for _ in 1 2 3; do grow; done
posito checkpoint >"$here/new"
grown=$(sed -n 2p "$here/new")
check "three entries more" [ "$grown" -eq $((size + 3)) ]
posito consistency from="$size" to="$grown" >"$here/hashes"
check "it is consistent with the one before" independent consistency \
    "$vkey" "$here/old" "$here/new" "$here/hashes"
posito consistency from=$((size - 1)) to="$grown" >"$here/other"
check "a proof for another size is refused" refused independent consistency \
    "$vkey" "$here/old" "$here/new" "$here/other"

# Checkpoints of groups long past, as they stand in the journal's file.
journal=$here/demo/journal/00000000000000000000.posito
for line in 4 40 200 390; do
    at=$(grep -an '^— ' "$journal" | sed -n "${line}p" | cut -d: -f1)
    sed -n "$((at - 4)),${at}p" "$journal" >"$here/past"
    past=$(sed -n 2p "$here/past")
    posito consistency from="$past" to="$grown" >"$here/hashes"
    check "the checkpoint of size $past is part of today's" \
        independent consistency "$vkey" "$here/past" "$here/new" \
        "$here/hashes"
done
check "the daemon stops well" stop_daemon
finish
