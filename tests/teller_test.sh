#!/bin/bash
# A teller's day through a real terminal: posito teller inside tmux, against
# a real daemon, in both languages; the daemon is killed in the middle of an
# order; what the screen says is compared with what the ledger says.
set -u
. "$(dirname "$0")/script.sh"
. tests/terminal.sh
home=$here/home
keys=$here/ledger/keys
mkdir "$home"

cat >"$here/found" <<'END'
currency code=USD digits=2
currency code=MXN digits=2
book book=us country=US date=2026-11-23
book book=mx country=MX date=2026-11-23
party-open party=zac kind=federation book=us country=US
party-open party=c1 kind=club book=us parent=zac country=US
party-open party=m1042 kind=member book=us parent=c1 country=US
party-open party=m1043 kind=member book=us parent=c1 country=US
party-open party=la kind=office book=us country=US
party-open party=la.1 kind=drawer book=us parent=la country=US
party-open party=la.2 kind=drawer book=us parent=la country=US
party-open party=sj kind=office book=us country=US
party-open party=staff kind=officer book=us country=US
party-open party=tre kind=officer book=us country=US
policy-set verb=key-add need=1 kinds=board
policy-set verb=key-revoke need=1 kinds=board
policy-set verb=policy-set need=1 kinds=board
policy-set verb=withdraw over=USD500.00 need=2 kinds=teller,supervisor
key-add key=tre kind=board owner=tre country=US scope=all
key-add key=ana kind=teller owner=staff country=US scope=us
key-add key=eva kind=teller owner=staff country=US scope=us
END
"$build/posito" init "$here/ledger" --origin posito.example/teller \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

terminal() { # key language: a new terminal with the teller's screen
    terminal_open "$1" "env HOME=$home POSITO_ADDR=$POSITO_ADDR \
        POSITO_LANGUAGE=$2 $build/posito --key $keys/$1.key teller; \
        echo ended; sleep 60"
}
balance() { # account
    "$build/posito" --key "$keys/ana.key" balance account="$1" --json \
        2>/dev/null | grep -oE '"balance":"[^"]*"' | cut -d'"' -f4
}
holds() { # account amount
    check "$1 is $2, not $(balance "$1")" [ "$(balance "$1")" = "$2" ]
}

lose_daemon() {
    { kill -9 "$daemon" && wait "$daemon"; } 2>/dev/null
    daemon=
}

# ---- in English: open, deposit, withdraw ----
terminal ana en
shows "the language is asked" "1  English"
keys 1
shows "the drawer is asked" "Which drawer do you work at?"
keys "la.9" Enter
shows "an unknown drawer is refused in words" "Drawer: la.9"
check "and stays where it was" sees "There is no such party."
keys BSpace 1 Enter
shows "a closed drawer" "Drawer la.1 is closed. Open it?"
keys Enter
shows "the drawer is open" "Who is at the window?"

keys m1042 Enter
shows "the member" "Member m1042"
check "who has no money yet" sees "No money yet."
keys 1 0 Enter
shows "zero is refused" "Type an amount above zero"
keys BSpace 1,250.5 Enter
shows "before and after" "Is this right?"
check "the balance after" sees "1,250.50 USD"
check "nothing was written" [ "$(balance us/m1042/share/USD)" = "" ]
keys Enter
shows "the receipt" "Done. Receipt: entry"
entry=$(screen | grep -oE 'entry [0-9]+' | cut -d' ' -f2)
"$build/posito" --key "$keys/ana.key" receipt index="$entry" \
    >"$here/receipt" 2>&1
check "the entry is that deposit" grep -q \
    'deposit member=m1042 via=la.1 amount=USD1250.50' "$here/receipt"
holds us/m1042/share/USD USD1250.50
holds us/la.1/drawer/USD USD1250.50

keys Enter m1042 Enter 2 2000 Enter
shows "more than there is" "Withdrawal, member m1042"
check "is refused in words" sees "balance"
holds us/m1042/share/USD USD1250.50
keys BSpace BSpace BSpace BSpace 50 Enter
shows "a withdrawal" "Withdrawal: 50.00 USD, member m1042"
check "shows the balance after" sees "1,200.50 USD"
keys Escape
shows "no goes back" "Amount (USD):"
keys 50 Enter
check "and once more" sees "Is this right?"
keys Enter
shows "the second receipt" "Done. Receipt: entry"
holds us/m1042/share/USD USD1200.50
keys Enter

# ---- a large one waits for another signature ----
keys m1042 Enter 2 600 Enter
check "it is told beforehand" sees "It will wait for another signature."
keys Enter
shows "it waits" "waits for another signature"
holds us/m1042/share/USD USD1200.50
keys Enter

# ---- a lost connection ----
keys m1043 Enter 1 100 Enter
check "confirm" sees "Is this right?"
lose_daemon
keys Enter
shows "the connection is lost" "Nothing is lost"
port=$(cat "$here/ledger/port")
check "the order is kept in a file" \
    grep -q 'deposit member=m1043' "$home"/.local/state/posito/*.pending
"$build/positod" -f -o listen=127.0.0.1:"$port" "$here/ledger" \
    >>"$here/log" 2>&1 &
daemon=$!
shows "it is sent again by itself" "Done. Receipt: entry"
holds us/m1043/share/USD USD100.00
check "the file is gone" \
    [ -z "$(ls "$home"/.local/state/posito/ 2>/dev/null)" ]
keys Enter

# ---- a terminal that is closed in the middle of an order ----
keys m1043 Enter 1 7 Enter
check "confirm again" sees "Is this right?"
lose_daemon
keys Enter
check "lost again" sees "Nothing is lost"
terminal_close ana
"$build/positod" -f -o listen=127.0.0.1:"$port" "$here/ledger" \
    >>"$here/log" 2>&1 &
daemon=$!
for _ in $(seq 200); do
    [ -n "$(balance us/m1043/share/USD)" ] && break
    sleep 0.05
done
holds us/m1043/share/USD USD100.00

# ---- in Spanish, where it was left ----
terminal ana es
shows "the order of before" "La orden que quedó sin respuesta es el asiento"
holds us/m1043/share/USD USD107.00
keys Enter
check "la caja" sees "¿En qué caja trabaja?"
keys la.1 Enter
shows "abierta ya" "¿Quién está en la ventanilla?"
keys m1043 Enter
shows "el socio" "Aportaciones"
keys 2 7 Enter
shows "antes y después" "¿Es correcto?"
keys Enter
shows "el comprobante" "Hecho. Comprobante: asiento"
holds us/m1043/share/USD USD100.00
keys Enter

# ---- count and close: 1,300.50 should be there, a dollar is missing ----
keys F7
shows "el conteo" "Conteo de la caja la.1 (USD)"
keys 12 Enter 1 Enter 2
shows "la suma al teclear" "1,290.00 USD"
keys Enter Enter Enter Enter Enter Enter Enter Enter Enter Enter
shows "la diferencia" "¿Registrar este conteo de la caja la.1?"
check "faltan diez con cincuenta" sees "-10.50 USD"
keys Enter
check "registrado" sees "El conteo de la caja la.1 quedó registrado."
holds us/la.1/drawer/USD USD1300.50
keys Enter F8 12 Enter 1 Enter 2 Enter 0 Enter 1 Enter 2 Enter 0 Enter 1 F7
shows "para cerrar" "¿Cerrar la caja la.1 con este conteo?"
check "falta un dólar" sees "-1.00 USD"
keys Enter
shows "cerrada" "La caja la.1 quedó cerrada."
holds us/us/expense.overshort/USD USD1.00
keys F10
check "y termina" sees "ended"

# ---- somebody else's drawer, an office without drawers ----
"$build/posito" --key "$keys/eva.key" drawer-open drawer=la.2 \
    >"$here/opened" 2>&1
check "eva opens hers" grep -q Done "$here/opened"
terminal_close ana
terminal ana en
check "language" sees "1  English"
keys Enter la.2 Enter
shows "not her drawer" "Drawer: la.2"
check "told in words" sees "another key"
keys BSpace BSpace BSpace BSpace sj Enter
shows "an office's cash box" "Who is at the window?"
keys m1042 Enter 1 5 Tab Enter
shows "pesos" "5.00 MXN"
keys Enter
check "done" sees "Done. Receipt"
holds us/m1042/share/MXN MXN5.00
keys F2
shows "the language changes anywhere" "Hecho. Comprobante: asiento"
keys F10
check "it ends" sees "ended"

stop_daemon
check "the daemon ends well" [ $? -eq 0 ]
"$build/posito-audit" replay "$here/ledger/journal" --quiet \
    >"$here/audit" 2>&1
check "what the screen did replays" [ $? -eq 0 ]
finish
