#!/bin/bash
# posito approve at a real terminal: nobody signs what they have not seen.
# It shows what is about to happen and asks; no, and anything that is not
# yes, changes nothing; yes signs; a proposal that is gone is not asked
# about.  In both languages.
set -u
. "$(dirname "$0")/script.sh"
. tests/terminal.sh
export HOME=$here/home XDG_CONFIG_HOME= XDG_STATE_HOME=
export POSITO_LANGUAGE=en POSITO_PASSPHRASE_FILE= POSITO_KEY=
mkdir "$HOME"
posito=$build/posito
keys=$here/ledger/keys

cat >"$here/found" <<'END'
currency code=USD digits=2
book book=us country=US date=2026-11-23
party-open party=zac kind=federation book=us country=US
party-open party=c1 kind=club book=us parent=zac country=US
party-open party=m1 kind=member book=us parent=c1 country=US
party-open party=m2 kind=member book=us parent=c1 country=US
party-open party=la kind=office book=us country=US
party-open party=staff kind=officer book=us country=US
policy-set verb=key-add need=1 kinds=board
policy-set verb=key-revoke need=1 kinds=board
policy-set verb=policy-set need=1 kinds=board
policy-set verb=transfer over=USD100.00 need=2 kinds=teller,supervisor
policy-set verb=transfer over=USD500.00 need=3 kinds=teller,supervisor,board
key-add key=tre kind=board owner=staff country=US scope=all
key-add key=ana kind=teller owner=staff country=US scope=us
key-add key=sup kind=supervisor owner=staff country=US scope=us
END
"$posito" init "$here/ledger" --origin posito.example/approve \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

order() { # key words...: an order, not at a terminal
    by=$1
    shift
    "$posito" --key "$keys/$by.key" "$@" >"$here/ordered" 2>&1 </dev/null
    check "$*: $(cat "$here/ordered")" grep -q '^Done: entry' "$here/ordered"
    entry=$(grep -oE 'entry [0-9]+' "$here/ordered" | head -1 | cut -d' ' -f2)
}
balance() { # account
    "$posito" --key "$keys/ana.key" balance account="$1" --json \
        2>/dev/null | grep -oE '"balance":"[^"]*"' | cut -d'"' -f4
}
holds() { # account amount
    check "$1 is $2, not $(balance "$1")" [ "$(balance "$1")" = "$2" ]
}
waits() { # how many proposals are open
    check "$1 wait" [ "$("$posito" --key "$keys/tre.key" proposals --json |
        grep -c '"proposal":')" -eq "$1" ]
}
size() { "$posito" status --json | grep -oE '"size":"?[0-9]+'; }
approve() { # terminal key language proposal
    terminal_open "$1" "env HOME=$HOME POSITO_ADDR=$POSITO_ADDR \
        $posito --key $keys/$2.key --language $3 approve proposal=$4; \
        echo ended \$?; sleep 60"
}

order ana deposit member=m1 via=la amount=USD900.00 purpose=F
order ana transfer from=m1 to=m2 amount=USD250.00 purpose=F memo=roof
first=$entry
before=$(size)

# ---- in English: seen, and no ----
approve no sup en "$first"
shows "the line as it was signed" "transfer from=m1 to=m2 amount=USD250.00"
check "who signed it" sees "ana  teller  US"
check "what it posts" sees "+ us/m1/share/USD 250.00"
check "and where" sees "+ us/m2/share/USD -250.00"
check "before and after of the one" sees "us/m1/share/USD  900.00 USD  650.00 USD"
check "and of the other" sees "us/m2/share/USD    0.00 USD  250.00 USD"
check "then it asks" sees "Sign this? y/n [n]"
check "nothing is written by showing it" [ "$(size)" = "$before" ]
keys n Enter
shows "no" "Nothing was signed."
check "with that exit code" sees "ended 2"

# ---- what is not yes is no ----
for typed in maybe yesterday Y; do
    approve "not-$typed" sup en "$first"
    check "it asks again" sees "Sign this? y/n [n]"
    keys "$typed" Enter
    shows "\"$typed\" is not yes" "Nothing was signed."
done
approve enter sup en "$first"
check "it asks once more" sees "Sign this? y/n [n]"
keys Enter
shows "Enter alone is no" "Nothing was signed."
approve closed sup en "$first"
check "and once more" sees "Sign this? y/n [n]"
keys C-d
shows "the end of the input is no" "Nothing was signed."
check "nothing was written" [ "$(size)" = "$before" ]
waits 1
holds us/m1/share/USD USD900.00

# ---- yes signs, and the last signature carries it out ----
approve yes sup en "$first"
check "asked" sees "Sign this? y/n [n]"
keys y Enter
shows "yes" "Done: entry 3, business date 2026-11-23"
check "it took effect" sees "The proposal took effect."
check "with exit code 0" sees "ended 0"
waits 0
holds us/m1/share/USD USD650.00
holds us/m2/share/USD USD250.00

# ---- in Spanish, one of three signatures ----
order ana transfer from=m1 to=m2 amount=USD600.00 purpose=F
third=$entry
approve no-es sup es "$third"
shows "la línea" "transfer from=m1 to=m2 amount=USD600.00"
check "antes y después" sees "us/m1/share/USD  650.00 USD   50.00 USD"
check "con sus nombres" sees "cuenta                antes     después"
check "pregunta" sees "¿Firmar esto? s/n [n]"
keys quizá Enter
shows "otra cosa es no" "No se firmó nada."
check "y así termina" sees "ended 2"
approve si sup es "$third"
check "pregunta otra vez" sees "¿Firmar esto? s/n [n]"
keys sí Enter
shows "sí" "Hecho: asiento 5"
check "falta una" sees "Espera firmas: 2 de 3"
holds us/m1/share/USD USD650.00

# ---- it would be refused now: that is seen before the question ----
order ana withdraw member=m1 via=la amount=USD100.00 purpose=F
approve poor tre es "$third"
shows "por qué no" "insufficient-funds"
check "pregunta igual" sees "¿Firmar esto? s/n [n]"
keys s Enter
shows "se rechaza" "Rechazado (insufficient-funds 500)"
check "con ese código" sees "ended 1"
waits 1

# ---- one that is gone ----
approve unknown sup en 77
shows "no such proposal" "Refused (unknown-proposal 308)"
check "nothing is asked" refused sh -c \
    "tmux -L $socket capture-pane -p -t unknown | grep -q 'Sign this'"
check "exit code 1" sees "ended 1"
approve desaparecida sup es 77
shows "no existe" "No existe esa propuesta."
approve gone tre en "$third"
check "still open when it is shown" sees "Sign this? y/n [n]"
order ana withdraw-proposal proposal="$third"
keys y Enter
shows "withdrawn meanwhile" "Refused (proposal-ended 309)"
check "exit code 1 too" sees "ended 1"

# ---- no terminal, or --yes: nobody is asked ----
order ana transfer from=m1 to=m2 amount=USD101.00 purpose=F
order sup approve proposal="$entry"
order ana transfer from=m1 to=m2 amount=USD102.00 purpose=F
terminal_open at-once "env HOME=$HOME POSITO_ADDR=$POSITO_ADDR \
    $posito --key $keys/sup.key --yes approve proposal=$entry; \
    echo ended \$?; sleep 60"
shows "--yes" "The proposal took effect."
check "without a question" refused sh -c \
    "tmux -L $socket capture-pane -p -t at-once | grep -q 'Sign this'"

stop_daemon
check "the daemon ends well" [ $? -eq 0 ]
"$build/posito-audit" replay "$here/ledger/journal" --quiet \
    >"$here/audit" 2>&1
check "what was signed replays: $(cat "$here/audit")" [ $? -eq 0 ]
finish
