# Cost as work grows: gnuplot -e "folder='build/bench'" growth.gnuplot
set terminal svg size 1100,760 dynamic font "sans,12" background "white"
set output folder."/growth.svg"
set datafile missing "?"
set grid ytics lc rgb "#dddddd"
set format y "%.0s%c"
set yrange [0:*]
set style data histograms
set style fill solid 0.85 noborder
set boxwidth 0.7
set key off
set multiplot layout 2,2 title "Durable transfers a second as one thing grows"
kinds = "accounts postings connections lines"
title_1 = "accounts, in batches of 10,000"
title_2 = "postings already in the ledger, in batches of 1,000"
title_3 = "connections, transfers signed each, one at a time"
title_4 = "lines of a batch"
do for [i=1:4] {
    set title value("title_".i)
    plot folder."/growth-".word(kinds, i).".dat" \
        using 2:xticlabels(1) every ::1 lc rgb "#1b6ca8"
}
unset multiplot
