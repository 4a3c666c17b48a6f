#include "bench_decide.h"

#include "../ledger/ledger.h"
#include "../ledger/pages.h"
#include "../protocol/admit.h"
#include "../protocol/codec.h"
#include "../protocol/sign.h"
#include "bench_order.h"
#include "bench_result.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <sodium.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ENROL_LINES 10000U
#define MAP_BYTES (UINT64_C(8) << 30)
#define PAGES_AHEAD 8
#define PAGES_MOST 256

static const char parties[] =
    "currency code=USD digits=2\n"
    "book book=us country=US date=2026-03-02\n"
    "policy-set verb=key-add need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=key-revoke need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=policy-set need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=journal-entry need=1 kinds=federation.treasurer,board\n"
    "party-open party=chief kind=officer book=us country=US\n"
    "party-open party=clerk kind=officer book=us country=US\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=fed kind=federation book=us country=US\n"
    "party-open party=club kind=club book=us parent=fed country=US\n";

struct bench {
    struct bench_ledger plan; /* id and keys: what signing needs */
    struct state *state;
    struct ledger *ledger;
    struct keyfile chief;
    int64_t now_ms;
    int64_t hash_ns;
    int64_t decode_ns;
    int64_t decide_ns;
    struct failure *failure;
};

static int no_archive(void *context, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    (void)context;
    (void)out;
    return failure_set(failure, "no entry %llu", (unsigned long long)index);
}

static bool decode(struct operation *op, struct bytes line, bool in_body)
{
    struct fault fault;
    return codec_decode(
        line, in_body ? CODEC_BODY : CODEC_REQUEST, op, &fault);
}

static void make_key(struct keyfile *key)
{
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    (void)crypto_sign_keypair(public_key, key->secret.data);
}

static void append_public(struct buffer *out, const struct keyfile *key)
{
    base64_append(out, bytes_of(key->secret.data + 32, 32));
}

/* ---- orders ---- */

/* Decide a line with its body, and forget its entry's bytes. */
static int decide(struct bench *b, struct bytes text)
{
    struct bytes line;
    struct order order;
    struct decision decision;
    if (!bytes_next_line(&text, &line))
        return failure_set(b->failure, "no line");
    int64_t unhashed = bench_cpu_ns();
    struct hash root = merkle_root_of_lines(text);
    int64_t began = bench_cpu_ns();
    b->now_ms += root.data[0] & 1; /* so that it is not left out */
    if (admit_unchecked(&order, line, text) != 0)
        return failure_set(b->failure, "out of memory");
    int64_t decoded = bench_cpu_ns();
    if (!ledger_find_key(b->ledger, &order.operation.by, &order.signer))
        memcpy(order.signer.data, b->chief.secret.data + 32, 32);
    int result = ledger_decide(b->ledger, &order,
        (struct instant){b->now_ms++}, &decision);
    int64_t decided = bench_cpu_ns();
    b->hash_ns += began - unhashed;
    b->decode_ns += decoded - began;
    b->decide_ns += decided - decoded;
    if (result == 0 && decision.status != STATUS_ACCEPTED)
        result = failure_set(b->failure, "%s in line %llu: %s",
            status_name(decision.status), (unsigned long long)decision.line,
            status_name(decision.line_status));
    admit_free(&order);
    ledger_drop_group(b->ledger);
    return result;
}

static int decide_plan(struct bench *b, const struct bench_plan *plan,
    size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        size_t start = plan->list[i].start;
        if (decide(b, bytes_of(plan->text.data + start,
                          plan->list[i + 1].start - start)) != 0)
            return -1;
    }
    return 0;
}

static int save(struct bench *b)
{
    ledger_settle(b->ledger);
    return state_save(b->state, b->failure);
}

/* ---- founding ---- */

static void add_key(struct buffer *body, const char *name, const char *kind,
    const char *scope, const struct keyfile *key)
{
    struct buffer line = buffer_empty();
    struct hash none = sign_no_ledger();
    buffer_format(&line, "key-add key=%s public=", name);
    append_public(&line, key);
    buffer_format(&line, " kind=%s owner=%s country=US scope=%s", kind,
        strcmp(name, "chief") == 0 ? "chief" : "clerk", scope);
    sign_proof(&line, &none, &key->secret);
    buffer_append(body, buffer_bytes(&line));
    buffer_char(body, '\n');
    buffer_free(&line);
}

static void append_body(struct buffer *body, const struct bench *b)
{
    buffer_text(body, parties);
    add_key(body, "chief", "federation.treasurer", "all", &b->chief);
    for (unsigned i = 0; i < BENCH_TELLERS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "teller%u", i);
        add_key(body, name, "teller", "us", &b->plan.tellers[i]);
    }
}

static unsigned count_lines(struct bytes text)
{
    unsigned count = 0;
    struct bytes line;
    while (bytes_next_line(&text, &line))
        count++;
    return count;
}

static int found(struct bench *b)
{
    struct buffer body = buffer_empty();
    struct buffer line = buffer_empty();
    struct hash none = sign_no_ledger();
    make_key(&b->chief);
    for (int i = 0; i < BENCH_TELLERS; i++)
        make_key(&b->plan.tellers[i]);
    append_body(&body, b);
    struct hash root = merkle_root_of_lines(buffer_bytes(&body));
    buffer_text(&line, "genesis version=1 origin=bench.example/decide log=");
    append_public(&line, &b->chief);
    buffer_format(&line, " chart=1 lines=%u root=",
        count_lines(buffer_bytes(&body)));
    base64_append(&line, bytes_of(root.data, sizeof root.data));
    buffer_text(&line, " id=01J0000000000000000000000A by=chief");
    sign_order(&line, &none, &b->chief.secret);
    buffer_char(&line, '\n');
    buffer_append(&line, buffer_bytes(&body));
    int result = decide(b, buffer_bytes(&line));
    if (result == 0)
        b->plan.id = *ledger_id(b->ledger);
    buffer_free(&line);
    buffer_free(&body);
    return result;
}

static int enrol(struct bench *b, uint64_t members)
{
    int result = 0;
    for (uint64_t i = 0; result == 0 && i < members; i += ENROL_LINES) {
        uint64_t count = members - i < ENROL_LINES ? members - i : ENROL_LINES;
        struct bench_plan plan = bench_plan_empty();
        bench_plan_enrol(&plan, &b->plan, i, count);
        result = decide_plan(b, &plan, 0, plan.count);
        bench_plan_free(&plan);
    }
    return result == 0 ? save(b) : -1;
}

/* ---- measuring ---- */

static void tell(const struct bench *b, uint64_t members, size_t batches,
    size_t lines, size_t pending_bytes, size_t pending_records)
{
    struct bench_result out = bench_result("decide", "posito");
    double count = (double)batches * (double)lines;
    bench_at(&out, "members", (int64_t)members);
    bench_at(&out, "lines", (int64_t)lines);
    bench_got(&out, "decided_per_second", count * 1e9 / (double)b->decide_ns);
    bench_got(&out, "decoded_per_second", count * 1e9 / (double)b->decode_ns);
    bench_got(&out, "decide_ns", (double)b->decide_ns / count);
    bench_got(&out, "decode_ns", (double)b->decode_ns / count);
    bench_got(&out, "hash_ns", (double)b->hash_ns / count);
    bench_got(&out, "bytes_per_record",
        (double)pending_bytes / (double)pending_records);
    bench_result_print(&out);
}

static int measure(struct bench *b, uint64_t members, size_t batches,
    size_t lines)
{
    struct bench_draw draw = bench_draw(members, 7, false);
    struct bench_plan plan = bench_plan_empty();
    size_t bytes = 0;
    size_t records = 1;
    bench_plan_batches(&plan, &b->plan, &draw, batches, lines);
    b->decide_ns = 0;
    b->decode_ns = 0;
    b->hash_ns = 0;
    int result = decide_plan(b, &plan, 0, batches / 2);
    if (result == 0) {
        bytes = state_pending_bytes(b->state);
        records = state_pending_records(b->state);
        result = save(b);
    }
    if (result == 0)
        result = decide_plan(b, &plan, batches / 2, batches);
    if (result == 0)
        tell(b, members, batches, lines, bytes, records);
    bench_plan_free(&plan);
    return result;
}

/* As beside the daemon's loop. */
static void rest(void)
{
    const struct timespec time = {.tv_nsec = 20 * 1000000L};
    (void)nanosleep(&time, NULL);
}

static void *keep_pages(void *none)
{
    pages_reserve_run(rest);
    return none;
}

int bench_decide(const char *folder, uint64_t members, size_t batches,
    size_t lines, struct failure *failure)
{
    struct bench b = {.now_ms = INT64_C(1772470800000), .failure = failure};
    struct archive archive = {.read = no_archive, .decode = decode};
    struct state_options options = {
        .folder = folder, .map_bytes = MAP_BYTES, .temporary = true};
    pthread_t keeper;
    pages_reserve_open(PAGES_AHEAD, PAGES_MOST);
    int number = pthread_create(&keeper, NULL, keep_pages, NULL);
    if (number != 0)
        return failure_set_errno(failure, number, "cannot start a thread");
    int result = state_open(&b.state, &options, failure);
    if (result == 0)
        result = ledger_open(&b.ledger, b.state, &archive, failure);
    if (result == 0)
        result = found(&b);
    if (result == 0)
        result = enrol(&b, members);
    if (result == 0)
        result = measure(&b, members, batches, lines);
    ledger_close(b.ledger);
    state_close(b.state);
    pages_reserve_end();
    (void)pthread_join(keeper, NULL);
    return result;
}
