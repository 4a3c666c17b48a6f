#!/bin/bash
# The years of the three-for-one programme: what the ledger says of them is
# what was published, every day is closed, nothing is left in trust, and it
# replays to the same digest.  To 1995; the whole under POSITO_LONG=1.
set -u
. "$(dirname "$0")/script.sh"

last=1995
[ -n "${POSITO_LONG:-}" ] && last=2000
home=$here/years
timeout 280 "$build/posito-demo" --programme --until $last "$home" \
    >"$here/screen" 2>&1
code=$?
check "the programme is played: $(tail -n 3 "$here/screen")" [ $code -eq 0 ]
[ $code -eq 0 ] || finish
grep -aE '^[a-z]|^\+' "$home"/journal/0*.posito >"$here/journal"

shown() { # a whole line of the screen, as a pattern
    check "shown: $1" grep -qxE -- "$1" "$here/screen"
}
occurs() { # how often, beginning of a line of the journal
    count=$(grep -cE "^$2" "$here/journal")
    check "$2 occurs $1 times, not $count" [ "$count" -eq "$1" ]
}

# ---- what was published, read here by other means ----

published=tests/data/three-for-one.csv
years=$(awk -F, -v last=$last '/^[0-9]/ && $1 <= last' "$published")
projects=$(echo "$years" | awk -F, '{ n += $2 } END { print n }')
dollars=$(echo "$years" | awk -F, '{ n += $3 } END { print n }')
occurs "$projects" 'project-register '
shown 'sum of the years +429 +16,823,669.00'
shown 'printed total +429 +16,823,670.00'
shown 'printed less sum +1.00'
shown '  The ledger.s investment of each year is the published one, .*'
if [ $last -eq 2000 ]; then
    check "429 projects" [ "$projects" -eq 429 ]
    check "16,823,669 dollars" [ "$dollars" -eq 16823669 ]
fi

# ---- the ledger, asked again ----

start_daemon "$home"
export HOME=$here POSITO_LANGUAGE=en POSITO_KEY=$home/keys/auditor.key
ask() { "$build/posito" --csv "$@" 2>&1 | tr -d '\r'; }

ask programme book=mx >"$here/programme"
# year,projects,clubs,places,invested,average,productive,share,total,level,
# currency: a year's row, then the sum's, then a row a year and level.
as_published() { # how many of the lines the ledger says too
    while IFS=, read -r year count invested; do
        grep -E "^$year,$count,[0-9]+,[0-9]+,$invested\.00," \
            "$here/programme"
    done | wc -l
}
spell=$((last - 1992))
check "every year is as published" \
    [ "$(echo "$years" | as_published)" -eq $spell ]
# It bites: one project or one dollar more is seen.
check "a dollar more is seen" [ "$(echo "$years" |
    awk -F, -v OFS=, 'NR == 1 { $3++ } 1' | as_published)" -eq $((spell - 1)) ]
check "a project more is seen" [ "$(echo "$years" |
    awk -F, -v OFS=, 'NR == 2 { $2++ } 1' | as_published)" -eq $((spell - 1)) ]
check "and their sum" grep -qE "^,$projects,[0-9]+,[0-9]+,$dollars\.00,.*,USD$" \
    "$here/programme"
# By source: each year's levels sum to it, thirds until 1998, then quarters.
awk -F, '$10 != "" && $1 ~ /^[0-9]/ { sum[$1] += $5 * 100; n[$1]++ }
    END { for (y in sum) printf "%s,%d,%.0f\n", y, n[y], sum[y] }' \
    "$here/programme" | sort >"$here/sums"
echo "$years" |
    awk -F, '{ printf "%s,%d,%.0f\n", $1, $1 < 1999 ? 3 : 4, $3 * 100 }' \
        >"$here/expected"
check "the sources of each year sum to it: $(cat "$here/sums")" \
    cmp -s "$here/sums" "$here/expected"
check "a third of 1993 is the clubs'" \
    grep -qE '^1993,,,,20122[45]\.[0-9]+,.*,club,' "$here/programme"

# Nothing is left in trust; debits are credits; what is owed is paid.
ask trial book=mx >"$here/trial.mx"
check "nothing is left in trust" grep -qE '^trust,.*,0\.00,' "$here/trial.mx"
check "no pledge is open" grep -qE '^pledge,.*,0\.00,' "$here/trial.mx"
check "the books owe each other nothing" \
    grep -qE '^due.from,.*,0\.00,' "$here/trial.mx"
for year in $(echo "$years" | cut -d, -f1); do
    ask projects "year=$year"
done >"$here/projects"
closed=$(grep -cE '^p[0-9]+-[0-9]+,mx,[^,]*,closed,' "$here/projects")
check "most projects are closed: $closed of $projects" \
    [ $((closed * 3)) -gt "$projects" ]
# The balance stands before the entry that opened it and the currency.
check "no project has money in trust" \
    [ "$(grep -E '^p[0-9]' "$here/projects" |
        grep -cvE ',0\.00,[0-9]+,USD$')" -eq 0 ]
occurs "$closed" 'project-close '
for book in us mx; do
    ask balance-sheet book=$book >"$here/sheet"
    # book,class,role,name,currency,amount
    check "the balance sheet of $book balances: $(tail -n 3 "$here/sheet")" \
        awk -F, '$3 == "total" { sum[$2 "," $5] = $6; seen[$5] = 1 }
            END { for (c in seen) {
                      n++
                      if (sum["asset," c] != sum["sources," c]) exit 1
                  }
                  exit n > 0 ? 0 : 1 }' "$here/sheet"
done
ask portfolio book=us >"$here/portfolio"
check "some debts are late" \
    grep -qE '^180-359,us,all,[1-9]' "$here/portfolio"
check "the daemon ends well" stop_daemon

# ---- days, months, years; what goes wrong ----

occurs $((spell * 24)) 'month-close '
occurs $((spell * 2)) 'year-close '
days=$(grep -c '^day-close ' "$here/journal")
check "$days days are closed" [ "$days" -gt $((spell * 2 * 250)) ]
occurs $((spell * 2)) 'dividend-declare '
# Every 24th project's second club does not pay; the caps are those of 1995,
# 1999 and 2000.
occurs $(((projects + 11) / 24)) '\+ pledge [0-9]+ lapsed'
occurs 1 '\+ pledge [0-9]+ out'
occurs $((last == 2000)) 'pledge .* over=partial '
occurs $((last == 2000)) '\+ pledge [0-9]+ waiting'
occurs 2 'loan-charge-off '
occurs 2 'loan-recover '
occurs 1 'loan-reschedule '
check "loans are repaid" \
    [ "$(grep -c '^loan-repay ' "$here/journal")" -gt $((spell * 200)) ]
check "what is repaid of projects' loans revolves" \
    grep -q '^revolve ' "$here/journal"
check "into the clubs' funds" grep -qE '^fund,.*,[1-9][0-9.]+,$' \
    "$here/trial.mx"
shown 'Estado de resultados'
shown 'Balance general'
shown 'proyecto +libro +club .*'
shown 'Sound: every entry, and every invariant of the state\.'

# ---- the digest, elsewhere ----

mkdir "$here/elsewhere"
cp -r "$home/journal" "$here/elsewhere/journal"
"$build/posito-audit" replay "$here/elsewhere/journal" --quiet \
    >"$here/second" 2>&1
check "the journal replays elsewhere" [ $? -eq 0 ]
digest=$(grep -oE 'digest [0-9a-f]{64}' "$here/screen" | tail -n 1)
check "to the same $digest" grep -q "$digest" "$here/second"
shown "The daemon's state has the same digest as the replayed one\."
finish
