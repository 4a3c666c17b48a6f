#include "entry.h"

#include <posito/encoding.h>

#include <string.h>

#define EFFECTS_LINE "+ effects "
#define EFFECT_LINES_MAX UINT64_C(999999999)
#define PERCENT_MAX UINT64_C(999999999999)

/* ---- lines ---- */

static bool is_effect(struct bytes at)
{
    return bytes_start_with(at, "+ ") || bytes_start_with(at, "- ");
}

#define BLOCK 32 /* bytes that are looked at side by side */

static uint8_t is_foreign(uint8_t byte)
{
    return (uint8_t)((uint8_t)(byte - 0x20) > 0x5e) &
        (uint8_t)(byte != '\n');
}

/* Only 0x20 to 0x7E and LF. */
static bool is_text(struct bytes text)
{
    uint8_t foreign = 0;
    size_t i = 0;
    for (; text.length - i >= BLOCK; i += BLOCK)
        for (size_t j = 0; j < BLOCK; j++)
            foreign |= is_foreign(text.data[i + j]);
    for (; i < text.length; i++)
        foreign |= is_foreign(text.data[i]);
    return foreign == 0;
}

/* What was read of *from once the cursor stands at *to. */
static struct bytes between(struct bytes from, struct bytes to)
{
    return bytes_of(from.data, from.length - to.length);
}

static bool take_prefix(struct bytes *rest, const char *prefix)
{
    if (!bytes_start_with(*rest, prefix))
        return false;
    size_t length = strlen(prefix);
    *rest = bytes_of(rest->data + length, rest->length - length);
    return true;
}

/* Take what stands before the next space; *rest follows the space. */
static bool take_word(struct bytes *rest, struct bytes *word)
{
    const uint8_t *space =
        rest->length == 0 ? NULL : memchr(rest->data, ' ', rest->length);
    if (space == NULL)
        return false;
    size_t length = (size_t)(space - rest->data);
    *word = bytes_of(rest->data, length);
    *rest = bytes_of(space + 1, rest->length - length - 1);
    return true;
}

/* The value of a key, given as " key=", among a line's fields. */
static bool find_value(
    struct bytes line, const char *key, struct bytes *value)
{
    size_t key_length = strlen(key);
    const uint8_t *found =
        memmem(line.data, line.length, key, key_length);
    if (found == NULL)
        return false;
    const uint8_t *from = found + key_length;
    size_t left = line.length - (size_t)(from - line.data);
    const uint8_t *space = left == 0 ? NULL : memchr(from, ' ', left);
    *value = bytes_of(from, space == NULL ? left : (size_t)(space - from));
    return true;
}

/* ---- splitting ---- */

/* Lines after the leaf to which it is committed. */
struct attached {
    bool present;
    uint64_t lines;
    struct hash root;
};

static bool parse_head(struct bytes line, struct entry *entry)
{
    struct bytes index;
    struct bytes time;
    return take_word(&line, &index) && take_word(&line, &time) &&
        bytes_decimal(index, UINT64_MAX, &entry->index) &&
        instant_parse(time, &entry->time) &&
        date_parse(line, &entry->date);
}

/* What the signed line says about a body; false if it is not a line that
 * can be in a journal. */
static bool parse_signed(struct bytes line, struct attached *body)
{
    struct bytes name = line;
    struct bytes rest = line;
    struct bytes value;
    enum verb verb;
    if (line.length >= LINE_LENGTH_MAX)
        return false;
    if (take_word(&rest, &value))
        name = value;
    if (!verb_parse(name, &verb))
        return false;
    const struct operation_row *row = operation_row(verb);
    if (row->class != CLASS_OF_SIGNED)
        return false;
    body->present = (row->flags & FLAG_HAS_BODY) != 0;
    if (!body->present)
        return true;
    return find_value(line, " lines=", &value) &&
        bytes_decimal(value, BODY_LINES_MAX, &body->lines) &&
        find_value(line, " root=", &value) &&
        base64_decode(value, body->root.data, sizeof body->root.data);
}

/* "+ effects lines=N root=HASH" */
static bool parse_effects_line(struct bytes line, struct attached *effects)
{
    struct bytes word;
    effects->present = true;
    return take_prefix(&line, EFFECTS_LINE) && take_prefix(&line, "lines=") &&
        take_word(&line, &word) &&
        bytes_decimal(word, EFFECT_LINES_MAX, &effects->lines) &&
        take_prefix(&line, "root=") &&
        base64_decode(line, effects->root.data, sizeof effects->root.data);
}

/* Take the lines that are attached; empty if there are none. */
static bool take_attached(struct bytes *rest, const struct attached *attached,
    bool check_root, struct bytes *lines)
{
    struct bytes from = *rest;
    struct bytes line;
    uint64_t count = attached->present ? attached->lines : 0;
    for (uint64_t i = 0; i < count; i++) {
        if (!bytes_next_line(rest, &line))
            return false;
    }
    *lines = between(from, *rest);
    if (!attached->present || !check_root)
        return true;
    struct hash root = merkle_root_of_lines(*lines);
    return hash_equal(&root, &attached->root);
}

static bool all_effects(struct bytes lines)
{
    struct bytes line;
    if (!is_text(lines))
        return false;
    while (bytes_next_line(&lines, &line)) {
        if (!is_effect(line))
            return false;
    }
    return lines.length == 0;
}

/* Whether the effects have to stand after the body. */
static bool effects_outside(struct bytes body, struct bytes effects)
{
    return effects.length > ENTRY_EFFECTS_IN_LEAF_MAX || is_effect(body);
}

/* The effect lines of the leaf, or the one line that stands for them. */
static bool take_leaf_effects(
    struct bytes *rest, struct entry *entry, struct attached *effects)
{
    struct bytes from = *rest;
    struct bytes line;
    if (bytes_start_with(*rest, EFFECTS_LINE))
        return bytes_next_line(rest, &line) &&
            parse_effects_line(line, effects);
    while (is_effect(*rest)) {
        if (!bytes_next_line(rest, &line))
            return false;
    }
    entry->effects = between(from, *rest);
    return true;
}

static bool entry_split(
    struct bytes *rest, struct entry *entry, bool check_roots)
{
    struct bytes at = *rest;
    struct bytes head;
    struct attached body = {.present = false};
    struct attached effects = {.present = false};
    memset(entry, 0, sizeof *entry);
    if (!bytes_next_line(&at, &head) || !parse_head(head, entry) ||
        !bytes_next_line(&at, &entry->line) ||
        !parse_signed(entry->line, &body) ||
        !take_leaf_effects(&at, entry, &effects))
        return false;
    entry->leaf = between(*rest, at);
    if (entry->leaf.length > ENTRY_LEAF_MAX || !is_text(entry->leaf))
        return false;

    if (!take_attached(&at, &body, check_roots, &entry->body) ||
        entry->body.length > BODY_BYTES_MAX)
        return false;
    if (effects.present &&
        (!take_attached(&at, &effects, check_roots, &entry->effects) ||
            !all_effects(entry->effects)))
        return false;
    if (effects.present != effects_outside(entry->body, entry->effects))
        return false;
    entry->all = between(*rest, at);
    *rest = at;
    return true;
}

bool entry_next(struct bytes *rest, struct entry *entry)
{
    return entry_split(rest, entry, true);
}

bool entry_skip(struct bytes *rest, struct entry *entry)
{
    return entry_split(rest, entry, false);
}

/* ---- joining ---- */

static void append_effects_line(struct buffer *out, struct bytes effects)
{
    struct hash root = merkle_root_of_lines(effects);
    struct bytes rest = effects;
    struct bytes line;
    uint64_t lines = 0;
    while (bytes_next_line(&rest, &line))
        lines++;
    buffer_text(out, EFFECTS_LINE "lines=");
    buffer_decimal(out, lines);
    buffer_text(out, " root=");
    base64_append(out, bytes_of(root.data, sizeof root.data));
    buffer_char(out, '\n');
}

void entry_append(struct buffer *out, uint64_t index, struct instant time,
    struct date date, struct bytes line, struct bytes body,
    struct bytes effects, size_t *leaf_length)
{
    size_t start = out->length;
    bool outside = effects_outside(body, effects);
    buffer_decimal(out, index);
    buffer_char(out, ' ');
    instant_append(out, time);
    buffer_char(out, ' ');
    date_append(out, date);
    buffer_char(out, '\n');
    buffer_append(out, line);
    buffer_char(out, '\n');
    if (outside)
        append_effects_line(out, effects);
    else
        buffer_append(out, effects);
    *leaf_length = out->length - start;
    buffer_append(out, body);
    if (outside)
        buffer_append(out, effects);
}

/* ---- effects ---- */

static bool parse_number_field(
    struct bytes text, const char *key, uint64_t *number)
{
    return take_prefix(&text, key) && bytes_decimal(text, NUMBER_MAX, number);
}

static bool parse_posting(struct bytes line, struct effect *effect)
{
    struct bytes name;
    struct amount amount;
    effect->kind = EFFECT_POSTING;
    if (!take_word(&line, &name) ||
        !account_name_parse(name, &effect->account) ||
        amount_parse_digits(line, effect->account.currency, &amount) !=
            AMOUNT_SPELLED)
        return false;
    effect->minor = amount.minor;
    return amount.minor != 0;
}

static bool parse_counts(struct bytes line, struct effect *effect)
{
    struct bytes word;
    effect->kind = EFFECT_COUNTS;
    return take_word(&line, &word) &&
        parse_number_field(word, "accepted=", &effect->number) &&
        parse_number_field(line, "refused=", &effect->refused);
}

static bool parse_refused(struct bytes line, struct effect *effect)
{
    struct bytes number;
    effect->kind = EFFECT_REFUSED_LINE;
    return take_word(&line, &number) &&
        bytes_decimal(number, BODY_LINES_MAX, &effect->number) &&
        effect->number > 0 && status_parse(line, &effect->status) &&
        effect->status != STATUS_ACCEPTED;
}

/* "proposal until=TIME need=N" without its first word */
static bool parse_proposal(struct bytes line, struct effect *effect)
{
    struct bytes word;
    effect->kind = EFFECT_PROPOSAL;
    return take_word(&line, &word) && take_prefix(&word, "until=") &&
        instant_parse(word, &effect->until) &&
        parse_number_field(line, "need=", &effect->need);
}

/* "approval proposal=N need=N have=N" without its first word */
static bool parse_approval(struct bytes line, struct effect *effect)
{
    struct bytes proposal;
    struct bytes need;
    effect->kind = EFFECT_APPROVAL;
    return take_word(&line, &proposal) && take_word(&line, &need) &&
        parse_number_field(proposal, "proposal=", &effect->number) &&
        parse_number_field(need, "need=", &effect->need) &&
        parse_number_field(line, "have=", &effect->have);
}

static bool parse_of_proposal(
    struct bytes line, enum effect_kind kind, struct effect *effect)
{
    effect->kind = kind;
    return parse_number_field(line, "proposal=", &effect->number);
}

/* "report party=NAME direction=in|out date=DATE total=AMOUNT" without its
 * first word */
static bool parse_report(struct bytes line, struct effect *effect)
{
    struct bytes party;
    struct bytes direction;
    struct bytes date;
    effect->kind = EFFECT_REPORT;
    if (!take_word(&line, &party) || !take_prefix(&party, "party=") ||
        !ident_parse(party, &effect->party) ||
        !take_word(&line, &direction) ||
        !take_prefix(&direction, "direction=") || !take_word(&line, &date) ||
        !take_prefix(&date, "date=") || !date_parse(date, &effect->date) ||
        !take_prefix(&line, "total="))
        return false;
    effect->in = bytes_equal_text(direction, "in");
    return (effect->in || bytes_equal_text(direction, "out")) &&
        amount_parse(line, &effect->total) == AMOUNT_SPELLED;
}

/* "counted AMOUNT expected AMOUNT" without its first word */
static bool parse_counted(struct bytes line, struct effect *effect)
{
    struct bytes counted;
    effect->kind = EFFECT_COUNTED;
    return take_word(&line, &counted) &&
        amount_parse(counted, &effect->total) == AMOUNT_SPELLED &&
        take_prefix(&line, "expected ") &&
        amount_parse(line, &effect->expected) == AMOUNT_SPELLED &&
        effect->expected.currency == effect->total.currency;
}

/* A percentage with that many digits after the point, none of them left
 * out, as a whole number of the last one. */
static bool parse_percent(
    struct bytes text, unsigned digits, uint64_t *number)
{
    struct bytes whole = text;
    struct bytes rest;
    uint64_t part = 0;
    uint64_t scale = 1;

    if (text.length < digits + 2 ||
        text.data[text.length - digits - 1] != '.')
        return false;
    whole.length = text.length - digits - 1;
    rest = bytes_after(text, whole.length + 1);
    if (!bytes_decimal(whole, PERCENT_MAX, number))
        return false;
    for (size_t i = 0; i < rest.length; i++) {
        if (rest.data[i] < '0' || rest.data[i] > '9')
            return false;
        part = part * 10 + (uint64_t)(rest.data[i] - '0');
        scale *= 10;
    }
    *number = *number * scale + part;
    return true;
}

static bool parse_money_field(
    struct bytes text, const char *key, struct amount *amount)
{
    return take_prefix(&text, key) &&
        amount_parse(text, amount) == AMOUNT_SPELLED;
}

/* "disclosure apr= cat= finance= total= schedule=" without its first word */
static bool parse_disclosure(struct bytes line, struct effect *effect)
{
    struct bytes apr;
    struct bytes cat;
    struct bytes finance;
    struct bytes total;

    effect->kind = EFFECT_DISCLOSURE;
    return take_word(&line, &apr) && take_prefix(&apr, "apr=") &&
        parse_percent(apr, 2, &effect->apr) && take_word(&line, &cat) &&
        take_prefix(&cat, "cat=") && parse_percent(cat, 1, &effect->cat) &&
        take_word(&line, &finance) &&
        parse_money_field(finance, "finance=", &effect->finance) &&
        take_word(&line, &total) &&
        parse_money_field(total, "total=", &effect->total) &&
        take_prefix(&line, "schedule=") &&
        base64_decode(
            line, effect->schedule.data, sizeof effect->schedule.data);
}

/* The last word of "pledge N WORD"; NULL of other kinds. */
static const char *pledge_word(enum effect_kind kind)
{
    if (kind == EFFECT_PLEDGE_WAITING)
        return "waiting";
    if (kind == EFFECT_PLEDGE_OUT)
        return "out";
    if (kind == EFFECT_PLEDGE_LAPSED)
        return "lapsed";
    return kind == EFFECT_PLEDGE_OPEN ? "open" : NULL;
}

/* "pledge N WORD" without its first word */
static bool parse_pledge(struct bytes line, struct effect *effect)
{
    static const enum effect_kind kinds[] = { EFFECT_PLEDGE_WAITING,
        EFFECT_PLEDGE_OUT, EFFECT_PLEDGE_LAPSED, EFFECT_PLEDGE_OPEN };
    struct bytes number;
    if (!take_word(&line, &number) ||
        !bytes_decimal(number, NUMBER_MAX, &effect->number))
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        effect->kind = kinds[i];
        if (bytes_equal_text(line, pledge_word(kinds[i])))
            return true;
    }
    return false;
}

static bool parse_effect(struct bytes line, struct effect *effect)
{
    if (take_prefix(&line, "- "))
        return parse_refused(line, effect);
    if (!take_prefix(&line, "+ "))
        return false;
    if (bytes_start_with(line, "accepted="))
        return parse_counts(line, effect);
    if (take_prefix(&line, "expire ")) {
        effect->kind = EFFECT_EXPIRE;
        return parse_number_field(line, "hold=", &effect->number);
    }
    if (take_prefix(&line, "lapse "))
        return parse_of_proposal(line, EFFECT_LAPSE, effect);
    if (take_prefix(&line, "effect "))
        return parse_of_proposal(line, EFFECT_CARRIED_OUT, effect);
    if (take_prefix(&line, "proposal "))
        return parse_proposal(line, effect);
    if (take_prefix(&line, "approval "))
        return parse_approval(line, effect);
    if (take_prefix(&line, "report "))
        return parse_report(line, effect);
    if (take_prefix(&line, "pledge "))
        return parse_pledge(line, effect);
    if (take_prefix(&line, "counted "))
        return parse_counted(line, effect);
    if (take_prefix(&line, "disclosure "))
        return parse_disclosure(line, effect);
    return parse_posting(line, effect);
}

bool entry_next_effect(
    struct bytes *effects, struct effect *effect, bool *malformed)
{
    struct bytes rest = *effects;
    struct bytes line;
    *malformed = false;
    memset(effect, 0, sizeof *effect);
    if (rest.length == 0)
        return false;
    if (!bytes_next_line(&rest, &line) || !parse_effect(line, effect)) {
        *malformed = true;
        return false;
    }
    *effects = rest;
    return true;
}

/* The first effect that is not the end of something by time. */
static bool first_effect(struct bytes effects, struct effect *effect)
{
    bool malformed;
    while (entry_next_effect(&effects, effect, &malformed))
        if (effect->kind != EFFECT_EXPIRE && effect->kind != EFFECT_LAPSE)
            return true;
    return false;
}

bool entry_waits(const struct entry *entry)
{
    struct effect effect;
    return first_effect(entry->effects, &effect) &&
        effect.kind == EFFECT_PROPOSAL;
}

bool entry_carries_out(const struct entry *entry, uint64_t *proposal)
{
    struct effect effect;
    if (!bytes_start_with(entry->line, "approve ") ||
        !first_effect(entry->effects, &effect) ||
        effect.kind != EFFECT_CARRIED_OUT)
        return false;
    *proposal = effect.number;
    return true;
}

void entry_append_posting(
    struct buffer *effects, const struct account_name *account, int64_t minor)
{
    struct amount amount = {minor, account->currency};
    buffer_text(effects, "+ ");
    account_name_append(effects, account);
    buffer_char(effects, ' ');
    amount_append_digits(effects, amount);
    buffer_char(effects, '\n');
}

void entry_append_expire(struct buffer *effects, uint64_t hold)
{
    buffer_text(effects, "+ expire hold=");
    buffer_decimal(effects, hold);
    buffer_char(effects, '\n');
}

void entry_append_lapse(struct buffer *effects, uint64_t proposal)
{
    buffer_text(effects, "+ lapse proposal=");
    buffer_decimal(effects, proposal);
    buffer_char(effects, '\n');
}

void entry_append_proposal(
    struct buffer *effects, struct instant until, uint64_t need)
{
    buffer_text(effects, "+ proposal until=");
    instant_append(effects, until);
    buffer_text(effects, " need=");
    buffer_decimal(effects, need);
    buffer_char(effects, '\n');
}

void entry_append_approval(struct buffer *effects, uint64_t proposal,
    uint64_t need, uint64_t have)
{
    buffer_text(effects, "+ approval proposal=");
    buffer_decimal(effects, proposal);
    buffer_text(effects, " need=");
    buffer_decimal(effects, need);
    buffer_text(effects, " have=");
    buffer_decimal(effects, have);
    buffer_char(effects, '\n');
}

void entry_append_carried_out(struct buffer *effects, uint64_t proposal)
{
    buffer_text(effects, "+ effect proposal=");
    buffer_decimal(effects, proposal);
    buffer_char(effects, '\n');
}

void entry_append_report(struct buffer *effects, const struct ident *party,
    bool in, struct date date, struct amount total)
{
    buffer_text(effects, "+ report party=");
    buffer_append(effects, ident_bytes(party));
    buffer_text(effects, in ? " direction=in date=" : " direction=out date=");
    date_append(effects, date);
    buffer_text(effects, " total=");
    amount_append(effects, total);
    buffer_char(effects, '\n');
}

void entry_append_pledge(
    struct buffer *effects, uint64_t pledge, enum effect_kind kind)
{
    buffer_text(effects, "+ pledge ");
    buffer_decimal(effects, pledge);
    buffer_char(effects, ' ');
    buffer_text(effects, pledge_word(kind));
    buffer_char(effects, '\n');
}

void entry_append_counted(
    struct buffer *effects, struct amount counted, int64_t expected)
{
    buffer_text(effects, "+ counted ");
    amount_append(effects, counted);
    buffer_text(effects, " expected ");
    counted.minor = expected;
    amount_append(effects, counted);
    buffer_char(effects, '\n');
}

static void append_percent(
    struct buffer *out, uint64_t number, unsigned digits)
{
    uint64_t scale = digits == 2 ? 100 : 10;

    buffer_decimal(out, number / scale);
    buffer_char(out, '.');
    for (; scale > 1; scale /= 10)
        buffer_char(out, (char)('0' + number % scale / (scale / 10)));
}

void entry_append_disclosure(struct buffer *effects, uint64_t apr,
    uint64_t cat, struct amount finance, struct amount total,
    const struct hash *schedule)
{
    buffer_text(effects, "+ disclosure apr=");
    append_percent(effects, apr, 2);
    buffer_text(effects, " cat=");
    append_percent(effects, cat, 1);
    buffer_text(effects, " finance=");
    amount_append(effects, finance);
    buffer_text(effects, " total=");
    amount_append(effects, total);
    buffer_text(effects, " schedule=");
    base64_append(effects, bytes_of(schedule->data, sizeof schedule->data));
    buffer_char(effects, '\n');
}

void entry_append_counts(
    struct buffer *effects, uint64_t accepted, uint64_t refused)
{
    buffer_text(effects, "+ accepted=");
    buffer_decimal(effects, accepted);
    buffer_text(effects, " refused=");
    buffer_decimal(effects, refused);
    buffer_char(effects, '\n');
}

void entry_append_refused(
    struct buffer *effects, uint64_t line, enum status status)
{
    buffer_text(effects, "- ");
    buffer_decimal(effects, line);
    buffer_char(effects, ' ');
    buffer_text(effects, status_name(status));
    buffer_char(effects, '\n');
}
