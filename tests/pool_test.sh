#!/bin/bash
# A club's pool as its treasurer and members see it: notices, parts, what a
# refusal advises, in both languages.
set -u
. "$(dirname "$0")/script.sh"
export HOME=$here/home XDG_CONFIG_HOME= XDG_STATE_HOME=
export LC_ALL=C.UTF-8 POSITO_LANGUAGE=en POSITO_PASSPHRASE_FILE=
mkdir "$HOME"
posito=$build/posito
keys=$here/ledger/keys
export POSITO_KEY=$keys/ana.key

# says EXIT-CODE PATTERN COMMAND...: what it prints has the pattern.
says() {
    expected=$1 pattern=$2
    shift 2
    timeout 60 "$@" >"$here/said" 2>&1 </dev/null
    code=$?
    check "$* (exit $code, expected $expected: $pattern): $(cat "$here/said")" \
        [ "$code" -eq "$expected" ]
    check "$* says $pattern: $(cat "$here/said")" \
        grep -qE -- "$pattern" "$here/said"
}

cat >"$here/found" <<'END'
currency code=USD digits=2
book book=us country=US date=2026-11-23
party-open party=zac kind=federation book=us country=US
party-open party=c1 kind=club book=us parent=zac country=US
party-open party=m1 kind=member book=us parent=c1 country=US
party-open party=m2 kind=member book=us parent=c1 country=US
party-open party=la kind=office book=us country=US
party-open party=staff kind=officer book=us country=US
key-add key=tres kind=federation.treasurer owner=staff country=US scope=all
key-add key=tres2 kind=federation.treasurer owner=staff country=US scope=all
key-add key=ana kind=teller owner=staff country=US scope=us
END
"$posito" init "$here/ledger" --origin posito.example/pool \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

says 0 'Done' "$posito" deposit member=m1 via=la amount=USD9.00 purpose=C
says 0 'Done' "$posito" deposit member=m2 via=la amount=USD9.00 purpose=C
says 0 'Done' "$posito" contribute member=m1 club=c1 amount=USD2.00 \
    purpose=C
says 0 'Done' "$posito" contribute member=m2 club=c1 amount=USD1.00 \
    purpose=C
says 0 'waits for signatures: 1 of 2' "$posito" --key "$keys/tres.key" \
    pool-notice club=c1 days=30
says 0 'took effect' "$posito" --key "$keys/tres2.key" approve proposal=5
says 0 'Done: entry 7' "$posito" redeem-notice member=m2 club=c1 \
    amount=USD0.50

says 0 '^notice  party +left  due' "$posito" pool party=c1
says 0 '^ +7  m2 +0.50 USD  2026-12-23' "$posito" pool party=c1
says 0 '^party +put in  part %' "$posito" pool party=c1
says 0 '^m1 +2.00 USD  66.67' "$posito" pool party=c1
says 0 '^m2 +1.00 USD  33.33' "$posito" pool party=c1
says 0 '^days of notice +30' "$posito" pool party=c1
says 0 '^balance +3.00 USD' "$posito" pool party=c1
says 0 '^aviso  parte +queda  disponible desde' "$posito" pool party=c1 \
    --language es
says 0 '^parte +puesto  parte %' "$posito" pool party=c1 --language es
says 0 '^días de aviso +30' "$posito" pool party=c1 --language es
says 0 '"part":"66.67"' "$posito" pool party=c1 --json

# ---- refused, with what to do ----
says 1 'Refused \(notice-needed 436\)' "$posito" --key "$keys/tres.key" \
    pool-redeem member=m2 club=c1 amount=USD0.10 purpose=C
says 1 'What to do: Give notice with redeem-notice' "$posito" \
    --key "$keys/tres.key" pool-redeem member=m2 club=c1 amount=USD0.10 \
    purpose=C
says 1 'Qué hacer: `posito pool party=CLUB` muestra desde cuándo' "$posito" \
    --key "$keys/tres.key" --language es pool-redeem member=m2 club=c1 \
    amount=USD0.10 purpose=C notice=7
says 1 'unknown-notice 438' "$posito" --key "$keys/tres.key" pool-redeem \
    member=m1 club=c1 amount=USD0.10 purpose=C notice=7
says 0 '^prestado a la federación +1.00 USD' sh -c "$posito --key \
    $keys/tres.key pool-lend from=c1 to=zac amount=USD1.00 purpose=C; \
    $posito pool party=c1 --language es"

stop_daemon
check "the daemon ends well" [ $? -eq 0 ]
"$build/posito-audit" replay "$here/ledger/journal" --quiet \
    >"$here/audit" 2>&1
check "it replays: $(cat "$here/audit")" [ $? -eq 0 ]
finish
