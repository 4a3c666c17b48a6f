#!/bin/bash
# A loan as a treasurer sees it, from a schedule before anything is signed to
# the payoff; tables in both languages, CSV, JSON; the auditor in the end.
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
party-open party=c2 kind=club book=us parent=zac country=US
party-open party=m1 kind=member book=us parent=c1 country=US
party-open party=m2 kind=member book=us parent=c1 country=US
party-open party=n1 kind=member book=us parent=c2 country=US
party-open party=la kind=office book=us country=US
party-open party=staff kind=officer book=us country=US
party-open party=lupe kind=officer book=us country=US
party-open party=rosa kind=officer book=us country=US
key-add key=tres kind=federation.treasurer owner=staff country=US scope=all
key-add key=tres2 kind=federation.treasurer owner=staff country=US scope=all
key-add key=lupe kind=club.treasurer owner=lupe country=US scope=c1
key-add key=rosa kind=club.treasurer owner=rosa country=US scope=c2
key-add key=ana kind=teller owner=staff country=US scope=us
key-add key=sup kind=supervisor owner=staff country=US scope=us
END
"$posito" init "$here/ledger" --origin posito.example/loans \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

says 0 '1 of 2' "$posito" --key "$keys/tres.key" product-set product=crop \
    book=us from=2026-11-23 method=level daycount=months every=month \
    most=USD5000.00 least=USD100.00 longest=24 rate=0.2 late=0.3 fee=0 \
    grace=none order=standard table=us
says 0 'took effect' "$posito" --key "$keys/tres2.key" approve proposal=1
says 0 'Done' "$posito" deposit member=m1 via=la amount=USD900.00 purpose=I
says 0 'Done' "$posito" deposit member=n1 via=la amount=USD700.00 purpose=I
says 0 'Done' "$posito" contribute member=m1 club=c1 amount=USD900.00 \
    purpose=C
says 0 'Done' "$posito" contribute member=n1 club=c2 amount=USD700.00 \
    purpose=C

# Before anything is signed.
quote="schedule product=crop amount=USD1000.00 count=12"
says 0 '^ +1  2026-12-23 +75.96 +16.67 +92.63 +924.04$' "$posito" $quote
says 0 '^ +12  2027-11-23 +91.16 +1.52 +92.68 +0.00$' "$posito" $quote
says 0 '^total +1,000.00 +111.61 +1,111.61$' "$posito" $quote
says 0 '^Annual percentage rate \(APR\) +20.00 %$' "$posito" $quote
says 0 'Tasa anual 20 %, al 2026-11-23, USD' "$posito" $quote --language es
says 0 '^ Núm\.  vence +capital +interés +pago  saldo insoluto$' \
    "$posito" $quote --language es
says 0 'Costo anual total \(CAT\), sin IVA +22.0 %' "$posito" $quote \
    --language es
says 0 '^12,2027-11-23,91.16,1.52,0.00,92.68,0.00,USD' "$posito" --csv $quote
says 0 '"interest":"USD111.61"' "$posito" --json $quote
says 1 'above-product' "$posito" schedule product=crop amount=USD1000.00 \
    count=25
says 0 'entries +7$' "$posito" status

# Applied for, approved by the clubs, paid out.
says 0 'Done: entry 7' "$posito" loan-apply borrower=m2 product=crop \
    amount=USD1000.00 count=12 sector=farming purpose=I
approve="loan-approve loan=7 amount=USD1000.00 pools=c1:0.6,c2:0.4"
approve="$approve interest=0.5 loss=1"
says 0 '^\+ disclosure apr=20.00 cat=22.0 finance=USD111.61 total=USD1111.61' \
    "$posito" --key "$keys/lupe.key" try $approve
says 0 '1 of 3' "$posito" --key "$keys/lupe.key" $approve
says 0 '2 of 3' "$posito" --key "$keys/rosa.key" approve proposal=8
says 0 'took effect' "$posito" --key "$keys/tres.key" approve proposal=8
says 0 '^us/m2/loan/USD +0.00 USD +1,000.00 USD' "$posito" try \
    loan-disburse loan=7 amount=USD1000.00 to=m2
says 0 'Done' "$posito" loan-disburse loan=7 amount=USD1000.00 to=m2
says 0 '^borrower  kind|^club +c1 +600.00 USD +66.67' "$posito" exposure \
    pool=c1
says 0 '^capital +1,000.00 USD' "$posito" loan loan=7 --language es
says 0 '^situación +vigente' "$posito" loan loan=7 --language es
says 0 '^c2 +0.4 +400.00 USD' "$posito" --key "$keys/rosa.key" loan loan=7

# Repaid.
says 0 '^\+ us/m2/loan/USD -75.96' "$posito" try loan-repay loan=7 \
    amount=USD92.63 via=la
says 0 'Done' "$posito" loan-repay loan=7 amount=USD100.00 via=la
says 0 '^ +1  2026-12-23 .* 92.63  paid$' "$posito" schedule loan=7
says 0 '^ +2  2027-01-23 .* 7.37  part$' "$posito" schedule loan=7
says 0 '^ +2  2027-01-23 .* 7.37  parcial$' "$posito" schedule loan=7 \
    --language es
says 0 '^ +3  2027-02-23 .* 0.00  por vencer$' "$posito" schedule loan=7 \
    --language es
says 0 'Cartera de crédito del libro us, fecha contable 2026-11-23' \
    "$posito" portfolio book=us by=club --language es
says 0 '^total +1 +9[0-9][0-9]\.' "$posito" portfolio book=us
says 0 '^0-29,us,all,1,9' "$posito" --csv portfolio book=us
says 0 '"total":"USD"' "$posito" --json portfolio book=us
says 0 '^liquida con +9' "$posito" payoff loan=7 --language es
left=$("$posito" payoff loan=7 | sed -n 's/^pays it off *\([0-9.]*\) USD/\1/p')
says 0 'Done' "$posito" loan-repay loan=7 amount="USD$left" via=la
says 0 '^ +7  m2 +c1 +crop +farming  pagado' "$posito" loans --language es
says 1 'loan-ended' "$posito" payoff loan=7

check "the daemon stops well" stop_daemon
says 0 '^Sound' "$build/posito-audit" replay "$here/ledger"

finish
