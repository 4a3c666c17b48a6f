#include "check_inside.h"

#include <inttypes.h>

#define ENTRY "entry %" PRIu64

/* ---- one posting ---- */

/* The n-th posting of an account must be reference n of its history. */
static int check_history(struct check *check, const struct account_id *id,
    const struct account *before, uint32_t line)
{
    struct history_block block;
    size_t place = (size_t)(before->postings % HISTORY_BLOCK);
    char name[CHECK_NAME_MAX];

    if (!history_load(check->state, id,
            (uint32_t)(before->postings / HISTORY_BLOCK), &block) ||
        place >= block.count ||
        block.list[place].entry != check->entry.index ||
        block.list[place].line != line)
        return check_fail(check,
            "the history of account %s does not have " ENTRY
            " as posting %" PRIu64,
            check_name(check, id, name), check->entry.index,
            before->postings);
    if (place == 0 && (block.debits != before->debits ||
                          block.credits != before->credits))
        return check_fail(check,
            "a block of the history of account %s begins with other sums "
            "than its account had at " ENTRY,
            check_name(check, id, name), check->entry.index);
    check->references++;
    return 0;
}

int check_post(struct check *check, const struct check_posting *posting,
    uint32_t line)
{
    enum role role = account_id_role(&posting->id);
    struct account_id control = account_id_control(&posting->id);
    struct tally_key key = tally_key_account(&posting->id);
    struct tally_key control_key = tally_key_account(&control);
    struct tally *tally;
    char name[CHECK_NAME_MAX];

    if (account_earns(&posting->id) && check_earn(check, &posting->id) != 0)
        return -1;
    tally = tally_get(&check->tallies, &key);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (check_history(check, &posting->id, &tally->account, line) != 0)
        return -1;
    if (account_earns(&posting->id) && tally->account.postings == 0)
        tally->account.active =
            check->books[account_id_book(&posting->id)].date;
    if (!account_post(&tally->account, posting->minor, check->entry.index))
        return check_fail(check, "account %s overflows at " ENTRY,
            check_name(check, &posting->id, name), check->entry.index);
    if (account_balance(&tally->account, role) < 0 &&
        !(role_row(role)->flags & ROLE_BELOW))
        return check_fail(check, "account %s is below zero after " ENTRY,
            check_name(check, &posting->id, name), check->entry.index);
    tally = tally_get(&check->tallies, &control_key);
    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (!account_post(&tally->account, posting->minor, check->entry.index))
        return check_fail(check, "total %s overflows at " ENTRY,
            check_name(check, &control, name), check->entry.index);
    return 0;
}

/* ---- one line's postings ---- */

static int add_sum(
    struct check *check, const struct tally_key *key, int64_t minor)
{
    struct tally *tally = tally_get(&check->tallies, key);

    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (!minor_add(tally->sum, minor, &tally->sum) || tally->sum < 0)
        return check_fail(check,
            ENTRY " takes more out of a pool than was put in",
            check->entry.index);
    return 0;
}

/* Of a term share only the principal is the signer's to move. */
static bool by_rule(const struct check *check, const struct account_id *id)
{
    return check->operation.verb == VERB_TERM_CLOSE &&
        account_id_role(id) != ROLE_SHARE_TERM;
}

/* What a key with daily limits moved, on the date of the first book. */
static int add_usage(struct check *check, const struct check_line *line)
{
    const struct amounts *daily = &check->signer.daily;

    if (check->operation.verb == VERB_DRAWER_CLOSE)
        return 0; /* the difference is nobody's order */
    for (size_t i = 0; i < daily->count && line->count > 0; i++) {
        enum currency currency = daily->list[i].currency;
        uint8_t book = account_id_book(&line->list[0].id);
        struct tally_key key = tally_key_usage(
            check->signer.number, currency, check->books[book].date);
        int64_t sum = 0;

        for (size_t k = 0; k < line->count; k++)
            if (line->list[k].minor > 0 &&
                role_row(account_id_role(&line->list[k].id))->class !=
                    CLASS_MEMO &&
                account_id_currency(&line->list[k].id) == currency &&
                !by_rule(check, &line->list[k].id))
                sum += line->list[k].minor;
        if (sum != 0 && add_sum(check, &key, sum) != 0)
            return -1;
    }
    return 0;
}

static int post_line(
    struct check *check, const struct check_line *line, uint32_t number)
{
    if (check_line_balanced(check, line) != 0)
        return -1;
    for (size_t i = 0; i < line->count; i++)
        if ((check->comparing &&
                check_proposal_posting(check, &line->list[i]) != 0) ||
            check_post(check, &line->list[i], number) != 0)
            return -1;
    if (line->staked) {
        struct tally_key key = tally_key_stake(
            line->pool, line->contributor, line->stake.currency);

        if (add_sum(check, &key, line->stake.minor) != 0 ||
            check_notice_take(check, line) != 0)
            return -1;
    }
    return add_usage(check, line);
}

/* ---- holds ---- */

/* A hold makes the accounts that it touches, if there are none yet. */
int check_touch(struct check *check, const struct account_id *id)
{
    struct account_id control = account_id_control(id);
    struct tally_key key = tally_key_account(id);
    struct tally_key control_key = tally_key_account(&control);

    if (tally_get(&check->tallies, &key) == NULL ||
        tally_get(&check->tallies, &control_key) == NULL)
        return check_fail(check, "out of memory");
    return 0;
}

static int place_hold(struct check *check, const struct hold_fields *f)
{
    struct tally_key key = tally_key_hold(check->entry.index);
    struct tally *tally = tally_get(&check->tallies, &key);
    struct account_id from;
    struct account_id to;
    struct hold hold;

    if (tally == NULL)
        return check_fail(check, "out of memory");
    tally->phase = HOLD_OPEN;
    tally->sum = f->amount.minor;
    if (check_account_id(check, &f->from, &from) != 0 ||
        check_account_id(check, &f->to, &to) != 0 ||
        check_touch(check, &from) != 0 || check_touch(check, &to) != 0)
        return -1;
    if (!record_find_hold(check->state, check->entry.index, &hold) ||
        !account_id_equal(&hold.from, &from) ||
        !account_id_equal(&hold.to, &to) ||
        hold.placed != f->amount.minor || hold.until.ms != f->until.ms ||
        hold.purpose != f->purpose || hold.key != check->signer.number)
        return check_fail(check,
            "hold %" PRIu64 " is not as its entry placed it",
            check->entry.index);
    return 0;
}

/* Take from a hold that must be open; the rest ends in that phase unless
 * it is HOLD_OPEN. */
static int take_hold(struct check *check, uint64_t index, int64_t minor,
    enum hold_phase rest)
{
    struct tally_key key = tally_key_hold(index);
    struct tally *tally = tally_get(&check->tallies, &key);

    if (tally == NULL)
        return check_fail(check, "out of memory");
    if (tally->phase != HOLD_OPEN || minor > tally->sum)
        return check_fail(check,
            ENTRY " takes what hold %" PRIu64 " does not have",
            check->entry.index, index);
    tally->sum -= minor;
    if (rest != HOLD_OPEN)
        tally->sum = 0;
    tally->phase = tally->sum == 0 && rest == HOLD_OPEN ? HOLD_CAPTURED : rest;
    return 0;
}

static int capture_hold(struct check *check, const struct capture_fields *f)
{
    const struct check_posting *list = check->line.list;
    struct hold hold;

    if (!record_find_hold(check->state, f->hold, &hold) ||
        check->line.count != 2 ||
        !account_id_equal(&list[0].id, &hold.from) ||
        !account_id_equal(&list[1].id, &hold.to) ||
        list[0].minor != f->amount.minor)
        return check_fail(check,
            ENTRY " does not post what hold %" PRIu64 " was for",
            check->entry.index, f->hold);
    return take_hold(check, f->hold, f->amount.minor,
        f->rest == REMAINDER_KEEP ? HOLD_OPEN : HOLD_CAPTURED);
}

/* ---- reversals ---- */

/* The line of that number, from 1, decoded.  False if there is none. */
static bool decode_body_line(struct check *check, struct bytes body,
    uint64_t number, struct operation *op)
{
    struct bytes line = bytes_of(NULL, 0);

    for (uint64_t i = 0; i < number; i++)
        if (!bytes_next_line(&body, &line))
            return false;
    return check->ledger->archive.decode(op, line, true);
}

/* The line and body that an entry carries out in the place of its own. */
static int find_carried(struct check *check, struct entry *entry)
{
    struct entry proposed;
    uint64_t proposal;

    if (!entry_carries_out(entry, &proposal))
        return 0;
    buffer_clear(&check->carried_bytes);
    if (proposal >= entry->index ||
        ledger_entry(check->ledger, proposal, &check->carried_bytes,
            &proposed) != 0)
        return check_fail(check, ENTRY " reverses what is not there",
            check->entry.index);
    entry->line = proposed.line;
    entry->body = proposed.body;
    return 0;
}

/* Read what the entry or line to reverse posted into check->other. */
static int read_reversed(struct check *check, const struct reverse_fields *f,
    uint32_t line)
{
    struct operation op;
    struct entry entry;
    bool decoded;

    buffer_clear(&check->other_bytes);
    if (f->entry >= check->entry.index ||
        ledger_entry(check->ledger, f->entry, &check->other_bytes, &entry) !=
            0)
        return check_fail(check, ENTRY " reverses what is not there",
            check->entry.index);
    if (find_carried(check, &entry) != 0)
        return -1;
    decoded = line == 0
        ? check->ledger->archive.decode(&op, entry.line, false)
        : decode_body_line(check, entry.body, line, &op);
    if (!decoded)
        return check_fail(check, ENTRY " reverses what cannot be decoded",
            check->entry.index);
    check->other_verb = op.verb;
    check->other_loan = op.verb == VERB_LOAN_REPAY ? op.as.loan_repay.loan
        : op.verb == VERB_LOAN_RECOVER ? op.as.loan_recover.loan
                                       : 0;
    if (operation_row(op.verb)->flags & FLAG_LITERAL)
        return check_line_read(check, &op, &check->other);
    if (check_line_effects(check, entry.effects, &check->other) != 0)
        return -1;
    return check_member_stake(check, &op, &check->other);
}

static int reverse(struct check *check, const struct operation *op)
{
    const struct reverse_fields *f = &op->as.reverse;
    uint32_t line = OPERATION_HAS(op, reverse, line) ? (uint32_t)f->line : 0;
    uint64_t reversing;

    if (read_reversed(check, f, line) != 0)
        return -1;
    if (!check_line_opposite(&check->other, &check->line))
        return check_fail(check,
            ENTRY " does not post the opposite of what it reverses",
            check->entry.index);
    if (!record_find_reversal(check->state, f->entry, line, &reversing) ||
        reversing != check->entry.index)
        return check_fail(check, ENTRY " is not kept as a reversal",
            check->entry.index);
    check->reversals++;
    check->line.staked = check->other.staked;
    check->line.pool = check->other.pool;
    check->line.contributor = check->other.contributor;
    check->line.stake = check->other.stake;
    check->line.stake.minor = -check->other.stake.minor;
    check->line.noticed = check->other.noticed;
    check->line.notice = check->other.notice;
    return 0;
}

/* ---- batches ---- */

/* Skip to the next refused line among effects; its number, or 0. */
static uint64_t next_refused(struct bytes *effects)
{
    struct effect effect;
    bool malformed;

    while (entry_next_effect(effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE)
            return effect.number;
    return 0;
}

static int check_counts(
    struct check *check, uint64_t accepted, uint64_t refused)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_COUNTS && effect.number == accepted &&
            effect.refused == refused)
            return 0;
    return check_fail(check, ENTRY " miscounts its body's lines",
        check->entry.index);
}

static int batch(struct check *check)
{
    struct bytes body = check->entry.body;
    struct bytes effects = check->entry.effects;
    uint64_t refused_line = next_refused(&effects);
    uint64_t refused = 0;
    uint32_t number = 0;
    struct operation op;
    struct bytes line;

    while (bytes_next_line(&body, &line)) {
        number++;
        if (number == refused_line) {
            refused++;
            refused_line = next_refused(&effects);
            continue;
        }
        if (!check->ledger->archive.decode(&op, line, true))
            return check_fail(check,
                ENTRY " line %" PRIu32 " cannot be decoded",
                check->entry.index, number);
        if (check_line_read(check, &op, &check->line) != 0 ||
            check_party_line(check, line) != 0 ||
            check_cash_line(check, &op, &check->line, op.verb) != 0 ||
            check_member_line(check, &op, &check->line) != 0 ||
            post_line(check, &check->line, number) != 0)
            return -1;
    }
    return check_counts(check, number - refused, refused);
}

/* ---- the tree ---- */

/* Every full subtree that ends with this leaf. */
static int grow_tree(struct check *check)
{
    uint64_t number = check->tree.size;
    struct hash leaf = merkle_leaf(check->entry.leaf);
    struct hash node = leaf;

    for (unsigned height = 0;; height++, number >>= 1) {
        uint8_t memory[9];
        struct buffer key = buffer_over(memory, sizeof memory);
        struct bytes value;

        buffer_u8(&key, (uint8_t)height);
        buffer_be64(&key, number);
        if (state_get(
                check->state, TABLE_TREE, buffer_bytes(&key), &value)) {
            if (!bytes_equal(value, bytes_of(node.data, sizeof node.data)))
                return check_fail(check,
                    "the tree has another root of height %u at " ENTRY,
                    height, check->entry.index);
            check->tree_rows++;
        }
        if (!(number & 1))
            break;
        node = merkle_node(&check->tree.slot[height], &node);
    }
    merkle_append(&check->tree, &leaf);
    return 0;
}

/* ---- one entry ---- */

static int check_order(struct check *check)
{
    const struct operation *op = &check->operation;
    struct order_id_place place = { 0 };
    uint64_t index;

    if (!record_find_key(check->state, &op->by, &check->signer))
        return check_fail(check, ENTRY " is signed by a key without record",
            check->entry.index);
    if (!order_id_find(check->state, check->signer.number, &op->id, &place,
            &index) ||
        index != check->entry.index)
        return check_fail(check, "the id of " ENTRY " is not kept",
            check->entry.index);
    check->orders++;
    return 0;
}

static int end_by_time(struct check *check)
{
    struct bytes effects = check->entry.effects;
    struct effect effect;
    bool malformed;

    while (entry_next_effect(&effects, &effect, &malformed)) {
        struct hold hold;

        if (effect.kind == EFFECT_LAPSE &&
            check_proposal_lapse(check, effect.number) != 0)
            return -1;
        if (effect.kind != EFFECT_EXPIRE)
            continue;
        if (!record_find_hold(check->state, effect.number, &hold) ||
            hold.until.ms > check->entry.time.ms)
            return check_fail(check,
                ENTRY " lets hold %" PRIu64 " expire too early",
                check->entry.index, effect.number);
        if (take_hold(check, effect.number, 0, HOLD_EXPIRED) != 0)
            return -1;
    }
    return 0;
}

static bool is_literal(const struct operation *op)
{
    return operation_row(op->verb)->flags & FLAG_LITERAL;
}

static int decide(struct check *check)
{
    const struct operation *op = &check->operation;

    if (check_cash_effects(check) != 0)
        return -1;
    if (op->verb == VERB_BATCH)
        return batch(check);
    if (op->verb == VERB_MONTH_CLOSE || op->verb == VERB_YEAR_CLOSE)
        return check_cycle_close(check, op);
    if (op->verb == VERB_DAY_CLOSE)
        return check_term_day(check, op);
    if (is_literal(op)) {
        if (check_line_effects(
                check, check->entry.effects, &check->line) != 0)
            return -1;
        if (check->line.count != 0 && !check->carried)
            return check_fail(check,
                ENTRY " repeats what its line states", check->entry.index);
        if (check_line_read(check, op, &check->line) != 0)
            return -1;
    } else if (check_line_effects(
                   check, check->entry.effects, &check->line) != 0) {
        return -1;
    }
    if (op->verb == VERB_HOLD && place_hold(check, &op->as.hold) != 0)
        return -1;
    if (op->verb == VERB_CAPTURE &&
        capture_hold(check, &op->as.capture) != 0)
        return -1;
    if (op->verb == VERB_RELEASE &&
        take_hold(check, op->as.release.hold, 0, HOLD_RELEASED) != 0)
        return -1;
    if (op->verb == VERB_REVERSE && reverse(check, op) != 0)
        return -1;
    if (check_cash_line(check, op, &check->line, check->other_verb) != 0 ||
        check_member_line(check, op, &check->line) != 0 ||
        check_member_stake(check, op, &check->line) != 0 ||
        check_member_entry(check, op) != 0 ||
        check_succession_pay(check, op) != 0 ||
        post_line(check, &check->line, 0) != 0 ||
        check_cycle_entry(check, op) != 0 ||
        check_term_entry(check, op) != 0 ||
        check_notice_entry(check, op) != 0 ||
        check_project_entry(check, op) != 0 ||
        check_loan_entry(check, op, check->other_verb) != 0)
        return -1;
    if (check_party_line(check, check->entry.line) != 0)
        return -1;
    return check_key_line(check, check->entry.line);
}

int check_entry(struct check *check, uint64_t index)
{
    bool done;

    buffer_clear(&check->bytes);
    if (ledger_entry(check->ledger, index, &check->bytes, &check->entry) != 0)
        return check_fail(check, ENTRY " cannot be read: %s", index,
            ledger_failure(check->ledger)->text);
    if (check->entry.index != index ||
        check->entry.time.ms < check->time.ms)
        return check_fail(check, ENTRY " is out of order", index);
    check->time = check->entry.time;
    if (grow_tree(check) != 0)
        return -1;
    if (!check->ledger->archive.decode(
            &check->operation, check->entry.line, false) ||
        !check->operation.is_signed)
        return check_fail(check, ENTRY " cannot be decoded", index);
    if (index == 0 && check_party_founding(check) != 0)
        return -1;
    if (check_order(check) != 0 || end_by_time(check) != 0 ||
        check_proposal_line(check, &done) != 0)
        return -1;
    if (done)
        return 0;
    check->shown = check->entry.effects;
    check->comparing = check->carried &&
        (check->operation.verb == VERB_BATCH ||
            is_literal(&check->operation));
    if (decide(check) != 0)
        return -1;
    return check->comparing ? check_proposal_shown(check) : 0;
}
