#!/bin/bash
# The tools as people use them, against a real daemon: founding, orders,
# questions, batches, new keys, receipts, both languages, JSON, the
# interactive mode, exit codes; then the auditor on what that leaves.
set -u
. "$(dirname "$0")/script.sh"
export HOME=$here/home XDG_CONFIG_HOME= XDG_STATE_HOME= POSITO_KEY=
export LC_ALL=C.UTF-8 POSITO_LANGUAGE= POSITO_PASSPHRASE_FILE=
mkdir "$HOME"
fed=$here/fed
posito=$build/posito
audit=$build/posito-audit

# says EXIT-CODE PATTERN COMMAND...: what it prints has the pattern.
says() {
    expected=$1 pattern=$2
    shift 2
    timeout 60 "$@" >"$here/said" 2>&1 </dev/null
    code=$?
    if [ "$code" -eq "$expected" ] && grep -qE -- "$pattern" "$here/said"
    then
        passed=$((passed + 1))
    else
        echo "FAILED: $* (exit $code, expected $expected: $pattern)"
        cat "$here/said"
        failed=$((failed + 1))
    fi
}

# ---- without a daemon ----

says 0 '^posito 1$' "$posito" --version
says 0 '^posito-audit 1$' "$audit" --version
says 0 'day-close ' "$posito" help
says 0 'Depósito: caja' "$posito" help deposit --language es
says 0 'purpose +I\|F\|C' "$posito" help deposit
says 0 'lines= and root= are computed' "$posito" help batch
says 0 'seal' "$posito" help keygen
for verb in $("$posito" help | sed -nE 's/^  ([a-z-]+)  +[A-Z].*/\1/p'); do
    says 0 . "$posito" help "$verb"
    says 0 . "$posito" help "$verb" --language es
done
says 2 'Did you mean "deposit"' "$posito" help depsit
says 2 'did you mean --json' "$posito" --jsn status
says 2 'needs a value' "$posito" status --addr
says 2 'en or es' "$posito" status --language fr
says 3 'Connection refused' "$posito" status --addr 127.0.0.1:1
says 3 '"failure":' "$posito" --json status --addr 127.0.0.1:1
says 2 'Give your key' "$posito" deposit member=m1 via=la amount=USD1.00 \
    purpose=F
says 2 'Did you mean member=' "$posito" deposit membr=m1
says 2 'Quiso decir member=' "$posito" deposit membr=m1 --language es
says 2 'Quiso decir member=' env POSITO_LANGUAGE= LC_ALL= LANG=es_MX.UTF-8 \
    "$posito" deposit membr=m1

# ---- keys ----

echo 'dulce nombre' >"$here/pass"
echo 'otra cosa' >"$here/wrong"
cd "$here" || exit 1
says 0 'public=' "$posito" keygen la.beto --passphrase-file pass
check "a key file is its owner's" [ "$(stat -c %a la.beto.key)" = 600 ]
check "it is sealed" grep -q '^sealed argon2id ' la.beto.key
cp la.beto.key kept
says 3 'File exists' "$posito" keygen la.beto --passphrase-file pass
check "a key is never overwritten" cmp -s la.beto.key kept
says 2 'NAME has' "$posito" keygen 'La Ana'
says 0 'public=' "$posito" keygen la.eva --no-passphrase --out eva.key
check "it is open" grep -q '^secret ' eva.key

# ---- founding ----

cat >found.txt <<'FOUND'
# a federation, a club, an office
currency code=USD digits=2
book date=2026-11-23 book=us country=US
party-open party=zac kind=federation book=us country=US
party-open party=c1 kind=club book=us parent=zac country=US
party-open party=m1042 kind=member book=us parent=c1 country=US
party-open party=m1043 kind=member book=us parent=c1 country=US
party-open party=la kind=office book=us country=US
party-open party=staff kind=officer book=us country=US
key-add key=tres kind=federation.treasurer owner=staff country=US scope=all
key-add key=ana kind=teller owner=staff country=US scope=us limit=USD3000.00
key-add key=sup kind=supervisor owner=staff country=US scope=all
key-add key=aud kind=auditor owner=staff country=US scope=all
policy-set verb=key-add need=1 kinds=federation.treasurer,board
policy-set verb=key-revoke need=1 kinds=federation.treasurer,board
policy-set verb=policy-set need=1 kinds=federation.treasurer,board
policy-set verb=journal-entry need=1 kinds=federation.treasurer,board
policy-set verb=milestone need=1 kinds=federation.treasurer,board
policy-set verb=draw need=1 kinds=federation.treasurer,board
party-open party=bank kind=correspondent book=us country=US
party-open party=sedesol kind=funder book=us country=MX
party-open party=zacgov kind=funder book=us country=MX
party-open party=towns kind=funder book=us country=MX
agreement-set agreement=programme from=1999-01-01 parts=club:0.25,federal:0.25,municipal:0.25,state:0.25
FOUND
sed 's/parent=zac/parent=nobody/' found.txt >bad.txt
says 3 'operation 4 of the text' "$posito" init "$fed.bad" --origin \
    test.example/us --found bad.txt --no-passphrase
check "nothing to start from is left" [ ! -e "$fed.bad/genesis" ]
grep -v 'verb=policy-set' found.txt >bad.txt
says 3 'could never add or revoke a key' "$posito" init "$fed.bad" --origin \
    test.example/us --found bad.txt --no-passphrase
says 3 'nunca podrían dar de alta' "$posito" init "$fed.bad" --origin \
    test.example/us --found bad.txt --no-passphrase --language es
sed 's/key-revoke need=1/key-revoke need=2/' found.txt >bad.txt
says 3 'operation 14 of the text.*could never be met' "$posito" init \
    "$fed.bad" --origin test.example/us --found bad.txt --no-passphrase
check "nothing to start from is left" [ ! -e "$fed.bad/genesis" ]
sed 's/member book=us/member/' found.txt >bad.txt
says 3 'line 6 of the founding text' "$posito" init "$fed.bad" --origin \
    test.example/us --found bad.txt --no-passphrase
says 3 "founder's key" "$posito" init "$fed.bad" --origin test.example/us \
    --found found.txt --no-passphrase --founder nobody
says 3 'name like' "$posito" init "$fed.bad" --origin 'a b' \
    --found found.txt --no-passphrase
says 2 'posito init FOLDER' "$posito" init "$fed.bad" --found found.txt
says 0 'The ledger is founded' "$posito" init "$fed" --origin \
    test.example/us --found found.txt --no-passphrase
ledger=$(sed -n 2p said | tr -d ' ')
says 3 'founded here already' "$posito" init "$fed" --origin \
    test.example/us --found found.txt --no-passphrase

start_daemon "$fed"
mkdir -p "$HOME/.config/posito"
cat >"$HOME/.config/posito/config" <<CONFIG
# what this teller uses
addr = $POSITO_ADDR
key = $fed/keys/ana.key
CONFIG
unset POSITO_ADDR

# ---- orders and questions ----

says 0 'entries +1$' "$posito" status
says 0 'Done: entry 1, business date 2026-11-23' "$posito" deposit \
    amount=USD1250.00 member=m1042 via=la purpose=F memo='año de 100 %'
says 0 'Hecho: asiento 2' "$posito" deposit amount=USD5.00 member=m1043 \
    via=la purpose=F --language es
says 1 'over-limit 303' "$posito" withdraw amount=USD3000.01 member=m1042 \
    via=la purpose=F
says 1 'What to do: Ask somebody' "$posito" withdraw amount=USD3000.01 \
    member=m1042 via=la purpose=F
says 1 'El saldo disponible no alcanza' "$posito" withdraw \
    amount=USD2000.00 member=m1042 via=la purpose=F --language es
says 1 '"status":"insufficient-funds","number":500' "$posito" --json \
    withdraw amount=USD2000.00 member=m1042 via=la purpose=F
says 1 'wrong-kind' "$posito" day-close book=us date=2026-11-23
says 0 'balance +1,250.00 USD' "$posito" balance account=us/m1042/share/USD
says 0 ' 1,250.00 USD +1,250.00 USD$' "$posito" history \
    account=us/m1042/share/USD
says 0 '^asiento ' "$posito" history account=us/m1042/share/USD \
    --language es
says 0 '"amount":"USD1250.00"' "$posito" --json history \
    account=us/m1042/share/USD
says 0 'share .*1,255.00' "$posito" trial book=us
says 0 'nothing was written' "$posito" try withdraw member=m1042 via=la \
    amount=USD20.00 purpose=F
says 1 'too small' "$posito" try withdraw member=m1043 via=la \
    amount=USD20.00 purpose=F
says 2 'posito init' "$posito" currency code=USD digits=2
says 2 'by itself' "$posito" hello

# ---- batches ----

cat >sheet.txt <<'SHEET'
# collection sheet, July

deposit member=m1042 via=la purpose=F amount=USD1.00 memo="julio ñ"
deposit member=nobody via=la purpose=F amount=USD1.00
SHEET
says 1 'Line: 4' "$posito" batch mode=all sheet.txt
says 1 'No existe esa parte' "$posito" batch mode=all sheet.txt --language es
says 0 'accepted: 1; refused: 1' "$posito" batch mode=each sheet.txt
echo '# nothing' >empty.txt
says 2 'no operation in the file' "$posito" batch mode=all empty.txt
echo x >empty.txt
says 2 'Line 1 of the file' "$posito" batch mode=all empty.txt
printf 'deposit member=m1042 via=la purpose=F amount=USD2.00\n' |
    "$posito" batch mode=all - >said 2>&1
check "a batch from a pipe" grep -q 'Done: entry 4' said
says 3 'No such file' "$posito" batch mode=all nowhere.txt

# ---- keys of others ----

tres="$posito --key $fed/keys/tres.key"
says 0 'Done: entry 5' $tres key-add kind=teller owner=staff country=US \
    scope=us --new-key la.beto.key --new-passphrase-file pass
says 3 'wrong passphrase' "$posito" --key la.beto.key --passphrase-file \
    wrong balance account=us/m1042/share/USD
says 0 'Done: entry 6' "$posito" --key la.beto.key --passphrase-file pass \
    deposit member=m1042 via=la purpose=F amount=USD3.00
says 0 '^posito key-add key=la.eva ' "$posito" proof key-add kind=auditor \
    owner=staff country=US scope=all --new-key eva.key
says 0 'Done: entry 7' $tres $(sed 's/^posito //' said)
"$posito" proof key-add kind=auditor owner=staff country=US scope=all \
    --new-key eva.key --ledger "$ledger" >one 2>&1
"$posito" proof key-add kind=auditor owner=staff country=US scope=all \
    --new-key eva.key >two 2>&1
check "a proof needs only the ledger's id" cmp -s one two
"$posito" keygen la.eva --no-passphrase --out eva2.key >/dev/null
says 1 'bad-proof' $tres key-rotate key=la.eva "$(grep -o 'public=[^ ]*' \
    one)" "proof=$(printf 'A%.0s' {1..86})=="
says 0 'Done: entry 8' $tres key-rotate --new-key eva2.key
says 1 'bad-signature|signature does not fit' "$posito" --key eva.key \
    trial book=us
says 0 'share' "$posito" --key eva2.key trial book=us

# ---- proofs, offline ----

says 0 . "$posito" receipt index=1 --out receipt
says 0 . "$posito" checkpoint --out newer
says 3 'File exists' "$posito" receipt index=2 --out receipt
says 0 'Done: entry 9' "$posito" deposit member=m1042 via=la purpose=F \
    amount=USD4.00
says 0 . "$posito" checkpoint --out newest
says 0 . "$posito" consistency from=9 to=10 --out grown
says 3 'nothing to keep' "$posito" status --out nothing
"$posito" --key eva2.key follow from=0 to=9 >followed 2>&1
check "following shows every entry" [ "$(grep -c ' sig=' followed)" -eq 10 ]

# ---- an order that was signed before ----

line=$(grep -m 1 '^deposit ' followed)
says 0 'Done: entry 1,' "$posito" send "$line"
says 1 'bad-signature' "$posito" send "${line/1250/1251}"
says 2 'field' "$posito" send 'deposit member=m1042'

# ---- line by line ----

printf 'balance account=us/m1042/share/USD\nhelp deposit\nbalnce\n%s\nquit\n' \
    'trial book=us --language es' |
    TERM=dumb timeout 30 script -qec "$posito" /dev/null >typed 2>&1
check "it greets" grep -q 'Ledger test.example/us at' typed
check "it answers" grep -q '1,260.00 USD' typed
check "it helps" grep -q 'whose share grows' typed
check "it suggests" grep -q 'Did you mean "balance"' typed
check "a line has options of its own" grep -q 'abonos' typed
check "it remembers" grep -q 'trial' "$HOME/.local/state/posito/history"

printf '\n2026-11-23\n\n\n\n\n\ny\n' |
    TERM=dumb timeout 30 script -qec "$posito init asked --origin \
        asked.example/us --no-passphrase" /dev/null >typed 2>&1
check "founding by questions" grep -q 'The ledger is founded' typed
check "with the names of the brackets" [ -s asked/keys/fed.tres.key ]
printf '\n\n\n\n\n\n\nn\n' |
    TERM=dumb timeout 30 script -qec "$posito init refused --origin \
        asked.example/us --no-passphrase" /dev/null >typed 2>&1
check "and not without a yes" [ ! -e refused ]

# ---- projects ----

printf 'year,projects,investment_usd\n2026,2,1001\n' >years.csv
tres=$fed/keys/tres.key
names='book=us agreement=programme federal=sedesol state=zacgov
    municipal=towns via=bank clubs=c1'
says 0 'sum of the years +2 +1,001.00$' "$posito" import-programme years.csv
says 0 'suma de los años +2 +1,001.00$' "$posito" import-programme \
    years.csv --language es
says 3 'line 2 of the programme' "$posito" import-programme found.txt
says 2 'Needed: year' "$posito" import-programme years.csv year=2026
says 2 'no such year' "$posito" import-programme years.csv year=2025 $names
says 1 'Stopped at line 1 of the year' "$posito" import-programme years.csv \
    year=2026 $names
says 0 'Done' "$posito" --key "$tres" import-programme years.csv year=2026 \
    $names
says 1 'name-taken' "$posito" --key "$tres" import-programme years.csv \
    year=2026 $names
says 0 '^p2026-001 .*closed.* 500.50 USD' "$posito" projects
says 0 '^proyecto .*comprometido' "$posito" projects party=sedesol \
    --language es
says 0 'p2026-002.* 125.13 USD' "$posito" projects party=c1
says 0 '^p2026-001.c1 +club +c1 +25 +125.13 USD' "$posito" project \
    project=p2026-001
says 0 '^project,book,club' "$posito" --csv projects
says 0 '"source":"p2026-001.federal"' "$posito" --json project \
    project=p2026-001
says 0 '^USD +2 +1 +1 +1,001.00 USD +500.50 USD +0 +0$' "$posito" \
    programme book=us
says 1 'What to do: Thirds are written' "$posito" --key "$tres" \
    agreement-set agreement=thirds from=2026-12-01 \
    parts=club:0.333,federal:0.333,state:0.333

# ---- the auditor ----

says 3 'daemon is running' "$audit" digest "$fed"
check "the daemon stops" stop_daemon
says 0 '^Sound' "$audit" replay "$fed" --ledger "$ledger"
log=$(sed -n 's/^log *//p' said)
digest=$(grep '^entries [0-9]* digest' said)
says 0 "^$digest\$" "$audit" digest "$fed"
says 0 'every invariant' "$audit" check "$fed" --threads 3
says 0 "^$digest\$" "$audit" replay "$fed/journal" --quiet
check "quiet says little" [ "$(wc -l <said)" -le 4 ]
says 1 'another ledger' "$audit" replay "$fed" --ledger \
    AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
says 0 "$digest" "$audit" replay "$fed" --digest-at 3 --state "$here/st"
check "the digest on the way" grep -q '^entries 3 digest' said
check "the state is kept" [ -s "$here/st/data.mdb" ]
says 1 'a state is there already' "$audit" replay "$fed" --state "$here/st"
says 0 '^Sound' "$audit" replay "$fed" --checkpoint newer --checkpoint newest

says 0 'Entry 1 is in the journal test.example/us' "$audit" receipt \
    receipt --log "$log"
says 0 'Entry 1' "$audit" receipt receipt --log "$log" --checkpoint newer
says 1 'get a consistency proof' "$audit" receipt receipt --log "$log" \
    --checkpoint newest
sed 's/USD1250/USD9250/' receipt >forged
says 1 'not in the journal' "$audit" receipt forged --log "$log"
sed 's/^index 1$/index 2/' receipt >forged
says 1 'shows entry 1 but proves entry 2' "$audit" receipt forged --log "$log"
tail -n +2 receipt >forged
says 1 'not a receipt' "$audit" receipt forged --log "$log"
other=$(echo "$log" | sed 's/^test/tesy/')
says 2 'receipt FILE --log' "$audit" receipt receipt --log "$other"
says 2 'receipt FILE --log' "$audit" receipt receipt
says 0 'only grew from 9 to 10' "$audit" consistency grown newer newest \
    --log "$log"
says 1 'does not show' "$audit" consistency grown newest newer --log "$log"
says 1 'not a checkpoint' "$audit" consistency grown receipt newest \
    --log "$log"

# An old copy of the journal beside the newest promise.
cp -r "$fed" "$here/old"
segment=$here/old/journal/00000000000000000000.posito
at=$(grep -aobE '^group 9 ' "$segment" | cut -d: -f1)
head -c "$at" "$segment" >cut && mv cut "$segment"
says 1 'entry 9: the journal ends before it' "$audit" replay "$here/old"
says 0 '^Sound' "$audit" replay "$here/old/journal"
says 1 'newest has seen 10' "$audit" replay "$here/old/journal" \
    --checkpoint newest
mkdir "$here/nothing"
says 1 'no journal' "$audit" replay "$here/nothing"
says 1 'foreign file' "$audit" replay "$here/home"
says 2 'no such command' "$audit" rply "$fed"
says 2 'which folder' "$audit" replay
says 2 '^posito-audit: --threads is no option, or its value' "$audit" replay \
    "$fed" --threads 0
says 2 '^posito-audit: --libsodum is no option' "$audit" replay "$fed" --libsodum
says 0 '^Sound' "$audit" replay "$fed" --libsodium
check "libsodium checked them all" [ "$(sed -n \
    's/.*; \([0-9]*\) signatures checked, \1 by libsodium.*/all/p' said)" = all ]
finish
