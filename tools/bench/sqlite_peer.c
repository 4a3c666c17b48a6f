/*
 * SQLite as a peer: the same transfer as prepared statements, one
 * transaction each, write-ahead log, every commit synced.
 *
 *   sqlite_peer FILE ACCOUNTS MILLISECONDS
 *
 * Prints "per_second=... p50_us=... ..." for posito-bench got.
 */
#include <sqlite3.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATENCIES_MAX 10000000

static sqlite3 *db;

static void must(int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *text)
{
    must(sqlite3_exec(db, text, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(const char *text)
{
    sqlite3_stmt *statement;
    must(sqlite3_prepare_v2(db, text, -1, &statement, NULL));
    return statement;
}

static void step(sqlite3_stmt *statement)
{
    must(sqlite3_step(statement));
    must(sqlite3_reset(statement));
}

static long long now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int ascending(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    return (a > b) - (a < b);
}

static void found(int accounts)
{
    sqlite3_stmt *insert;
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=FULL");
    run("CREATE TABLE account (id INTEGER PRIMARY KEY, balance INTEGER NOT "
        "NULL CHECK (balance >= 0))");
    run("CREATE TABLE transfer (id INTEGER PRIMARY KEY, debit INTEGER NOT "
        "NULL, credit INTEGER NOT NULL, amount INTEGER NOT NULL)");
    run("BEGIN");
    insert = prepare("INSERT INTO account VALUES (?, 10000000)");
    for (int i = 0; i < accounts; i++) {
        must(sqlite3_bind_int(insert, 1, i));
        step(insert);
    }
    run("COMMIT");
    run("PRAGMA wal_checkpoint(TRUNCATE)");
    must(sqlite3_finalize(insert));
}

struct statements {
    sqlite3_stmt *begin, *debit, *credit, *insert, *commit;
};

static void transfer(const struct statements *s, int from, int to, int amount)
{
    must(sqlite3_bind_int(s->debit, 1, amount));
    must(sqlite3_bind_int(s->debit, 2, from));
    must(sqlite3_bind_int(s->credit, 1, amount));
    must(sqlite3_bind_int(s->credit, 2, to));
    must(sqlite3_bind_int(s->insert, 1, from));
    must(sqlite3_bind_int(s->insert, 2, to));
    must(sqlite3_bind_int(s->insert, 3, amount));
    step(s->begin);
    step(s->debit);
    step(s->credit);
    step(s->insert);
    step(s->commit);
}

int main(int argc, char **argv)
{
    static int us[LATENCIES_MAX];
    int count = 0;
    if (argc != 4 || sqlite3_open(argv[1], &db) != SQLITE_OK)
        return 2;
    char *rest;
    long accounts_asked = strtol(argv[2], &rest, 10);
    if (*rest != '\0' || accounts_asked < 2 || accounts_asked > INT_MAX)
        return 2;
    int accounts = (int)accounts_asked;
    found(accounts);
    struct statements s = {prepare("BEGIN IMMEDIATE"),
        prepare("UPDATE account SET balance = balance - ? WHERE id = ?"),
        prepare("UPDATE account SET balance = balance + ? WHERE id = ?"),
        prepare("INSERT INTO transfer (debit, credit, amount) VALUES (?, ?, "
                "?)"),
        prepare("COMMIT")};
    long long began = now_ns(), now = began;
    long long end = began + atoll(argv[3]) * 1000000;
    for (; now < end && count < LATENCIES_MAX; count++) {
        int from = (int)(random() % accounts);
        int to = (int)((from + 1 + random() % (accounts - 1)) % accounts);
        transfer(&s, from, to, 1 + (int)(random() % 99));
        long long after = now_ns();
        us[count] = (int)((after - now) / 1000);
        now = after;
    }
    qsort(us, (size_t)count, sizeof *us, ascending);
    printf("per_second=%.1f p50_us=%d p99_us=%d p999_us=%d max_us=%d\n",
        count * 1e9 / (double)(now - began), us[count / 2],
        us[(int)(count * 0.99)], us[(int)(count * 0.999)], us[count - 1]);
    sqlite3_finalize(s.begin);
    sqlite3_finalize(s.debit);
    sqlite3_finalize(s.credit);
    sqlite3_finalize(s.insert);
    sqlite3_finalize(s.commit);
    return sqlite3_close(db) == SQLITE_OK ? 0 : 1;
}
