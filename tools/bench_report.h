/*
 * The report: from the results of all rounds to one page with medians,
 * spread and ratios, the table of the speed to reach, and the files for
 * programs and charts.
 */
#ifndef POSITO_TOOLS_BENCH_REPORT_H
#define POSITO_TOOLS_BENCH_REPORT_H

#include <posito/failure.h>

/*
 * results: file with a result a line (bench_result.h).  Prints the page;
 * writes in folder results.json (medians, spread, the table), targets.md
 * (the table as the README has it), singles.dat and batches.dat (for
 * chart.gnuplot).  0, or -1.
 */
int bench_report(const char *results, const char *folder, struct failure *)
    WARN_UNUSED_RESULT;

/* Parse a results.json and print, of each measurement and each row of the
 * table, a line: that programs can read it, and that nothing is missing. */
int bench_report_rows(const char *path, struct failure *) WARN_UNUSED_RESULT;

#endif
