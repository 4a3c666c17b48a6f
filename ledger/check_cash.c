#include "check_inside.h"

#include "cash.h"
#include "drawer.h"
#include "layout.h"

#include <posito/denomination.h>

#include <inttypes.h>

#define ENTRY "entry %" PRIu64

/* ---- limits: told by text, since genesis sets them too ---- */

static struct tally *limit_tally(
    struct check *check, uint8_t book, enum limit limit, enum currency c)
{
    uint8_t key[3] = { book, (uint8_t)limit, (uint8_t)c };
    struct tally_key tally_key =
        tally_key_of(TABLE_LIMIT, bytes_of(key, sizeof key));

    return tally_get(&check->tallies, &tally_key);
}

int check_cash_limit(struct check *check, struct bytes line)
{
    struct bytes name = check_value(line, "limit");
    struct amount amount;
    struct tally *tally;

    if (amount_parse(check_value(line, "amount"), &amount) != AMOUNT_SPELLED)
        return check_fail(check, "a limit has no amount");
    for (unsigned limit = 0; limit < LIMIT_COUNT; limit++) {
        if (!bytes_equal_text(name, limit_name((enum limit)limit)))
            continue;
        for (uint8_t i = 0; i < check->counters.books; i++) {
            if (!bytes_equal(check_value(line, "book"),
                    ident_bytes(&check->books[i].name)))
                continue;
            tally = limit_tally(
                check, i, (enum limit)limit, amount.currency);
            if (tally == NULL)
                return check_fail(check, "out of memory");
            tally->sum = amount.minor;
            return 0;
        }
    }
    return check_fail(check, "a limit is set of what is not there");
}

static int one_limit(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key tally_key = tally_key_of(TABLE_LIMIT, key);
    const struct tally *tally = tally_find(&check->tallies, &tally_key);
    struct amount amount;
    enum limit limit;
    uint8_t book;

    if (tally == NULL ||
        !cash_parse_limit(key, value, &book, &limit, &amount) ||
        amount.minor != tally->sum)
        return check_fail(check, "the state has a limit that nobody set");
    return 0;
}

/* ---- drawers ---- */

/* Of a drawer the tally's sum is the entry that opened it, 0 if it is
 * closed; its account's debits are the key, credits the last count. */
static struct tally *drawer_tally(struct check *check, uint32_t party)
{
    uint8_t key[4];
    struct tally_key tally_key;

    layout_put_be32(key, party);
    tally_key = tally_key_of(TABLE_DRAWER, bytes_of(key, sizeof key));
    return tally_get(&check->tallies, &tally_key);
}

static int open_drawer(struct check *check, const struct ident *name)
{
    struct party party;
    struct tally *tally;

    if (check_find_party(check, name, &party) != 0)
        return -1;
    tally = drawer_tally(check, party.number);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (party.kind != PARTY_DRAWER || tally->sum != 0)
        return check_fail(check,
            ENTRY " opens what is open, or no drawer", check->entry.index);
    tally->sum = (int64_t)check->entry.index;
    tally->account.debits = check->signer.number;
    tally->account.credits = 0;
    return 0;
}

static int64_t counted(struct bytes pieces, enum currency currency)
{
    struct amount value;
    uint64_t number;
    int64_t sum = 0;

    while (pieces_next(&pieces, &value, &number))
        if (value.currency == currency)
            sum += value.minor * (int64_t)number;
    return sum;
}

/* What the entry posts to the account. */
static int64_t posted(
    const struct check_line *line, const struct account_id *id)
{
    for (size_t i = 0; i < line->count; i++)
        if (account_id_equal(&line->list[i].id, id))
            return line->list[i].minor;
    return 0;
}

/* Each currency: the pieces, what was expected, and the difference. */
static int check_count(struct check *check, const struct party *party,
    struct bytes pieces, const struct check_line *line, bool closing)
{
    int64_t said[CURRENCY_COUNT][2] = { { 0 } };
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_COUNTED) {
            said[effect.total.currency][0] = effect.total.minor;
            said[effect.total.currency][1] = effect.expected.minor;
        }
    for (unsigned i = 0; i < CURRENCY_COUNT; i++) {
        enum currency currency = (enum currency)i;
        struct account_id id = account_id_of(
            party->book, currency, ROLE_DRAWER, party->number);
        struct tally_key key = tally_key_account(&id);
        const struct tally *tally = tally_find(&check->tallies, &key);
        int64_t expected =
            tally == NULL ? 0 : tally->account.debits - tally->account.credits;

        if (said[i][0] != counted(pieces, currency) ||
            said[i][1] != expected ||
            posted(line, &id) != (closing ? said[i][0] - expected : 0))
            return check_fail(check, ENTRY " miscounts a drawer in %s",
                check->entry.index, currency_code(currency));
    }
    return 0;
}

static int count_drawer(struct check *check, const struct ident *name,
    struct bytes pieces, const struct check_line *line, bool closing)
{
    struct party party;
    struct tally *tally;

    if (check_find_party(check, name, &party) != 0)
        return -1;
    tally = drawer_tally(check, party.number);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (tally->sum == 0)
        return check_fail(check, ENTRY " counts a drawer that is closed",
            check->entry.index);
    tally->account.credits = (int64_t)check->entry.index;
    if (closing)
        tally->sum = 0;
    return check_count(check, &party, pieces, line, closing);
}

static int one_drawer(
    struct check *check, struct bytes key, struct bytes value)
{
    struct tally_key tally_key = tally_key_of(TABLE_DRAWER, key);
    const struct tally *tally = tally_find(&check->tallies, &tally_key);
    struct drawer drawer;

    if (tally == NULL || !drawer_parse(key, value, &drawer) ||
        drawer.opened != (uint64_t)tally->sum ||
        drawer.key != (uint64_t)tally->account.debits ||
        drawer.counted != (uint64_t)tally->account.credits)
        return check_fail(
            check, "the state has a drawer that is not the journal's");
    return 0;
}

/* ---- persons' cash ---- */

/* The sum over all days; on which of them it counts the calendar of then
 * said, which this program does not know. */
static struct tally *cash_tally(struct check *check, uint8_t book,
    uint32_t party, enum currency currency, bool in)
{
    uint8_t key[7] = { book };
    struct tally_key tally_key;

    layout_put_be32(key + 1, party);
    key[5] = (uint8_t)currency;
    key[6] = in ? 1 : 0;
    tally_key = tally_key_of(TABLE_CASH, bytes_of(key, sizeof key));
    return tally_get(&check->tallies, &tally_key);
}

/* Cash that goes through a closed drawer, or one of another key. */
static int check_drawer(
    struct check *check, const struct account_id *id, bool counter)
{
    struct tally *tally;
    struct party party;

    if (!record_find_party_number(
            check->state, account_id_party(id), &party))
        return check_fail(check, "an account has no party");
    if (party.kind != PARTY_DRAWER)
        return 0;
    tally = drawer_tally(check, party.number);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (tally->sum == 0 ||
        (counter && tally->account.debits != check->signer.number))
        return check_fail(check,
            ENTRY " moves cash of a drawer that its key has not opened",
            check->entry.index);
    return 0;
}

/* whose: the person whose cash it is; 0: that of the only posting beside the
 * drawer's. */
static int add_cash(struct check *check, const struct check_line *line,
    bool counter, bool undo, uint32_t whose)
{
    const struct check_posting *drawer = NULL;
    const struct check_posting *person = NULL;
    struct tally *tally;
    int64_t minor;
    bool in;

    for (size_t i = 0; i < line->count; i++) {
        if (account_id_role(&line->list[i].id) != ROLE_DRAWER) {
            person = &line->list[i];
            continue;
        }
        drawer = &line->list[i];
        if (check_drawer(check, &drawer->id, counter) != 0)
            return -1;
    }
    if (whose == 0 && line->count == 2 && person != NULL)
        whose = account_id_party(&person->id);
    if ((!counter && !undo) || drawer == NULL || whose == 0)
        return 0;
    in = undo ? drawer->minor < 0 : drawer->minor > 0;
    minor = drawer->minor < 0 ? -drawer->minor : drawer->minor;
    tally = cash_tally(check, account_id_book(&drawer->id),
        whose, account_id_currency(&drawer->id), in);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (!minor_add(tally->sum, undo ? -minor : minor, &tally->sum))
        return check_fail(check, "a person's cash overflows");
    return 0;
}

static struct cash_total total_of(
    const struct party *party, const struct effect *effect)
{
    return (struct cash_total){ .book = party->book,
        .date = effect->date,
        .party = party->number,
        .currency = effect->total.currency,
        .in = effect->in };
}

int check_cash_effects(struct check *check)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct cash_total total;
        struct party party;

        if (effect.kind != EFFECT_REPORT)
            continue;
        if (check_find_party(check, &effect.party, &party) != 0)
            return -1;
        total = total_of(&party, &effect);
        cash_find(check->state, &total);
        if (total.reported == 0 || total.reported > check->entry.index)
            return check_fail(check,
                ENTRY " reports cash that the state does not",
                check->entry.index);
    }
    return 0;
}

/* Does the entry that a total names report it? */
static bool is_reported(struct check *check, const struct cash_total *total)
{
    struct effect effect;
    struct entry entry;
    struct party party;
    struct bytes effects;
    bool malformed;

    buffer_clear(&check->bytes);
    if (ledger_entry(check->ledger, total->reported, &check->bytes, &entry) !=
        0)
        return false;
    effects = entry.effects;
    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REPORT &&
            effect.date.days == total->date.days &&
            effect.in == total->in &&
            effect.total.currency == total->currency &&
            record_find_party(check->state, &effect.party, &party) &&
            party.number == total->party && party.book == total->book)
            return true;
    return false;
}

static int one_total(
    struct check *check, struct bytes key, struct bytes value)
{
    struct cash_total total;
    struct tally *tally;

    if (!cash_parse(key, value, &total) || total.minor < 0 ||
        (total.minor == 0 && total.reported == 0))
        return check_fail(check, "a total of cash cannot be read");
    if (total.reported != 0 && !is_reported(check, &total))
        return check_fail(
            check, "the state reports cash that no entry reports");
    tally = cash_tally(
        check, total.book, total.party, total.currency, total.in);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (!minor_subtract(tally->sum, total.minor, &tally->sum))
        return check_fail(check, "a person's cash overflows");
    return 0;
}

static int check_totals(struct check *check)
{
    const struct tally *tally;
    size_t place = 0;
    uint64_t count;

    if (check_record_each(check, TABLE_CASH, one_total, &count) != 0)
        return -1;
    while ((tally = tally_next(&check->tallies, &place)) != NULL)
        if (tally->key.table == TABLE_CASH && tally->sum != 0)
            return check_fail(check,
                "a person's cash is not what the journal's lines come to");
    return 0;
}

/* ---- all of it ---- */

static bool at_counter(enum verb verb)
{
    return verb == VERB_DEPOSIT || verb == VERB_WITHDRAW ||
        verb == VERB_MEMBERSHIP || verb == VERB_CAPTURE ||
        verb == VERB_SUCCESSION_PAY || verb == VERB_LOAN_REPAY ||
        verb == VERB_LOAN_RECOVER;
}

/* Of a loan's money the borrower is the person; 0: it is no loan's. */
static uint32_t borrower_of(
    const struct check *check, const struct operation *op, enum verb reversed)
{
    uint64_t loan = op->verb == VERB_LOAN_REPAY ? op->as.loan_repay.loan
        : op->verb == VERB_LOAN_RECOVER ? op->as.loan_recover.loan
                                        : check->other_loan;
    enum verb verb = op->verb == VERB_REVERSE ? reversed : op->verb;

    return verb == VERB_LOAN_REPAY || verb == VERB_LOAN_RECOVER
        ? check_loan_borrower(check, loan)
        : 0;
}

int check_cash_line(struct check *check, const struct operation *op,
    const struct check_line *line, enum verb reversed)
{
    if (op->verb == VERB_DRAWER_OPEN)
        return open_drawer(check, &op->as.drawer_open.drawer);
    if (op->verb == VERB_DRAWER_COUNT)
        return count_drawer(check, &op->as.drawer_count.drawer,
            op->as.drawer_count.pieces, line, false);
    if (op->verb == VERB_DRAWER_CLOSE)
        return count_drawer(check, &op->as.drawer_close.drawer,
            op->as.drawer_close.pieces, line, true);
    return add_cash(check, line, at_counter(op->verb),
        op->verb == VERB_REVERSE && at_counter(reversed),
        borrower_of(check, op, reversed));
}

int check_cash_end(struct check *check)
{
    const struct tally *tally;
    uint64_t drawers = 0;
    uint64_t limits = 0;
    size_t place = 0;

    while ((tally = tally_next(&check->tallies, &place)) != NULL) {
        drawers += tally->key.table == TABLE_DRAWER && tally->sum != 0;
        limits += tally->key.table == TABLE_LIMIT;
    }
    if (check_record_count(
            check, TABLE_DRAWER, "open drawers", one_drawer, drawers) != 0 ||
        check_record_count(
            check, TABLE_LIMIT, "limits", one_limit, limits) != 0)
        return -1;
    return check_totals(check);
}
