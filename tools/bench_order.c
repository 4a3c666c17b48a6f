#include "bench_order.h"

#include "../protocol/sign.h"

#include <posito/encoding.h>
#include <posito/merkle.h>

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ZIPF 0.99
#define DISTINCT_LINES 1000000U

static void give_up(void)
{
    (void)fputs("posito-bench: out of memory\n", stderr);
    abort();
}

/* ---- the plan ---- */

struct bench_plan bench_plan_empty(void)
{
    struct bench_plan plan = {.text = buffer_empty(), .capacity = 1024};
    plan.list = malloc(plan.capacity * sizeof *plan.list);
    if (plan.list == NULL)
        give_up();
    plan.list[0] = (struct bench_request){0, 0};
    return plan;
}

void bench_plan_free(struct bench_plan *plan)
{
    buffer_free(&plan->text);
    free(plan->list);
    *plan = (struct bench_plan){.text = buffer_empty()};
}

void bench_plan_add(
    struct bench_plan *plan, struct bytes request, uint32_t units)
{
    if (plan->count + 2 > plan->capacity) {
        plan->capacity *= 2;
        struct bench_request *list = realloc(
            plan->list, plan->capacity * sizeof *list);
        if (list == NULL)
            give_up();
        plan->list = list;
    }
    buffer_append(&plan->text, request);
    if (plan->text.failed)
        give_up();
    plan->list[plan->count++].units = units;
    plan->list[plan->count] = (struct bench_request){plan->text.length, 0};
}

/* ---- which accounts ---- */

struct bench_draw bench_draw(uint64_t members, uint64_t seed, bool skewed)
{
    struct bench_draw draw = {.members = members,
        .random = 88172645463325252U + seed * 2654435761U,
        .skewed = skewed};
    if (!skewed)
        return draw;
    for (uint64_t i = 1; i <= members; i++)
        draw.zeta += pow((double)i, -ZIPF);
    draw.half = pow(0.5, ZIPF);
    draw.alpha = 1 / (1 - ZIPF);
    draw.eta = (1 - pow(2 / (double)members, 1 - ZIPF)) /
               (1 - (1 + draw.half) / draw.zeta);
    return draw;
}

/* xorshift64. */
static uint64_t step(struct bench_draw *draw)
{
    draw->random ^= draw->random << 13;
    draw->random ^= draw->random >> 7;
    draw->random ^= draw->random << 17;
    return draw->random;
}

uint64_t bench_draw_below(struct bench_draw *draw, uint64_t below)
{
    return (step(draw) >> 11) % below;
}

/* A rank by Zipf's law, spread over all members so that those often drawn
 * are not neighbours. */
static uint64_t draw_member(struct bench_draw *draw)
{
    if (!draw->skewed)
        return bench_draw_below(draw, draw->members);
    double u = (double)(step(draw) >> 11) * 0x1p-53;
    double uz = u * draw->zeta;
    uint64_t rank = 0;
    if (uz >= 1 && uz < 1 + draw->half)
        rank = 1;
    else if (uz >= 1)
        rank = (uint64_t)((double)draw->members *
                          pow(draw->eta * u - draw->eta + 1, draw->alpha));
    return (rank % draw->members * 2654435761U) % draw->members;
}

static void touch(struct bench_draw *draw, uint64_t member)
{
    uint8_t bit = (uint8_t)(1U << (member % 8));
    if (draw->touched == NULL || (draw->touched[member / 8] & bit) != 0)
        return;
    draw->touched[member / 8] |= bit;
    draw->touched_count++;
}

void bench_draw_pair(struct bench_draw *draw, uint64_t *from, uint64_t *to)
{
    /* Both anew when they are the same, else those often drawn would give
     * more than they get and run out of money. */
    do {
        *from = draw_member(draw);
        *to = draw_member(draw);
    } while (*from == *to);
    touch(draw, *from);
    touch(draw, *to);
}

/* ---- requests of ours ---- */

static void add_transfer(struct buffer *out, struct bench_draw *draw)
{
    uint64_t from, to;
    bench_draw_pair(draw, &from, &to);
    buffer_format(out,
        "transfer from=m%07" PRIu64 " to=m%07" PRIu64
        " amount=USD0.%02d purpose=F",
        from, to, 1 + (int)bench_draw_below(draw, 99));
}

void bench_plan_signed(struct bench_plan *plan,
    const struct bench_ledger *ledger, struct buffer *line, struct bytes body,
    uint32_t units)
{
    unsigned teller = (unsigned)(plan->count % BENCH_TELLERS);
    uint8_t random[10];
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    randombytes_buf(random, sizeof random);
    struct ulid id = ulid_make(
        (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, random);
    buffer_text(line, " id=");
    ulid_append(line, &id);
    buffer_format(line, " by=teller%u", teller);
    sign_order(line, &ledger->id, &ledger->tellers[teller].secret);
    buffer_char(line, '\n');
    buffer_append(line, body);
    if (line->failed)
        give_up();
    bench_plan_add(plan, buffer_bytes(line), units);
    buffer_clear(line);
}

void bench_plan_singles(struct bench_plan *plan,
    const struct bench_ledger *ledger, struct bench_draw *draw, size_t count)
{
    struct buffer line = buffer_empty();
    for (size_t i = 0; i < count; i++) {
        add_transfer(&line, draw);
        bench_plan_signed(plan, ledger, &line, bytes_of("", 0), 1);
    }
    buffer_free(&line);
}

static void add_rooted(struct bench_plan *plan,
    const struct bench_ledger *ledger, const struct buffer *body,
    const struct hash *root, uint32_t lines)
{
    struct buffer line = buffer_empty();
    buffer_format(&line, "batch mode=all lines=%u root=", lines);
    base64_append(&line, bytes_of(root->data, sizeof root->data));
    bench_plan_signed(plan, ledger, &line, buffer_bytes(body), lines);
    buffer_free(&line);
}

static void add_batch(struct bench_plan *plan,
    const struct bench_ledger *ledger, const struct buffer *body,
    uint32_t lines)
{
    struct hash root = merkle_root_of_lines(buffer_bytes(body));
    add_rooted(plan, ledger, body, &root, lines);
}

static void make_body(
    struct buffer *body, struct bench_draw *draw, size_t lines)
{
    buffer_clear(body);
    for (size_t i = 0; i < lines; i++) {
        add_transfer(body, draw);
        buffer_char(body, '\n');
    }
}

void bench_plan_batches(struct bench_plan *plan,
    const struct bench_ledger *ledger, struct bench_draw *draw, size_t count,
    size_t lines)
{
    struct buffer body = buffer_empty();
    for (size_t i = 0; i < count; i++) {
        make_body(&body, draw, lines);
        add_batch(plan, ledger, &body, (uint32_t)lines);
    }
    buffer_free(&body);
}

void bench_plan_many(struct bench_plan *plan,
    const struct bench_ledger *ledger, struct bench_draw *draw, size_t count,
    size_t lines)
{
    size_t made = DISTINCT_LINES / lines + 1;
    struct body {
        struct buffer text;
        struct hash root;
    } *bodies;
    made = made < count ? made : count;
    bodies = calloc(made + 1, sizeof *bodies);
    if (bodies == NULL)
        give_up();
    for (size_t i = 0; i < made; i++) {
        bodies[i].text = buffer_empty();
        make_body(&bodies[i].text, draw, lines);
        bodies[i].root = merkle_root_of_lines(buffer_bytes(&bodies[i].text));
    }
    for (size_t i = 0; i < count; i++)
        add_rooted(plan, ledger, &bodies[i % made].text,
            &bodies[i % made].root, (uint32_t)lines);
    for (size_t i = 0; i < made; i++)
        buffer_free(&bodies[i].text);
    free(bodies);
}

void bench_plan_balances(
    struct bench_plan *plan, struct bench_draw *draw, size_t count)
{
    struct buffer line = buffer_empty();
    for (size_t i = 0; i < count; i++) {
        buffer_format(&line, "balance account=us/m%07" PRIu64 "/share/USD\n",
            bench_draw_below(draw, draw->members));
        bench_plan_add(plan, buffer_bytes(&line), 1);
        buffer_clear(&line);
    }
    buffer_free(&line);
}

void bench_plan_enrol(struct bench_plan *plan,
    const struct bench_ledger *ledger, uint64_t first, uint64_t count)
{
    struct buffer body = buffer_empty();
    for (uint64_t i = first; i < first + count; i++)
        buffer_format(&body,
            "party-open party=m%07" PRIu64 " kind=member book=us parent=club "
            "country=US\n",
            i);
    add_batch(plan, ledger, &body, (uint32_t)count);
    buffer_clear(&body);
    for (uint64_t i = first; i < first + count; i++)
        buffer_format(&body,
            "deposit member=m%07" PRIu64 " via=la amount=USD100000.00 "
            "purpose=I\n",
            i);
    add_batch(plan, ledger, &body, (uint32_t)count);
    buffer_free(&body);
}

void bench_plan_mixed(struct bench_plan *plan,
    const struct bench_ledger *ledger, struct bench_draw *draw, size_t count)
{
    struct buffer line = buffer_empty();
    for (size_t i = 0; i < count; i++) {
        uint64_t member, other;
        bench_draw_pair(draw, &member, &other);
        if (i % 10 < 2) {
            bench_plan_singles(plan, ledger, draw, 1);
            continue;
        }
        buffer_format(&line, "%s account=us/m%07" PRIu64 "/share/USD%s\n",
            i % 10 == 2 ? "history" : "balance", member,
            i % 10 == 2 ? " limit=10" : "");
        bench_plan_add(plan, buffer_bytes(&line), 1);
        buffer_clear(&line);
    }
    buffer_free(&line);
}
