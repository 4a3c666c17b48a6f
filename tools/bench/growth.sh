# Cost as work grows: one thing grows, all else stays; read by run.sh.
#
# Ledgers with much behind them are made once and kept; what is measured on
# them is a copy, so that the next run finds them as they were.  A journal of
# 100 million postings (BENCH_LONG) is made as far as its time goes, and the
# next run goes on with it; it is measured in place.

history_members=$singles_accounts
# More than this is not copied.
copied_postings=20000000
copied_entries=2000000

history_folder() { # postings
    if [ "$1" -gt "$copied_postings" ]; then
        echo "$here/long-journal"
    else
        echo "$here/history-$1"
    fi
}

# Room for what is kept: 10 million accounts take some 9 GB, a hundred
# million postings about as much.
has_room() { # what, GB
    free=$(df --output=avail -B 1000000000 "$here" | tail -n 1)
    [ "$free" -ge "$2" ] && return 0
    skip "$1" "$free GB are free, $2 are needed"
    return 1
}

# Each entry an order signed by itself: 10 million take ten minutes.
entries_prepare() {
    filled=
    for count in $entries; do
        [ "$count" -lt 10000000 ] || [ -e "$here/entries-$count" ] ||
            has_room "$count entries" 8 || continue
        began=$(date +%s)
        if [ "$count" -eq 0 ]; then
            "$bench" prepare "$here/entries-0" "$history_members"
        else
            "$bench" fill "$here/entries-$count" "$history_members" \
                "$count" singles
        fi
        took=$(($(date +%s) - began))
        [ "$took" -lt 5 ] || say "$count entries took $took s"
        filled="$filled $count"
    done
}

growth_prepare() {
    entries_prepare
    histories=
    for postings in $history; do
        seconds=0
        if [ "$postings" -gt "$copied_postings" ]; then
            seconds=$long_seconds
            has_room "$postings postings" 25 || continue
            say "making up to $postings postings, for $seconds s at most"
        fi
        began=$(date +%s)
        "$bench" grow "$(history_folder "$postings")" "$history_members" \
            $((postings / 2)) "$seconds" 2>"$here/lines" >>"$results" ||
            { cat "$here/lines" >&2; return 1; }
        made=$((2 * $(cat "$here/lines")))
        took=$(($(date +%s) - began))
        [ "$took" -lt 5 ] || say "$made postings took $took s"
        histories="$histories $postings:$made"
    done
}

# What is measured on: a copy, unless there is too much.  Sets folder.
measured_on() { # folder, size, the largest that is copied
    folder=$1
    [ "$2" -le "$3" ] || return 0
    rm -rf "$here/growth"
    cp -r --reflink=auto "$folder" "$here/growth"
    folder=$here/growth
}

growth_on_history() { # postings asked for, postings there
    measured_on "$(history_folder "$1")" "$1" "$copied_postings"
    "$bench" growth "$folder" postings "$2"
    "$bench" growth "$folder" questions "$2"
    rm -rf "$here/growth"
    # The auditor's memory and rate over a long journal.
    [ "$1" -le "$copied_postings" ] ||
        "$bench" measure "audit of a long journal" posito "$2" \
            "$build/posito-audit" replay --quiet "$folder"
}

growth_on_entries() { # entries
    measured_on "$here/entries-$1" "$1" "$copied_entries"
    "$bench" growth "$folder" entries "$1"
    rm -rf "$here/growth"
}

growth() {
    for count in $accounts; do
        "$bench" growth "$here/accounts-$count" accounts "$count"
    done
    for pair in $histories; do
        growth_on_history "${pair%:*}" "${pair#*:}"
    done
    for count in $filled; do
        growth_on_entries "$count"
    done
    for connections in $growth_connections; do
        "$bench" growth "$here/singles" connections "$connections"
    done
    for lines in $growth_lines; do
        "$bench" growth "$here/singles" lines "$lines"
    done
}
