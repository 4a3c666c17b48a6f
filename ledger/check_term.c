#include "check_inside.h"

#include "certificate.h"
#include "cycle.h"

#include <inttypes.h>
#include <stdlib.h>

/*
 * Term shares, kept in a list of their own: what was offered when one was
 * opened, what each entry accrued or paid.  Interest is worked out here in
 * 128 bits by a formula of its own.
 */

#define ENTRY "entry %" PRIu64

__extension__ typedef __int128 wide;

/* ---- lists ---- */

/* Room for one more of that size.  NULL: out of memory. */
static void *room_for(struct check *check, void *list, size_t count,
    size_t size)
{
    void *more = list;

    /* Doubled whenever the count is a power of two. */
    if ((count & (count - 1)) == 0)
        more = realloc(list, (count == 0 ? 1 : count * 2) * size);
    if (more == NULL)
        (void)check_fail(check, "out of memory");
    return more;
}

static int plus(struct check *check, int64_t *sum, int64_t minor)
{
    return minor_add(*sum, minor, sum)
        ? 0
        : check_fail(check, "term shares overflow at " ENTRY,
              check->entry.index);
}

/* ---- what is offered, what is withheld ---- */

int check_term_tax(
    struct check *check, uint8_t book, struct date from, struct rate rate)
{
    struct check_terms *all = &check->terms;
    struct check_tax *more;

    for (size_t i = 0; i < all->tax_count; i++)
        if (all->taxes[i].book == book &&
            all->taxes[i].from.days == from.days) {
            all->taxes[i].rate = rate;
            return 0;
        }
    more = room_for(check, all->taxes, all->tax_count, sizeof *more);
    if (more == NULL)
        return -1;
    all->taxes = more;
    more[all->tax_count++] = (struct check_tax){ book, from, rate };
    return 0;
}

static struct rate tax_on(
    const struct check *check, uint8_t book, struct date date)
{
    const struct check_tax *last = NULL;

    for (size_t i = 0; i < check->terms.tax_count; i++) {
        const struct check_tax *tax = &check->terms.taxes[i];

        if (tax->book == book && tax->from.days <= date.days &&
            (last == NULL || tax->from.days > last->from.days))
            last = tax;
    }
    return last != NULL ? last->rate : (struct rate){ 0, 0 };
}

static struct term_product *find_offer(const struct check *check,
    uint8_t book, enum currency currency, uint64_t days, struct date date)
{
    struct term_product *last = NULL;

    for (size_t i = 0; i < check->terms.offer_count; i++) {
        struct term_product *offer = &check->terms.offers[i];

        if (offer->book == book && offer->currency == currency &&
            offer->days == days && offer->from.days <= date.days &&
            (last == NULL || offer->from.days > last->from.days))
            last = offer;
    }
    return last;
}

static struct book *find_book(
    struct check *check, const struct ident *name)
{
    for (uint32_t i = 0; i < check->counters.books; i++)
        if (ident_equal(&check->books[i].name, name))
            return &check->books[i];
    (void)check_fail(
        check, ENTRY " names a book that is none", check->entry.index);
    return NULL;
}

static int offer(struct check *check, const struct term_set_fields *f)
{
    const struct book *book = find_book(check, &f->book);
    struct check_terms *all = &check->terms;
    struct term_product product;
    struct term_product *place;

    if (book == NULL)
        return -1;
    product = (struct term_product){ book->number, f->minimum.currency,
        (uint32_t)f->days, f->from, f->minimum.minor, f->rate, f->early };
    place = find_offer(
        check, book->number, product.currency, f->days, f->from);
    if (place != NULL && place->from.days == f->from.days) {
        *place = product;
        return 0;
    }
    place = room_for(check, all->offers, all->offer_count, sizeof *place);
    if (place == NULL)
        return -1;
    all->offers = place;
    place[all->offer_count++] = product;
    return 0;
}

/* ---- interest ---- */

static wide power_of_ten(unsigned exponent)
{
    wide power = 1;

    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* above / below of numbers not below zero, a half upwards. */
static int64_t rounded(wide above, wide below)
{
    return (int64_t)((above + above + below) / (below + below));
}

static int64_t interest_of(
    const struct certificate *term, struct rate rate, struct date until)
{
    int32_t last =
        until.days < term->due.days ? until.days : term->due.days;

    if (last <= term->opened.days)
        return 0;
    return rounded((wide)term->principal * rate.digits *
            (last - term->opened.days),
        365 * power_of_ten(rate.scale));
}

/* It is paid out on that date by the entry at hand. */
static void pay(
    const struct check *check, struct certificate *term, struct date date)
{
    bool early = date.days < term->due.days;
    struct rate tax = tax_on(check, account_id_book(&term->share), date);

    if (check->operation.verb == VERB_TERM_CLOSE &&
        check->parties[account_id_party(&term->share)].in_succession)
        term->early = term->rate;
    term->interest =
        interest_of(term, early ? term->early : term->rate, date);
    term->tax = rounded(
        (wide)term->interest * tax.digits, power_of_ten(tax.scale));
    term->closed = check->entry.index;
}

/* ---- one opened, one closed ---- */

static struct account_id beside(const struct account_id *share, enum role role)
{
    return account_id_of(account_id_book(share), account_id_currency(share),
        role, account_id_party(share));
}

static struct account_id of_house(
    const struct check *check, const struct account_id *share, enum role role)
{
    uint8_t book = account_id_book(share);

    return account_id_of(book, account_id_currency(share), role,
        check->books[book].house);
}

/* Must the n-th posting of the line be this one?  None for nothing. */
static bool take(const struct check_line *line, size_t *place,
    struct account_id id, int64_t minor)
{
    if (minor == 0)
        return true;
    if (*place == line->count ||
        !account_id_equal(&line->list[*place].id, &id) ||
        line->list[*place].minor != minor)
        return false;
    (*place)++;
    return true;
}

static int open_term(struct check *check, const struct term_open_fields *f)
{
    struct check_terms *all = &check->terms;
    const struct term_product *offered;
    struct certificate *term;
    struct party party;
    struct date today;
    size_t place = 0;

    if (check_find_party(check, &f->member, &party) != 0)
        return -1;
    term = room_for(check, all->list, all->count, sizeof *term);
    if (term == NULL)
        return -1;
    all->list = term;
    term = &all->list[all->count++];
    today = check->books[party.book].date;
    *term = (struct certificate){
        .index = check->entry.index,
        .share = account_id_of(
            party.book, f->amount.currency, ROLE_SHARE, party.number),
        .principal = f->amount.minor,
        .opened = today,
        .due = { today.days + (int32_t)f->days },
    };
    offered = find_offer(
        check, party.book, f->amount.currency, f->days, today);
    if (offered == NULL || f->amount.minor < offered->minimum ||
        !take(&check->line, &place, term->share, term->principal) ||
        !take(&check->line, &place, beside(&term->share, ROLE_SHARE_TERM),
            -term->principal) ||
        place != check->line.count)
        return check_fail(check,
            ENTRY " does not open a term share that was offered",
            check->entry.index);
    term->rate = offered->rate;
    term->early = offered->early;
    return 0;
}

static struct certificate *find_term(
    const struct check *check, uint64_t index)
{
    size_t low = 0;
    size_t high = check->terms.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (check->terms.list[middle].index == index)
            return &check->terms.list[middle];
        if (check->terms.list[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static int close_term(struct check *check, uint64_t index)
{
    struct certificate *term = find_term(check, index);
    const struct check_line *line = &check->line;
    const struct account_id *share;
    size_t place = 0;

    if (term == NULL || term->closed != 0)
        return check_fail(check, ENTRY " closes a term share that is none",
            check->entry.index);
    share = &term->share;
    pay(check, term, check->books[account_id_book(share)].date);
    if (!take(line, &place, beside(share, ROLE_SHARE_TERM),
            term->principal) ||
        !take(line, &place, of_house(check, share, ROLE_DIVIDEND_PAYABLE),
            term->accrued) ||
        !take(line, &place, of_house(check, share, ROLE_EXPENSE_DIVIDEND),
            term->interest - term->accrued) ||
        !take(line, &place, of_house(check, share, ROLE_ISR), -term->tax) ||
        !take(line, &place, *share,
            term->tax - term->interest - term->principal) ||
        place != line->count)
        return check_fail(check, ENTRY " pays something else than its term "
                                       "share came to",
            check->entry.index);
    return 0;
}

int check_term_entry(struct check *check, const struct operation *op)
{
    if (op->verb == VERB_TERM_SET)
        return offer(check, &op->as.term_set);
    if (op->verb == VERB_TERM_OPEN)
        return open_term(check, &op->as.term_open);
    if (op->verb == VERB_TERM_CLOSE)
        return close_term(check, op->as.term_close.term);
    return 0;
}

/* ---- months ---- */

int check_term_accrue(struct check *check, uint8_t book, uint32_t month,
    int64_t sums[CURRENCY_COUNT])
{
    struct date next = cycle_month_first(month + 1);

    for (size_t i = 0; i < check->terms.count; i++) {
        struct certificate *term = &check->terms.list[i];
        int64_t earned;

        if (account_id_book(&term->share) != book || term->closed != 0)
            continue;
        earned = interest_of(term, term->rate, next);
        if (plus(check, &sums[account_id_currency(&term->share)],
                earned - term->accrued) != 0)
            return -1;
        term->accrued = earned;
    }
    return 0;
}

/* ---- days ---- */

/* The next posting among effects must be this one.  None for nothing. */
static int expect(struct check *check, struct bytes *effects,
    struct account_id id, int64_t minor)
{
    struct effect effect;
    struct account_id posted;
    bool malformed = false;

    if (minor == 0)
        return 0;
    while (entry_next_effect(effects, &effect, &malformed)) {
        if (effect.kind != EFFECT_POSTING)
            continue;
        if (check_account_id(check, &effect.account, &posted) != 0)
            return -1;
        if (account_id_equal(&posted, &id) && effect.minor == minor)
            return 0;
        break;
    }
    return check_fail(check,
        ENTRY " does not pay the term shares that come due",
        check->entry.index);
}

/* Those that follow each other of the same owner, role by role. */
static int expect_owners(struct check *check, struct bytes *effects,
    struct certificate *const *due, size_t count, enum role role)
{
    int64_t sum = 0;

    for (size_t i = 0; i < count; i++) {
        int64_t one = role == ROLE_SHARE_TERM
            ? due[i]->principal
            : due[i]->tax - due[i]->interest - due[i]->principal;

        if (plus(check, &sum, one) != 0)
            return -1;
        if (i + 1 < count &&
            account_id_equal(&due[i]->share, &due[i + 1]->share))
            continue;
        if (expect(check, effects, beside(&due[i]->share, role), sum) != 0)
            return -1;
        sum = 0;
    }
    return 0;
}

static int expect_currency(struct check *check, struct bytes *effects,
    struct certificate *const *due, size_t count)
{
    const struct account_id *any = &due[0]->share;
    int64_t accrued = 0;
    int64_t rest = 0;
    int64_t tax = 0;

    for (size_t i = 0; i < count; i++)
        if (plus(check, &accrued, due[i]->accrued) != 0 ||
            plus(check, &rest, due[i]->interest - due[i]->accrued) != 0 ||
            plus(check, &tax, due[i]->tax) != 0)
            return -1;
    if (expect_owners(check, effects, due, count, ROLE_SHARE_TERM) != 0 ||
        expect(check, effects, of_house(check, any, ROLE_DIVIDEND_PAYABLE),
            accrued) != 0 ||
        expect(check, effects, of_house(check, any, ROLE_EXPENSE_DIVIDEND),
            rest) != 0 ||
        expect(check, effects, of_house(check, any, ROLE_ISR), -tax) != 0)
        return -1;
    return expect_owners(check, effects, due, count, ROLE_SHARE);
}

/* By currency, then owner; within these it does not matter. */
static int by_owner(const void *left, const void *right)
{
    const struct account_id *a = &(*(struct certificate *const *)left)->share;
    const struct account_id *b =
        &(*(struct certificate *const *)right)->share;

    if (account_id_currency(a) != account_id_currency(b))
        return account_id_currency(a) < account_id_currency(b) ? -1 : 1;
    if (account_id_party(a) != account_id_party(b))
        return account_id_party(a) < account_id_party(b) ? -1 : 1;
    return 0;
}

/* The open ones of a book whose date has come; *count of them, paid. */
static struct certificate **come_due(
    struct check *check, const struct book *book, size_t *count)
{
    struct certificate **due =
        malloc((check->terms.count + 1) * sizeof *due);

    *count = 0;
    if (due == NULL) {
        (void)check_fail(check, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < check->terms.count; i++) {
        struct certificate *term = &check->terms.list[i];

        if (account_id_book(&term->share) != book->number ||
            term->closed != 0 || term->due.days > book->date.days)
            continue;
        pay(check, term, book->date);
        due[(*count)++] = term;
    }
    if (*count > 1)
        qsort(due, *count, sizeof *due, by_owner);
    return due;
}

static int expect_all(struct check *check, const struct book *book)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed = false;
    size_t count;
    size_t end;
    struct certificate **due = come_due(check, book, &count);
    int result = due == NULL ? -1 : 0;

    for (size_t at = 0; result == 0 && at < count; at = end) {
        for (end = at; end < count &&
             account_id_currency(&due[end]->share) ==
                 account_id_currency(&due[at]->share);)
            end++;
        result = expect_currency(check, &effects, due + at, end - at);
    }
    while (result == 0 && entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_POSTING &&
            role_row(effect.account.role)->class != CLASS_MEMO)
            result = check_fail(check, ENTRY " posts more than comes due",
                check->entry.index);
    free(due);
    return result;
}

/* The date moves first: what is paid counts from the new day on. */
int check_term_day(struct check *check, const struct operation *op)
{
    const struct book *book = find_book(check, &op->as.day_close.book);

    if (book == NULL || check_party_line(check, check->entry.line) != 0 ||
        check_cycle_post(check, false, 0) != 0)
        return -1;
    return expect_all(check, book);
}

/* ---- at the end ---- */

static bool same_rate(struct rate a, struct rate b)
{
    return a.digits == b.digits && a.scale == b.scale;
}

static int one_offer(
    struct check *check, struct bytes key, struct bytes value)
{
    const struct term_product *known = NULL;
    struct term_product kept;

    if (certificate_parse_product(key, value, &kept))
        known = find_offer(
            check, kept.book, kept.currency, kept.days, kept.from);
    if (known == NULL || known->from.days != kept.from.days ||
        known->minimum != kept.minimum ||
        !same_rate(known->rate, kept.rate) ||
        !same_rate(known->early, kept.early))
        return check_fail(check, "what a term pays is not as it was set");
    return 0;
}

static int one_term(
    struct check *check, struct bytes key, struct bytes value)
{
    const struct certificate *known = NULL;
    struct certificate kept;

    if (certificate_parse(key, value, &kept))
        known = find_term(check, kept.index);
    if (known == NULL || !account_id_equal(&known->share, &kept.share) ||
        known->principal != kept.principal ||
        known->opened.days != kept.opened.days ||
        known->due.days != kept.due.days ||
        !same_rate(known->rate, kept.rate) ||
        !same_rate(known->early, kept.early) ||
        known->accrued != kept.accrued || known->closed != kept.closed ||
        known->interest != kept.interest || known->tax != kept.tax)
        return check_fail(check, "a term share is not as the journal has it");
    return 0;
}

static int one_due(
    struct check *check, struct bytes key, struct bytes value)
{
    struct cursor in = cursor_open(key);
    uint8_t book = cursor_u8(&in);
    uint32_t date = cursor_be32(&in);
    uint64_t index = cursor_be64(&in);
    const struct certificate *known = find_term(check, index);

    if (!cursor_done(&in) || value.length != 0 || known == NULL ||
        known->closed != 0 || account_id_book(&known->share) != book ||
        (int32_t)(date ^ UINT32_C(0x80000000)) != known->due.days)
        return check_fail(
            check, "the list of open term shares is not the journal's");
    return 0;
}

int check_term_end(struct check *check)
{
    const struct check_terms *all = &check->terms;
    uint64_t open = 0;

    for (size_t i = 0; i < all->count; i++)
        open += all->list[i].closed == 0;
    if (check_record_count(check, TABLE_TERM_PRODUCT, "terms offered",
            one_offer, all->offer_count) != 0 ||
        check_record_count(
            check, TABLE_TERM, "term shares", one_term, all->count) != 0)
        return -1;
    return check_record_count(
        check, TABLE_TERM_DUE, "open term shares", one_due, open);
}

void check_term_free(struct check *check)
{
    free(check->terms.list);
    free(check->terms.offers);
    free(check->terms.taxes);
}
