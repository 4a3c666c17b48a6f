#include "scenario_inside.h"

#include "../protocol/sign.h"

#include "../ledger/entry.h"

#include <posito/encoding.h>

#include <stdio.h>
#include <string.h>

#define TEXT(view) (int)(view).length, (const char *)(view).data

/* Of the clock after each line that is sent. */
#define STEP_MS 1000

/* ---- what the answer should be ---- */

struct expected {
    unsigned number; /* of the line in the file */
    enum status status;
    struct bytes field;
    struct bytes label;
    bool repeated;
    bool has_line;
    uint64_t line; /* of a body */
    enum status line_status;
    bool has_date;
    struct date date;
    bool counted;
    uint64_t accepted;
    uint64_t refused;
};

static bool take_number(struct bytes word, const char *key, uint64_t *out)
{
    return bytes_start_with(word, key) &&
        bytes_decimal(bytes_after(word, strlen(key)), UINT64_MAX, out);
}

/* One word after the status. */
static bool read_word(
    struct bytes word, struct bytes *rest, struct expected *e)
{
    if (bytes_equal_text(word, "as")) {
        e->label = scenario_word(rest);
        return e->label.length > 0;
    }
    if (bytes_equal_text(word, "repeated")) {
        e->repeated = true;
        return true;
    }
    if (take_number(word, "line=", &e->line)) {
        e->has_line = true;
        return status_parse(scenario_word(rest), &e->line_status);
    }
    if (take_number(word, "accepted=", &e->accepted) ||
        take_number(word, "refused=", &e->refused)) {
        e->counted = true;
        return true;
    }
    if (bytes_start_with(word, "date=")) {
        e->has_date = true;
        return date_parse(bytes_after(word, 5), &e->date);
    }
    if (e->status == STATUS_ACCEPTED || e->field.length > 0)
        return false;
    e->field = word;
    return true;
}

static bool read_expected(struct scenario *s, struct expected *e)
{
    const struct scenario_line *line = scenario_answer(s);
    struct bytes rest;
    struct bytes word;

    if (line == NULL)
        return false;
    *e = (struct expected){ .number = line->number };
    rest = line->text;
    if (!status_parse(scenario_word(&rest), &e->status))
        return scenario_fail(s, line->number, "there is no such status");
    while (word = scenario_word(&rest), word.length > 0)
        if (!read_word(word, &rest, e))
            return scenario_fail(
                s, line->number, "not understood: %.*s", TEXT(word));
    return true;
}

/* ---- what it is ---- */

static bool check_accepted(
    struct scenario *s, const struct expected *e, const struct decision *d)
{
    if (e->repeated != d->repeated)
        return scenario_fail(s, e->number, "the line is %s a repetition",
            d->repeated ? "" : "not");
    if (e->has_date && e->date.days != d->date.days)
        return scenario_fail(
            s, e->number, "it was accepted with another business date");
    if (e->counted &&
        (e->accepted != d->accepted || e->refused != d->refused))
        return scenario_fail(s, e->number, "accepted=%llu refused=%llu",
            (unsigned long long)d->accepted, (unsigned long long)d->refused);
    return true;
}

static bool check_decision(
    struct scenario *s, const struct expected *e, const struct decision *d)
{
    if (e->status != d->status || !bytes_equal(e->field, d->field) ||
        (e->has_line &&
            (e->line != d->line || e->line_status != d->line_status)))
        return scenario_fail(s, e->number,
            "the answer is %s %.*s (line %llu: %s)", status_name(d->status),
            TEXT(d->field), (unsigned long long)d->line,
            status_name(d->line_status));
    return d->status != STATUS_ACCEPTED || check_accepted(s, e, d);
}

static bool check_effects(struct scenario *s, const struct decision *d)
{
    for (size_t i = 0; i < s->step.count; i++)
        if (s->step.lines[i].mark == MARK_EFFECT)
            return scenario_compare(
                s, MARK_EFFECT, d->effects, "effect line");
    return true;
}

static void note_statuses(struct scenario *s, const struct decision *d)
{
    struct bytes effects = d->effects;
    struct effect effect;
    bool malformed = false;

    s->totals->status_seen[d->status] = true;
    if (d->line > 0)
        s->totals->status_seen[d->line_status] = true;
    while (entry_next_effect(&effects, &effect, &malformed))
        if (effect.kind == EFFECT_REFUSED_LINE)
            s->totals->status_seen[effect.status] = true;
}

/* ---- labels ---- */

static bool keep_label(struct scenario *s, const struct expected *e,
    struct bytes line, struct bytes body)
{
    struct scenario_label *label;

    if (e->label.length == 0)
        return true;
    if (scenario_find_label(s, e->label) != NULL ||
        s->label_count == SCENARIO_LABELS_MAX ||
        e->label.length >= sizeof label->name)
        return scenario_fail(s, e->number, "%.*s cannot be a new label",
            TEXT(e->label));
    label = &s->labels[s->label_count++];
    (void)snprintf(
        label->name, sizeof label->name, "%.*s", TEXT(e->label));
    label->index = s->fixture.decision.index;
    label->id = s->id;
    label->line = buffer_empty();
    label->body = buffer_empty();
    buffer_append(&label->line, line);
    buffer_append(&label->body, body);
    return true;
}

/* ---- sending ---- */

/* Send s->line and s->body as they are and see to all that follows. */
static bool decide(struct scenario *s, struct bytes line, struct bytes body)
{
    struct ledger_fixture *f = &s->fixture;
    struct hash before = ledger_fixture_snapshot(f);
    uint64_t size = ledger_size(f->ledger);
    const struct decision *d = &f->decision;
    struct expected e;
    struct hash after;
    bool grows;

    if (!read_expected(s, &e))
        return false;
    (void)ledger_fixture_again(f, line, body);
    f->clock.ms += STEP_MS;
    note_statuses(s, d);
    grows = d->status == STATUS_ACCEPTED && !d->repeated;
    after = ledger_fixture_snapshot(f);
    if (hash_equal(&before, &after) == grows ||
        (ledger_size(f->ledger) != size) != grows)
        return scenario_fail(s, e.number, "%s: the state %s",
            status_name(d->status), grows ? "is as before" : "has changed");
    return check_decision(s, &e, d) && check_effects(s, d) &&
        keep_label(s, &e, line, body);
}

/* ---- making lines ---- */

/* The step's lines of body; "* 50 LINE" is fifty of them. */
static bool make_body(struct scenario *s)
{
    buffer_clear(&s->body);
    for (size_t i = 0; i < s->step.count; i++) {
        const struct scenario_line *line = &s->step.lines[i];
        struct bytes text = line->text;
        uint64_t times = 1;

        if (line->mark != MARK_BODY)
            continue;
        if (scenario_take(&text, "*") &&
            !bytes_decimal(scenario_word(&text), 20000, &times))
            return scenario_fail(s, line->number, "how many times?");
        while (times-- > 0) {
            if (!scenario_expand(s, line->number, text, &s->body))
                return false;
            buffer_char(&s->body, '\n');
        }
    }
    return true;
}

static void append_root(struct scenario *s)
{
    struct bytes rest = buffer_bytes(&s->body);
    struct hash root = merkle_root_of_lines(rest);
    struct bytes line;
    uint64_t lines = 0;

    while (bytes_next_line(&rest, &line))
        lines++;
    buffer_format(
        &s->line, " lines=%llu root=", (unsigned long long)lines);
    base64_append(&s->line, bytes_of(root.data, sizeof root.data));
}

/* How a line is made other than well: in parentheses after the key. */
struct options {
    char signer[32];
    bool has_id;
    bool high_s;
    bool drop_line;
    bool no_signature;
    uint64_t cut;
};

static bool take_option(
    struct scenario *s, struct bytes option, struct options *out)
{
    const struct scenario_label *label;

    if (bytes_equal_text(option, "high s")) {
        out->high_s = true;
        return true;
    }
    if (bytes_equal_text(option, "last line dropped")) {
        out->drop_line = true;
        return true;
    }
    if (bytes_equal_text(option, "no signature")) {
        out->no_signature = true;
        return true;
    }
    if (scenario_take(&option, "cut"))
        return bytes_decimal(option, 200, &out->cut);
    if (scenario_take(&option, "signed") && scenario_take(&option, "by")) {
        (void)snprintf(
            out->signer, sizeof out->signer, "%.*s", TEXT(option));
        return true;
    }
    if (!scenario_take(&option, "id") || !scenario_take(&option, "of"))
        return false;
    label = scenario_find_label(s, option);
    if (label == NULL)
        return false;
    s->id = label->id;
    out->has_id = true;
    return true;
}

static bool take_options(
    struct scenario *s, struct bytes text, struct options *out)
{
    while (text.length > 0) {
        const uint8_t *end = memchr(text.data, ')', text.length);
        size_t length;

        if (text.data[0] != '(' || end == NULL)
            return scenario_fail(s, s->step.number, "what is %.*s?",
                TEXT(text));
        length = (size_t)(end - text.data);
        if (!take_option(s, bytes_of(text.data + 1, length - 1), out))
            return scenario_fail(s, s->step.number, "what is %.*s?",
                TEXT(text));
        text = bytes_after(text, length + 1);
        while (bytes_start_with(text, " "))
            text = bytes_after(text, 1);
    }
    return true;
}

static void new_id(struct scenario *s)
{
    uint8_t tail[10] = { 0 };

    s->next_id++;
    for (size_t i = 0; i < 8; i++)
        tail[9 - i] = (uint8_t)(s->next_id >> (8 * i));
    s->id = ulid_make((uint64_t)s->fixture.clock.ms, tail);
}

/* S + L in the place of S: the second spelling of the same signature. */
static void make_high(struct buffer *line)
{
    static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63,
        0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10 };
    uint8_t signature[64];
    unsigned carry = 0;
    size_t start = line->length - BASE64_LENGTH(sizeof signature);

    if (!base64_decode(bytes_of(line->data + start,
                           BASE64_LENGTH(sizeof signature)),
            signature, sizeof signature))
        return;
    for (size_t i = 0; i < sizeof order; i++) {
        carry += (unsigned)signature[32 + i] + order[i];
        signature[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    buffer_truncate(line, start);
    base64_append(line, bytes_of(signature, sizeof signature));
}

static void sign(
    struct scenario *s, struct bytes key, const struct options *options)
{
    struct secret_key secret = ledger_fixture_secret(options->signer);

    buffer_text(&s->line, " id=");
    ulid_append(&s->line, &s->id);
    buffer_format(&s->line, " by=%.*s", TEXT(key));
    if (options->no_signature)
        return;
    sign_order(&s->line, ledger_id(s->fixture.ledger), &secret);
    if (options->high_s)
        make_high(&s->line);
    buffer_truncate(&s->line, s->line.length - options->cut);
}

/* Without the last line of the body that was signed. */
static void drop_line(struct buffer *body)
{
    size_t length = body->length == 0 ? 0 : body->length - 1;

    while (length > 0 && body->data[length - 1] != '\n')
        length--;
    buffer_truncate(body, length);
}

bool scenario_send(struct scenario *s)
{
    struct bytes head = s->step.head;
    const uint8_t *colon = memmem(head.data, head.length, ": ", 2);
    struct options options = { .has_id = false };
    struct bytes left;
    struct bytes line;
    struct bytes key;

    if (colon == NULL)
        return scenario_fail(s, s->step.number, "not understood");
    left = bytes_of(head.data, (size_t)(colon - head.data));
    line = bytes_after(head, left.length + 2);
    key = scenario_word(&left);
    if (bytes_equal_text(left, "asks"))
        return scenario_ask(s, key, line);
    (void)snprintf(
        options.signer, sizeof options.signer, "%.*s", TEXT(key));
    new_id(s);
    buffer_clear(&s->line);
    if (!take_options(s, left, &options) || !make_body(s) ||
        !scenario_expand(s, s->step.number, line, &s->line))
        return false;
    if (bytes_start_with(line, "batch ") && s->body.length > 0)
        append_root(s);
    if (options.drop_line)
        drop_line(&s->body);
    sign(s, key, &options);
    return decide(s, buffer_bytes(&s->line), buffer_bytes(&s->body));
}

bool scenario_raw(struct scenario *s, struct bytes line)
{
    buffer_clear(&s->line);
    return make_body(s) &&
        scenario_expand(s, s->step.number, line, &s->line) &&
        decide(s, buffer_bytes(&s->line), buffer_bytes(&s->body));
}

bool scenario_again(struct scenario *s, struct bytes rest)
{
    const struct scenario_label *label = scenario_find_label(s, rest);

    if (label == NULL)
        return scenario_fail(
            s, s->step.number, "no line has that label");
    s->id = label->id;
    if (!decide(
            s, buffer_bytes(&label->line), buffer_bytes(&label->body)))
        return false;
    if (s->fixture.decision.repeated &&
        s->fixture.decision.index != label->index)
        return scenario_fail(s, s->step.number,
            "the repetition is answered with another entry");
    return true;
}

/* Take "KEY:" off the front. */
static void take_key(struct bytes *rest, char key[32])
{
    struct bytes word = scenario_word(rest);

    if (word.length > 0 && word.data[word.length - 1] == ':')
        word.length--;
    (void)snprintf(key, 32, "%.*s", TEXT(word));
}

bool scenario_genesis(struct scenario *s, struct bytes rest)
{
    struct ledger_fixture *f = &s->fixture;
    struct buffer head = buffer_empty();
    struct expected e;
    char key[32];
    bool good;

    take_key(&rest, key);
    good = read_expected(s, &e) && make_body(s) &&
        scenario_expand(s, s->step.number, rest, &head);
    if (good) {
        buffer_char(&s->body, '\0');
        buffer_char(&head, '\0');
        (void)ledger_fixture_genesis(
            f, key, (const char *)head.data, (const char *)s->body.data);
        note_statuses(s, &f->decision);
        good = check_decision(s, &e, &f->decision);
    }
    buffer_free(&head);
    return good;
}

bool scenario_try(struct scenario *s, struct bytes rest)
{
    struct ledger_fixture *f = &s->fixture;
    struct hash before = ledger_fixture_snapshot(f);
    struct expected e;
    struct hash after;
    char key[32];

    take_key(&rest, key);
    buffer_clear(&s->line);
    if (!read_expected(s, &e) ||
        !scenario_expand(s, s->step.number, rest, &s->line))
        return false;
    buffer_char(&s->line, '\0');
    (void)ledger_fixture_try(f, key, "%s", (const char *)s->line.data);
    note_statuses(s, &f->decision);
    after = ledger_fixture_snapshot(f);
    if (!hash_equal(&before, &after))
        return scenario_fail(s, e.number, "trying changed the state");
    return check_decision(s, &e, &f->decision) &&
        check_effects(s, &f->decision);
}
