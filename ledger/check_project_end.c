#include "check_project.h"

#include "layout.h"

#include <string.h>

/*
 * The records of projects at the end.  What each must be is written out
 * here byte by byte, from what the journal told, and compared; then there
 * must be no others.
 */

struct expected {
    struct check *check;
    enum table table;
    const char *what;
    uint64_t count;
    struct buffer key;
    struct buffer value;
    uint8_t key_memory[STATE_KEY_MAX + 64];
    uint8_t value_memory[STATE_VALUE_MAX];
};

static void begin(struct expected *e, struct check *check, enum table table,
    const char *what)
{
    e->check = check;
    e->table = table;
    e->what = what;
    e->count = 0;
    e->key = buffer_over(e->key_memory, sizeof e->key_memory);
    e->value = buffer_over(e->value_memory, sizeof e->value_memory);
}

/* The record that key and value now tell must be there. */
static int expect(struct expected *e)
{
    struct bytes value;
    bool good = state_get(e->check->state, e->table, buffer_bytes(&e->key),
                    &value) &&
        bytes_equal(value, buffer_bytes(&e->value));

    e->count++;
    buffer_clear(&e->key);
    buffer_clear(&e->value);
    return good ? 0
                : check_fail(e->check, "%s: a record is not as the journal "
                                       "has it", e->what);
}

static int no_others(struct expected *e)
{
    return check_record_count(e->check, e->table, e->what, NULL, e->count);
}

static void zero_ended(struct buffer *out, const struct ident *name)
{
    buffer_append(out, ident_bytes(name));
    buffer_u8(out, 0);
}

static void counted(struct buffer *out, const struct ident *name)
{
    buffer_u8(out, name->length);
    buffer_append(out, ident_bytes(name));
}

static void date_in_key(struct buffer *out, struct date date)
{
    buffer_be32(out, (uint32_t)date.days ^ UINT32_C(0x80000000));
}

/* ---- rules, caps ---- */

static int end_rules(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_AGREEMENT, "matching rules");
    for (size_t i = 0; i < check->projects->rules.count; i++) {
        const struct check_rule *rule = &check->projects->rules.list[i];

        zero_ended(&e.key, &rule->name);
        date_in_key(&e.key, rule->from);
        buffer_u64(&e.value, rule->entry);
        buffer_u16(&e.value, (uint16_t)rule->length);
        buffer_append(&e.value, bytes_of(rule->parts, rule->length));
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

static int end_caps(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_CAP, "caps");
    for (size_t i = 0; i < check->projects->caps.count; i++) {
        const struct check_cap *cap = &check->projects->caps.list[i];

        zero_ended(&e.key, &cap->rule);
        zero_ended(&e.key, &cap->level);
        buffer_be32(&e.key, cap->year);
        buffer_u8(&e.key, cap->project);
        buffer_u8(&e.key, (uint8_t)cap->amount.currency);
        buffer_i64(&e.value, cap->amount.minor);
        buffer_u64(&e.value, cap->entry);
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

/* Does an earlier pledge count in the same year for the same level? */
static bool counted_before(struct check *check, size_t i,
    const struct check_project *project, const struct check_source *source)
{
    const struct pledge *list = check->projects->pledges.list;

    for (size_t k = 0; k < i; k++) {
        const struct check_project *p;
        const struct check_source *s;

        if (list[k].year != list[i].year)
            continue;
        p = check_project_numbered(check, list[k].project);
        s = check_project_source(check, list[k].source);
        if (p != NULL && s != NULL && ident_equal(&p->rule, &project->rule) &&
            p->budget.currency == project->budget.currency &&
            ident_equal(&s->level, &source->level))
            return true;
    }
    return false;
}

static int end_used(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_CAP_USED, "uses of caps");
    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        const struct pledge *pledge = &check->projects->pledges.list[i];
        const struct check_project *project =
            check_project_numbered(check, pledge->project);
        const struct check_source *source =
            check_project_source(check, pledge->source);
        int64_t used;

        if (project == NULL || source == NULL)
            return -1;
        used = check_pledge_year(check, &project->rule, &source->level,
            pledge->year, project->budget.currency);
        if (used == 0 || pledge->year == 0 ||
            counted_before(check, i, project, source))
            continue;
        zero_ended(&e.key, &project->rule);
        zero_ended(&e.key, &source->level);
        buffer_be32(&e.key, pledge->year);
        buffer_u8(&e.key, (uint8_t)project->budget.currency);
        buffer_i64(&e.value, used);
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

/* ---- projects ---- */

static uint32_t count_sources(struct check *check, uint32_t project)
{
    uint32_t count = 0;

    for (size_t i = 0; i < check->projects->sources.count; i++)
        count += check->projects->sources.list[i].project == project;
    return count;
}

static uint32_t count_pledges(struct check *check, uint32_t project)
{
    uint32_t count = 0;

    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        const struct pledge *pledge = &check->projects->pledges.list[i];

        count += pledge->project == project &&
            (pledge->phase == PLEDGE_OPEN ||
                pledge->phase == PLEDGE_WAITING);
    }
    return count;
}

static int end_projects(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_PROJECT, "projects");
    for (size_t i = 0; i < check->projects->projects.count; i++) {
        const struct check_project *p = &check->projects->projects.list[i];

        buffer_be32(&e.key, p->number);
        counted(&e.value, &p->rule);
        buffer_u32(&e.value, (uint32_t)p->from.days);
        buffer_u8(&e.value, (uint8_t)p->category);
        buffer_u8(&e.value, (uint8_t)p->budget.currency);
        buffer_i64(&e.value, p->budget.minor);
        buffer_u32(&e.value, (uint32_t)p->start.days);
        buffer_u32(&e.value, count_sources(check, p->number));
        buffer_u32(&e.value, count_pledges(check, p->number));
        buffer_u8(&e.value, (uint8_t)p->place_length);
        buffer_append(&e.value, bytes_of(p->place, p->place_length));
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

static int end_levels(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_PROJECT_LEVEL, "levels of projects");
    for (size_t i = 0; i < check->projects->levels.count; i++) {
        const struct check_level *level = &check->projects->levels.list[i];

        buffer_be32(&e.key, level->project);
        buffer_append(&e.key, ident_bytes(&level->name));
        buffer_i64(&e.value, level->budget);
        buffer_i64(&e.value,
            check_pledge_level(check, level->project, &level->name));
        buffer_u64(&e.value, level->out);
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

static int end_milestones(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_MILESTONE, "milestones");
    for (size_t i = 0; i < check->projects->milestones.count; i++) {
        const struct check_milestone *m =
            &check->projects->milestones.list[i];

        buffer_be32(&e.key, m->project);
        buffer_append(&e.key, ident_bytes(&m->name));
        buffer_i64(&e.value, m->part);
        buffer_u64(&e.value, m->reached);
        buffer_append(&e.value,
            bytes_of(m->evidence.data, sizeof m->evidence.data));
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

static int end_links(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_LINK, "links of projects");
    for (size_t i = 0; i < check->projects->links.count; i++) {
        const struct check_linked *link = &check->projects->links.list[i];

        buffer_be32(&e.key, link->project);
        buffer_be32(&e.key, link->other);
        buffer_u8(&e.key, link->buyer);
        buffer_u64(&e.value, link->entry);
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

/* ---- sources ---- */

static int end_sources(struct check *check)
{
    struct expected e;
    struct expected of;

    begin(&e, check, TABLE_SOURCE, "sources");
    begin(&of, check, TABLE_SOURCE_OF, "sources by giver");
    for (size_t i = 0; i < check->projects->sources.count; i++) {
        const struct check_source *s = &check->projects->sources.list[i];

        buffer_be32(&e.key, s->project);
        buffer_be32(&e.key, s->number);
        counted(&e.value, &s->level);
        buffer_u32(&e.value, s->giver);
        buffer_i64(&e.value, check_pledge_source(check, s->number));
        buffer_i64(&e.value, s->received);
        buffer_i64(&e.value, s->drawn);
        buffer_i64(&e.value, s->returned);
        buffer_be32(&of.key, s->giver);
        buffer_be32(&of.key, s->number);
        if (expect(&e) != 0 || expect(&of) != 0)
            return -1;
    }
    return no_others(&e) != 0 ? -1 : no_others(&of);
}

/* ---- pledges ---- */

static void pledge_value(struct buffer *out, const struct pledge *pledge)
{
    buffer_u8(out, (uint8_t)pledge->phase);
    buffer_u8(out, pledge->book);
    buffer_u32(out, pledge->project);
    buffer_u32(out, pledge->source);
    buffer_u32(out, pledge->year);
    buffer_i64(out, pledge->amount);
    buffer_i64(out, pledge->left);
    buffer_i64(out, pledge->received);
    buffer_u32(out, (uint32_t)pledge->until.days);
    buffer_u64(out, pledge->ended);
}

static int end_pledges(struct check *check)
{
    struct expected e;
    struct expected of;
    struct expected due;
    struct expected queue;

    begin(&e, check, TABLE_PLEDGE, "pledges");
    begin(&of, check, TABLE_PLEDGE_OF, "pledges by source");
    begin(&due, check, TABLE_PLEDGE_DUE, "pledges by date");
    begin(&queue, check, TABLE_PLEDGE_QUEUE, "pledges that wait");
    for (size_t i = 0; i < check->projects->pledges.count; i++) {
        const struct pledge *pledge = &check->projects->pledges.list[i];
        bool waits = pledge->phase == PLEDGE_WAITING;

        buffer_be64(&e.key, pledge->index);
        pledge_value(&e.value, pledge);
        buffer_be32(&of.key, pledge->source);
        buffer_be64(&of.key, pledge->index);
        if (expect(&e) != 0 || expect(&of) != 0)
            return -1;
        buffer_u8(&due.key, pledge->book);
        date_in_key(&due.key, pledge->until);
        buffer_be64(&due.key, pledge->index);
        if ((waits || pledge->phase == PLEDGE_OPEN) && expect(&due) != 0)
            return -1;
        buffer_clear(&due.key);
        buffer_u8(&queue.key, pledge->book);
        buffer_be64(&queue.key, pledge->index);
        if (waits && expect(&queue) != 0)
            return -1;
        buffer_clear(&queue.key);
    }
    if (no_others(&e) != 0 || no_others(&of) != 0 || no_others(&due) != 0)
        return -1;
    return no_others(&queue);
}

/* ---- entries ---- */

static int end_notes(struct check *check)
{
    struct expected e;

    begin(&e, check, TABLE_PROJECT_ENTRY, "entries about projects");
    for (size_t i = 0; i < check->projects->notes.count; i++) {
        const struct check_note *note = &check->projects->notes.list[i];

        buffer_be32(&e.key, note->project);
        buffer_be64(&e.key, note->entry);
        if (expect(&e) != 0)
            return -1;
    }
    return no_others(&e);
}

int check_project_end(struct check *check)
{
    if (end_rules(check) != 0 || end_caps(check) != 0 ||
        end_used(check) != 0 || end_projects(check) != 0 ||
        end_levels(check) != 0 || end_milestones(check) != 0 ||
        end_links(check) != 0 || end_sources(check) != 0 ||
        end_pledges(check) != 0)
        return -1;
    return end_notes(check);
}
