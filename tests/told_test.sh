#!/bin/bash
# How posito shows term shares, dormant shares, what a member told and a
# book's calendar: in both languages, as JSON and as CSV.
set -u
. "$(dirname "$0")/script.sh"
export HOME=$here/home XDG_CONFIG_HOME= XDG_STATE_HOME=
export LC_ALL=C.UTF-8 POSITO_LANGUAGE=en POSITO_PASSPHRASE_FILE=
mkdir "$HOME"
posito=$build/posito
keys=$here/ledger/keys
export POSITO_KEY=$keys/ana.key
hash=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

# says PATTERN COMMAND...: it is accepted, and a line is the pattern.
says() {
    pattern=$1
    shift
    timeout 60 "$posito" "$@" 2>&1 </dev/null | tr -d '\r' >"$here/said"
    check "$* says $pattern: $(cat "$here/said")" \
        grep -qxE -- "$pattern" "$here/said"
}

# Two weeks of December with a holiday; a share is dormant after a month.
cat >"$here/found" <<'END'
currency code=USD digits=2
book book=us country=US date=2026-12-14
party-open party=zac kind=federation book=us country=US
party-open party=c1 kind=club book=us parent=zac country=US
party-open party=m1 kind=member book=us parent=c1 country=US
party-open party=m2 kind=member book=us parent=c1 country=US
party-open party=la kind=office book=us country=US
party-open party=bank kind=correspondent book=us country=US
party-open party=staff kind=officer book=us country=US
dormancy-set book=us dormant=1 unclaimed=2
calendar-set book=us date=2026-12-25 open=no
calendar-set book=us date=2026-12-26 open=yes
policy-set verb=term-set need=1 kinds=federation.treasurer
policy-set verb=succession-open need=1 kinds=supervisor
key-add key=tres kind=federation.treasurer owner=staff country=US scope=all
key-add key=tres2 kind=federation.treasurer owner=staff country=US scope=all
key-add key=sup kind=supervisor owner=staff country=US scope=all
key-add key=ana kind=teller owner=staff country=US scope=us
END
"$posito" init "$here/ledger" --origin posito.example/told \
    --found "$here/found" --no-passphrase >"$here/init" 2>&1
check "a ledger is founded: $(cat "$here/init")" [ -s "$here/ledger/genesis" ]
start_daemon "$here/ledger"

# ---- the calendar ----
says 'date +worked' calendar book=us
says '2026-12-25  no' calendar book=us
says '2026-12-26  yes' calendar book=us
says 'fecha +se trabaja' calendar book=us --language es
says 'date,worked' calendar book=us --csv
says '2026-12-25,no' calendar book=us --csv
says '.*"rows":\[\{"date":"2026-12-25","open":"no"\},\{"date":"2026-12-26".*' \
    calendar book=us --json

# ---- what a member told ----
says 'Done: entry 1, .*' deposit member=m1 via=la amount=USD500.00 purpose=I
says 'Done: .*' deposit member=m2 via=la amount=USD20.00 purpose=I
says 'Done: entry 3, .*' beneficiary-set member=m1 parts=b1:0.25,b2:0.75 \
    designation=$hash
says 'Done: entry 4, .*' split-set member=m1 parts=pool:0.1,share:0.9
says 'Done: entry 5, .*' arrive member=m1 via=bank amount=USD10.05 purpose=F
says 'beneficiary  part  entry  designation' party party=m1
says "b1           0.25      3  $hash" party party=m1
says "b2           0.75      3  $hash" party party=m1
says 'of what arrives to  part  entry' party party=m1
says 'pool                0.1       4' party party=m1
says 'beneficiario  parte  asiento  designación' party party=m1 --language es
says 'de lo que llega, a  parte  asiento' party party=m1 --language es
says '.*\{"beneficiary":"b2","part":"0.75","entry":"3",.*' party party=m1 \
    --json
says '.*\{"split":"pool","part":"0.1","entry":"4"\}.*' party party=m1 --json
says 'party,kind,book,parent,country,state,opened,account,balance,.*part,.*' \
    party party=m1 --csv
says '.*,b1,0.25,3,.*' party party=m1 --csv
says 'us/m1/share/USD +509.04 USD +509.04 USD' party party=m1
says 'c1,1.01,100.00,USD|m1,1.01,100.00,USD' pool party=c1 --csv
says 'party,put in,part %,currency' pool party=c1 --csv

# ---- term shares ----
says 'Done: entry 6, .*' term-set book=us days=30 minimum=USD100.00 \
    rate=0.0365 early=0.01 from=2026-12-14 --key "$keys/tres.key"
says 'Done: entry 7, .*' term-open member=m1 amount=USD300.00 days=30
says 'Done: entry 8, .*' term-open member=m1 amount=USD100.00 days=30
says 'Done: entry 9, .*' term-close term=8
says 'term share  account +amount  opened +due +rate +rate if early  .*' \
    terms party=m1
says ' +7  us/m1/share.term/USD  300.00 USD  2026-12-14  2027-01-13 .*open .*0.90 USD .*' \
    terms party=m1
says ' +8  us/m1/share.term/USD  100.00 USD .*closed .*0.00 USD .*' \
    terms party=m1
says 'aportación a plazo  cuenta +importe  apertura +vence +tasa .*' \
    terms party=m1 --language es
says 'aportación a plazo  cuenta +.*devengado +interés +impuesto retenido .*' \
    terms party=us --language es
says '.*"rows":\[\{"term":"7",.*"due":"2027-01-13",.*"accrued":"USD0.00".*' \
    terms party=m1 --json
says 'term share,account,amount,opened,due,rate,rate if early,state,.*' \
    terms party=us --csv
says '7,us/m1/share.term/USD,300.00,2026-12-14,2027-01-13,0.0365,0.01,.*,USD' \
    terms party=us --csv

# ---- dormant shares: after a month in which nobody came ----
"$posito" --key "$keys/sup.key" catch-up book=us to=2027-01-15 \
    >"$here/said" 2>&1
check "a month passes: $(tail -n 3 "$here/said")" \
    grep -q 'open on 2027-01-15' "$here/said"
check "a holiday less, a Saturday more: $(head -n 2 "$here/said")" \
    grep -q 'calendar: 24\.' "$here/said"
says 'account +last activity +balance  state' dormant book=us
says 'us/m1/share/USD  2026-12-14 +509.94 USD  dormant' dormant book=us
says 'us/m2/share/USD  2026-12-14 +20.00 USD  dormant' dormant book=us
says 'cuenta +última actividad +saldo  situación' dormant book=us --language es
says '.*\{"account":"us/m2/share/USD","active":"2026-12-14",.*' dormant \
    book=us after=m1 --json
says 'account,last activity,balance,state,currency' dormant book=us --csv
says 'us/m2/share/USD,2026-12-14,20.00,dormant,USD' dormant book=us --csv
check "the matured share paid its interest" [ "$("$posito" --csv terms \
    party=m1 | grep -c '^7,.*,closed,0\.90,')" -eq 1 ]

# ---- a succession ----
says 'Done: .*' succession-open member=m1 evidence=$hash \
    --key "$keys/sup.key"
says 'Done: .*' succession-pay member=m1 label=b1 currency=USD to=m2 \
    evidence=$hash
says ' *succession +entry  still to be paid' party party=m1
says '509.94 USD +[0-9]+  b2' party party=m1
says ' *sucesión +asiento  falta pagar a' party party=m1 --language es
says '.*\{"succession":"USD509.94","entry":"[0-9]+","left":"b2"\}.*' \
    party party=m1 --json

stop_daemon
check "the daemon ends well" [ $? -eq 0 ]
"$build/posito-audit" replay "$here/ledger/journal" --quiet \
    >"$here/audit" 2>&1
check "it replays: $(cat "$here/audit")" [ $? -eq 0 ]
finish
