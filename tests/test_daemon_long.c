/*
 * A month-close over many members, on a real daemon: while it is decided,
 * others are answered as if it had not begun, and never see half of it.
 */
#include "daemon_fixture.h"

#include "../protocol/answer.h"
#include "../tools/process.h"

#include <posito/date.h>

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "scratch.h"

#define BATCH 5000
#define DIVIDEND "USD90000.01"

static int64_t now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- a month goes by ---- */

struct month {
    unsigned members;
    struct daemon_fixture fixture;
    struct wire asker;  /* sup, who asks */
    struct wire closer; /* sup */
    struct wire teller; /* ana */
};

static void send_signed(struct month *month, struct wire *wire,
    const char *text, const char *key)
{
    struct buffer line = buffer_empty();
    buffer_text(&line, text);
    daemon_sign(&month->fixture, &line, key);
    buffer_char(&line, '\n');
    wire_send_bytes(wire, buffer_bytes(&line));
    buffer_free(&line);
}

/* Of a line of an answer; empty if it has none, or is not of that shape. */
static struct bytes field_of(struct bytes line, const char *key)
{
    enum answer_kind kind;
    struct bytes fields;
    if (!answer_open(line, &kind, &fields))
        return bytes_of(NULL, 0);
    return answer_find(fields, key);
}

/* A batch of one line for each member, in parts. */
static void for_each_member(struct month *month, const char *key,
    void (*write)(struct buffer *, unsigned member))
{
    for (unsigned from = 0; from < month->members; from += BATCH) {
        struct buffer body = buffer_empty();
        struct buffer line = buffer_empty();
        for (unsigned i = from; i < from + BATCH && i < month->members; i++)
            write(&body, i);
        daemon_batch(&month->fixture, &line, "all", buffer_bytes(&body), key);
        buffer_char(&line, '\n');
        buffer_append(&line, buffer_bytes(&body));
        wire_send_bytes(&month->teller, buffer_bytes(&line));
        wire_expect(&month->teller, "ok index=* refused=0");
        buffer_free(&body);
        buffer_free(&line);
    }
}

static void write_opening(struct buffer *body, unsigned member)
{
    buffer_format(body,
        "party-open party=p%u kind=member book=us parent=club country=US\n",
        member);
}

static void write_deposit(struct buffer *body, unsigned member)
{
    buffer_format(body,
        "deposit member=p%u via=la amount=USD%u.%02u purpose=I\n", member,
        100 + member % 1777, member % 100);
}

static void order(struct month *month, const char *key, const char *line)
{
    struct bytes answer;
    send_signed(month, &month->teller, line, key);
    assert_true(wire_line(&month->teller, &answer));
    if (!bytes_start_with(answer, "ok index=") ||
        field_of(answer, "need").length > 0)
        fail_msg(
            "%s: %.*s", line, (int)answer.length, (const char *)answer.data);
}

static void close_days(struct month *month)
{
    struct date day;
    struct date end;
    assert_true(date_parse(bytes_text("2026-03-02"), &day));
    assert_true(date_parse(bytes_text("2026-04-01"), &end));
    /* Weekends are skipped by the calendar: 2026-03-07 is a Saturday. */
    for (; day.days < end.days; day.days++) {
        char text[64] = "day-close book=us date=";
        struct buffer line = buffer_over(text + strlen(text), 20);
        if ((day.days - end.days + 28 + 2) % 7 >= 5)
            continue;
        date_append(&line, day);
        order(month, "sup", text);
    }
}

static void prepare(struct month *month)
{
    order(month, "sup",
        "party-open party=bank kind=correspondent book=us country=US");
    for_each_member(month, "sup", write_opening);
    for_each_member(month, "sup", write_deposit);
    order(month, "chief",
        "journal-entry post=us/bank/nostro/USD:1000000.00,"
        "us/us/income.interest/USD:-1000000.00 reason=interest");
    order(month, "chief",
        "dividend-declare book=us month=2026-03 amount=" DIVIDEND
        " basis=daily");
    close_days(month);
}

static int found(void **state, unsigned members)
{
    struct month *month = calloc(1, sizeof *month);
    assert_non_null(month);
    *state = month;
    month->members = members;
    daemon_found(&month->fixture);
    daemon_start(&month->fixture, NULL);
    wire_open(&month->teller, &month->fixture);
    prepare(month);
    wire_open(&month->closer, &month->fixture);
    wire_open(&month->asker, &month->fixture);
    wire_login(&month->asker, &month->fixture, "sup");
    return 0;
}

static int found_large(void **state)
{
    return found(state, getenv("POSITO_LONG") != NULL ? 100000 : 20000);
}

static int found_small(void **state)
{
    return found(state, 10000);
}

static int remove_month(void **state)
{
    struct month *month = *state;
    wire_close(&month->teller);
    wire_close(&month->closer);
    wire_close(&month->asker);
    daemon_remove(&month->fixture);
    free(month);
    return 0;
}

/* ---- what is asked meanwhile ---- */

/* The questions that never wait for a decision, and one that depends on
 * each thing the close changes. */
static const char *const questions[] = {
    "trial book=us\n",
    "balance account=us/p77/share/USD\n",
    "history account=us/p77/share/USD limit=5\n",
    "statement account=us/p77/share/USD from=2026-03-02 to=2026-04-01\n",
    "party party=p77\n",
    "balance-sheet book=us\n",
    "balance account=us/us/dividend.payable/USD\n",
    "try transfer from=p77 to=p78 amount=USD1.00 purpose=F\n",
    "account account=us/p77/share/USD\n",
};

#define QUESTIONS (sizeof questions / sizeof questions[0])

/* Without "at=", which counts the entries. */
static void ask(struct month *month, const char *question, struct buffer *out)
{
    struct buffer raw = buffer_empty();
    struct bytes rest;
    struct bytes line;
    buffer_clear(out);
    wire_send(&month->asker, question);
    (void)wire_answer(&month->asker, &raw);
    rest = buffer_bytes(&raw);
    while (bytes_next_line(&rest, &line)) {
        struct bytes at = field_of(line, "at");
        size_t head = at.length > 0 ? (size_t)(at.data - line.data)
                                    : line.length;
        buffer_append(out, bytes_of(line.data, head));
        if (at.length > 0)
            buffer_append(out, bytes_after(line, head + at.length));
        buffer_char(out, '\n');
    }
    buffer_free(&raw);
}

struct told {
    struct buffer before[QUESTIONS];
    struct buffer after[QUESTIONS];
};

static void ask_all(struct month *month, struct buffer answers[QUESTIONS])
{
    for (size_t i = 0; i < QUESTIONS; i++)
        ask(month, questions[i], &answers[i]);
}

struct meanwhile {
    struct buffer answers[1024]; /* question i modulo QUESTIONS */
    int64_t took_us[1024];
    size_t count;
};

/* Ask until the close is answered. */
static void ask_meanwhile(struct month *month, struct meanwhile *meanwhile)
{
    while (!wire_has(&month->closer, 0) && meanwhile->count < 1024) {
        int64_t from = now_us();
        struct buffer *answer = &meanwhile->answers[meanwhile->count];
        *answer = buffer_empty();
        ask(month, questions[meanwhile->count % QUESTIONS], answer);
        meanwhile->took_us[meanwhile->count++] = now_us() - from;
    }
}

static int compare_us(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return (*left > *right) - (*left < *right);
}

/* Each answer is from before or from after, and none from before comes
 * after one from after.  The last one may be from after, since the close
 * is decided before it is answered. */
static size_t count_before(
    const struct meanwhile *meanwhile, const struct told *told)
{
    size_t count = 0;
    bool over = false;
    for (size_t i = 0; i < meanwhile->count; i++) {
        struct bytes answer = buffer_bytes(&meanwhile->answers[i]);
        size_t q = i % QUESTIONS;
        bool before = bytes_equal(answer, buffer_bytes(&told->before[q]));
        bool after = bytes_equal(answer, buffer_bytes(&told->after[q]));
        if (!before && !after)
            fail_msg("neither before nor after: %.*s", (int)answer.length,
                (const char *)answer.data);
        assert_false(over && !after);
        over = !before;
        count += before;
    }
    return count;
}

static void audit(struct month *month)
{
    const char *build = getenv("POSITO_BUILD");
    char program[PATH_MAX];
    struct failure failure = {{0}};
    struct buffer said[2] = {buffer_empty(), buffer_empty()};
    struct bytes digest[2];
    scratch_join(
        program, build != NULL ? build : "build/release", "posito-audit");
    for (size_t i = 0; i < 2; i++) {
        const char *const argv[] = {program, i == 0 ? "digest" : "check",
            month->fixture.folder, "--quiet", NULL};
        int code = -1;
        assert_int_equal(process_run(argv, &said[i], &code, &failure), 0);
        assert_int_equal(code, 0);
        digest[i] = bytes_of(NULL, 0);
        struct bytes rest = buffer_bytes(&said[i]);
        struct bytes line;
        while (bytes_next_line(&rest, &line))
            if (bytes_start_with(line, "entries "))
                digest[i] = line;
        assert_true(digest[i].length > 0);
    }
    assert_true(bytes_equal(digest[0], digest[1]));
    buffer_free(&said[0]);
    buffer_free(&said[1]);
}

static uint64_t index_of(struct wire *wire)
{
    struct bytes line;
    struct bytes index;
    uint64_t number = 0;
    assert_true(wire_line(wire, &line));
    index = field_of(line, "index");
    if (!bytes_decimal(index, NUMBER_MAX, &number))
        fail_msg("%.*s", (int)line.length, (const char *)line.data);
    return number;
}

static void free_all(struct buffer *buffers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_free(&buffers[i]);
}

/* ---- the tests ---- */

static void others_are_answered_meanwhile(void **state)
{
    struct month *month = *state;
    struct meanwhile *meanwhile = calloc(1, sizeof *meanwhile);
    struct told told;
    assert_non_null(meanwhile);
    for (size_t i = 0; i < QUESTIONS; i++)
        told.before[i] = told.after[i] = buffer_empty();
    ask_all(month, told.before);
    int64_t from = now_us();
    send_signed(month, &month->closer, "month-close book=us month=2026-03",
        "sup");
    ask(month, questions[0], &meanwhile->answers[0]);
    meanwhile->took_us[meanwhile->count++] = now_us() - from;
    /* An order waits for the close, and changes nothing that is asked. */
    send_signed(month, &month->teller, "party-open party=late kind=member "
        "book=us parent=club country=US", "sup");
    ask_meanwhile(month, meanwhile);
    int64_t took = now_us() - from;
    uint64_t closed = index_of(&month->closer);
    uint64_t late = index_of(&month->teller);
    if (late <= closed)
        fail_msg("entry %d is not after %d", (int)late, (int)closed);
    ask_all(month, told.after);
    size_t before = count_before(meanwhile, &told);
    assert_true(before >= 5);
    qsort(meanwhile->took_us, before, sizeof(int64_t), compare_us);
    print_message("month-close with %u members: %lld ms; %zu answers "
                  "meanwhile, half within %lld us, 99 %% within %lld us, "
                  "all within %lld us\n",
        month->members, (long long)took / 1000, before,
        (long long)meanwhile->took_us[before / 2],
        (long long)meanwhile->took_us[before * 99 / 100],
        (long long)meanwhile->took_us[before - 1]);
    for (size_t i = 0; i < QUESTIONS; i++)
        assert_false(bytes_equal(buffer_bytes(&told.before[i]),
            buffer_bytes(&told.after[i])));
    assert_int_equal(daemon_stop(&month->fixture), 0);
    audit(month);
    free_all(meanwhile->answers, meanwhile->count);
    free_all(told.before, QUESTIONS);
    free_all(told.after, QUESTIONS);
    free(meanwhile);
}

static uint64_t size_now(struct month *month)
{
    struct wire wire;
    struct bytes line;
    uint64_t size = 0;
    wire_open(&wire, &month->fixture);
    wire_send(&wire, "status\n");
    assert_true(wire_line(&wire, &line));
    assert_true(bytes_decimal(field_of(line, "size"), NUMBER_MAX, &size));
    wire_close(&wire);
    return size;
}

/* Send the close, and come back when it is being decided: a question that
 * was sent after it is answered. */
static void begin_close(struct month *month)
{
    send_signed(month, &month->closer, "month-close book=us month=2026-03",
        "sup");
    wire_send(&month->asker, "trial book=us\n");
    assert_int_equal(wire_answer(&month->asker, NULL), STATUS_ACCEPTED);
}

/* SIGTERM: what is being decided is finished and answered, what comes
 * behind it on its connection is not begun. */
static void a_stop_finishes_it(void **state)
{
    struct month *month = *state;
    uint64_t size = size_now(month);
    begin_close(month);
    send_signed(month, &month->closer, "day-close book=us date=2026-04-01",
        "sup");
    /* An answer on another connection: the line has arrived by then. */
    wire_send(&month->asker, "trial book=us\n");
    assert_int_equal(wire_answer(&month->asker, NULL), STATUS_ACCEPTED);
    assert_int_equal(daemon_stop(&month->fixture), 0);
    wire_expect(&month->closer, "ok index=* date=2026-04-01");
    /* A machine may be so quick that the close had ended before. */
    bool stopped = wire_answer(&month->closer, NULL) == STATUS_STOPPING;
    wire_expect_end(&month->closer);
    audit(month);
    daemon_start(&month->fixture, NULL);
    assert_int_equal(size_now(month), size + (stopped ? 1 : 2));
}

/* Rebuilt from the journal, and saved again and again on the way while the
 * replay goes on: the same state. */
static void a_rebuild_is_saved_on_the_way(void **state)
{
    static const char *const options[] = {
        "save-bytes=65536", "cache-bytes=1", NULL};
    struct month *month = *state;
    char folder[PATH_MAX];
    uint64_t size = size_now(month);
    scratch_join(folder, month->fixture.folder, "state");
    /* Once from nothing, once from what a crash has left. */
    for (int round = 0; round < 2; round++) {
        daemon_kill(&month->fixture);
        if (round == 0)
            scratch_remove(folder);
        daemon_start(&month->fixture, options);
        assert_int_equal(size_now(month), size);
    }
    assert_int_equal(daemon_stop(&month->fixture), 0);
    audit(month);
    daemon_start(&month->fixture, NULL);
}

/* The client has gone: the order stands all the same. */
static void it_is_finished_for_nobody(void **state)
{
    struct month *month = *state;
    uint64_t size = size_now(month);
    begin_close(month);
    wire_close(&month->closer);
    for (int i = 0; i < 3000 && size_now(month) == size; i++)
        (void)wire_has(&month->asker, 10);
    assert_int_equal(size_now(month), size + 1);
    order(month, "sup", "day-close book=us date=2026-04-01");
    assert_int_equal(daemon_stop(&month->fixture), 0);
    audit(month);
}

/* kill -9: nothing of it is there, and it can be sent again. */
static void a_crash_leaves_nothing_of_it(void **state)
{
    struct month *month = *state;
    uint64_t size = size_now(month);
    begin_close(month);
    daemon_kill(&month->fixture);
    daemon_start(&month->fixture, NULL);
    /* Had it been synced before the kill, it would be there as a whole. */
    assert_in_range(size_now(month), size, size + 1);
    bool there = size_now(month) > size;
    wire_close(&month->teller);
    wire_open(&month->teller, &month->fixture);
    if (!there)
        order(month, "sup", "month-close book=us month=2026-03");
    assert_int_equal(size_now(month), size + 1);
    assert_int_equal(daemon_stop(&month->fixture), 0);
    audit(month);
}

/* What rehearses a long order is not kept, and gives way as well. */
static void trying_it_changes_nothing(void **state)
{
    struct month *month = *state;
    struct buffer tried = buffer_empty();
    struct told told;
    uint64_t size = size_now(month);
    for (size_t i = 0; i < QUESTIONS; i++)
        told.before[i] = told.after[i] = buffer_empty();
    ask_all(month, told.before);
    wire_login(&month->closer, &month->fixture, "sup");
    wire_send(
        &month->closer, "try month-close book=us month=2026-03\n");
    ask_all(month, told.after);
    assert_int_equal(wire_answer(&month->closer, &tried), STATUS_ACCEPTED);
    assert_true(tried.length > month->members);
    wire_send(&month->closer, "proposals\n");
    wire_expect(&month->closer, "ok rows=0");
    for (size_t i = 0; i < QUESTIONS; i++)
        assert_true(bytes_equal(buffer_bytes(&told.before[i]),
            buffer_bytes(&told.after[i])));
    assert_int_equal(size_now(month), size);
    order(month, "sup", "month-close book=us month=2026-03");
    assert_int_equal(daemon_stop(&month->fixture), 0);
    audit(month);
    buffer_free(&tried);
    free_all(told.before, QUESTIONS);
    free_all(told.after, QUESTIONS);
}

#define LONG_TEST(test, found) \
    cmocka_unit_test_setup_teardown(test, found, remove_month)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LONG_TEST(others_are_answered_meanwhile, found_large),
        LONG_TEST(a_stop_finishes_it, found_small),
        LONG_TEST(a_rebuild_is_saved_on_the_way, found_small),
        LONG_TEST(it_is_finished_for_nobody, found_small),
        LONG_TEST(a_crash_leaves_nothing_of_it, found_small),
        LONG_TEST(trying_it_changes_nothing, found_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
