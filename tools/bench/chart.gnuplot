# The benchmark's chart: gnuplot -e "folder='build/bench'" chart.gnuplot
set terminal svg size 1100,460 dynamic font "sans,12" background "white"
set output folder."/chart.svg"
set datafile missing "?"
set key autotitle columnhead
set grid ytics lc rgb "#dddddd"
set format y "%.0s%c"
set style line 1 lc rgb "#1b6ca8" lw 2 pt 7
set style line 2 lc rgb "#b0473a" lw 2 pt 5
set style line 3 lc rgb "#6b8f3c" lw 2 pt 9
set style line 4 lc rgb "#8a6fb0" lw 2 pt 11
set multiplot layout 1,2

set title "Durable transfers a second, one at a time for each client"
set xlabel "clients"
set yrange [0:*]
set key top left
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.85 noborder
plot for [i=2:5] folder."/singles.dat" using i:xticlabels(1) ls i-1

set title "Durable transfers a second in signed batches"
set xlabel "accounts"
set logscale x
set autoscale x
set offsets graph 0.05, graph 0.05, 0, 0
set format x "10^{%L}"
set key bottom left
set style data linespoints
plot for [i=2:5] folder."/batches.dat" using 1:i ls i-1
unset multiplot
