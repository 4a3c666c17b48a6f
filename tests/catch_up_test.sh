#!/bin/bash
# Days that were missed, closed by posito catch-up: holidays, months, a
# refusal on the way, a second signature, both languages, the question on a
# terminal.
set -u
. "$(dirname "$0")/script.sh"
. tests/terminal.sh
export HOME=$here/home XDG_CONFIG_HOME= XDG_STATE_HOME=
export POSITO_LANGUAGE=en POSITO_PASSPHRASE_FILE=
mkdir "$HOME"
posito=$build/posito
keys=$here/ledger/keys
export POSITO_KEY=$keys/sup.key

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
said() { # text: the last command said that too
    check "it says \"$1\": $(cat "$here/said")" grep -qF -- "$1" "$here/said"
}
closed() { # how many day-close lines the last command had accepted
    check "$1 days, not $(grep -cE '^(Done|Hecho)' "$here/said")" \
        [ "$(grep -cE '^(Done|Hecho)' "$here/said")" -eq "$1" ]
}
open_day() { # date
    check "the open day is $1: $("$posito" status)" \
        sh -c "'$posito' status | grep -q 'us:$1'"
}

# 2019-12-24 is a Tuesday; Christmas and New Year are holidays, and Saturday
# 2020-01-11 is worked after all.
cat >"$here/found" <<'END'
currency code=USD digits=2
book book=us country=US date=2019-12-24
book book=mx country=MX date=2019-12-24
party-open party=zac kind=federation book=us country=US
party-open party=staff kind=officer book=us country=US
party-open party=tre kind=officer book=us country=US
calendar-set book=us date=2019-12-25 open=no
calendar-set book=us date=2020-01-01 open=no
calendar-set book=us date=2020-01-11 open=yes
policy-set verb=key-add need=1 kinds=board
policy-set verb=key-revoke need=1 kinds=board
policy-set verb=policy-set need=1 kinds=board
key-add key=tre kind=board owner=tre country=US scope=all
key-add key=sup kind=supervisor owner=staff country=US scope=us
key-add key=ana kind=teller owner=staff country=US scope=us
END
"$posito" init "$here/ledger" --origin posito.example/catch-up \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

# ---- what is typed wrongly ----
says 0 'catch-up book=BOOK to=DATE' "$posito" help catch-up
says 0 'Cerrar los días' "$posito" help catch-up --language es
says 2 'for example book=us' "$posito" catch-up
says 2 'for example book=us' "$posito" catch-up book=us
says 2 'for example book=us' "$posito" catch-up book=us to=2020-13-01
says 2 'for example book=us' "$posito" catch-up book=us to=2020-01-02 x=1
says 2 'por ejemplo book=us' "$posito" catch-up to=2020-01-02 --language es
says 2 'There is no such book' "$posito" catch-up book=xx to=2020-01-02

# ---- nothing to do ----
says 0 'Book us is open on 2019-12-24' "$posito" catch-up book=us \
    to=2019-12-24
closed 0
says 0 'open on 2019-12-24' "$posito" catch-up book=us to=2019-01-01
closed 0

# ---- who may not ----
says 1 'the day 2019-12-24 was not closed' "$posito" catch-up book=us \
    to=2019-12-27 --key "$keys/ana.key"
said 'wrong-kind'
says 1 'el día 2019-12-24 no se cerró' "$posito" catch-up book=us \
    to=2019-12-27 --key "$keys/ana.key" --language es
says 1 'the day 2019-12-24 was not closed' "$posito" catch-up book=mx \
    to=2019-12-27
open_day 2019-12-24

# ---- on a terminal it asks ----
terminal_open ask "env HOME=$HOME POSITO_ADDR=$POSITO_ADDR \
    $posito --key $keys/sup.key catch-up book=us to=2019-12-27; \
    echo ended \$?; sleep 60"
shows "it says what will be done" "until 2019-12-27 is open"
shows "how many days, Christmas not among them" "calendar: 2."
shows "and asks" "Close them? y/n [n]"
open_day 2019-12-24
keys n Enter
shows "no closes nothing" "No day was closed."
check "with that exit code" sees "ended 2"
open_day 2019-12-24
# Two years are more than one question may be about.
terminal_open far "env HOME=$HOME POSITO_ADDR=$POSITO_ADDR \
    $posito --key $keys/sup.key catch-up book=us to=2022-01-01; \
    echo ended \$?; sleep 60"
shows "it counts two years" "calendar: 528."
keys n Enter
shows "and no closes nothing" "No day was closed."
terminal_open si "env HOME=$HOME POSITO_ADDR=$POSITO_ADDR \
    $posito --key $keys/sup.key --language es catch-up book=us \
    to=2019-12-25; echo ended \$?; sleep 60"
shows "en español" "¿Cerrarlos? s/n [n]"
keys s Enter
shows "sí los cierra" "El libro us está abierto en 2019-12-26."
check "y termina bien" sees "ended 0"
# 2019-12-25 is a holiday: the first worked day after it is open.
open_day 2019-12-26

# ---- over the end of a month, to a Saturday ----
says 0 'Book us is open on 2020-01-06' "$posito" catch-up to=2020-01-04 \
    book=us
closed 6
said 'until 2020-01-04 is open'
said "by the book's calendar: 6."
said 'posito month-close book=us month=2019-12'
check "no other month" [ "$(grep -c month-close "$here/said")" -eq 2 ]
# Run again it finds nothing to do.
says 0 'open on 2020-01-06' "$posito" catch-up to=2020-01-04 book=us
closed 0
# Saturday the 11th is worked.
says 0 'está abierto en 2020-01-11' "$posito" catch-up to=2020-01-11 \
    book=us --language es
closed 5
said "según el calendario del libro: 5."

# ---- a refusal on the way: the signer's key goes ----
"$posito" --key "$keys/tre.key" key-revoke key=sup reason=left \
    >"$here/revoked" 2>&1
check "the key is revoked" grep -q Done "$here/revoked"
says 1 'the day 2020-01-11 was not closed' "$posito" catch-up book=us \
    to=2020-01-20
said 'The key was revoked'
open_day 2020-01-11

# ---- several months of another book; as JSON only the answers ----
export POSITO_KEY=$keys/tre.key
says 0 '^\{' "$posito" catch-up book=mx to=2019-12-26 --json
check "nothing else: $(cat "$here/said")" \
    [ "$(grep -vc '^{' "$here/said")" -eq 0 ]
says 0 'Book mx is open on 2020-03-02' "$posito" catch-up book=mx \
    to=2020-03-01
closed 47
said "calendar: 47."
said 'month-close book=mx month=2019-12'
said 'month-close book=mx month=2020-01'
said 'month-close book=mx month=2020-02'
check "not the present one" refused grep -q month=2020-03 "$here/said"
"$posito" month-close book=mx month=2019-12 >"$here/month" 2>&1
check "the month closes: $(cat "$here/month")" grep -q Done "$here/month"

# ---- two signatures a day ----
"$posito" policy-set verb=day-close need=2 kinds=supervisor,board \
    >"$here/policy" 2>&1
check "policy is set: $(cat "$here/policy")" grep -q Done "$here/policy"
says 1 'closing the day 2020-01-11 waits for another signature' "$posito" \
    catch-up book=us to=2020-01-20
closed 1
open_day 2020-01-11
says 1 'cerrar el día 2020-01-11 espera otra firma' "$posito" catch-up \
    book=us to=2020-01-20 --language es

stop_daemon
check "the daemon ends well" [ $? -eq 0 ]
"$build/posito-audit" replay "$here/ledger/journal" --quiet \
    >"$here/audit" 2>&1
check "what was closed replays: $(cat "$here/audit")" [ $? -eq 0 ]
finish
