#include "state.h"

#include "state_layers.h"

#include <string.h>

/* Bytes of undo log that a draft may have written when it is hidden and
 * must first be looked through: some tenths of a millisecond. */
#define NOTED_BYTES ((size_t)512 << 10)

/* The memory for what was there before a draft, kept for the next one. */
#define BEFORE_MEMORY ((size_t)16 << 20)

/* A layer with no more memory is cleared for the next one, which expects no
 * more records. */
#define LAYER_MEMORY ((size_t)4 << 20)
#define SMALL_LAYER 16384

/* ---- memory for layers ---- */

struct overlay *state_take_layer(struct state *state, size_t records)
{
    struct overlay *layer = state->spare;
    if (layer == NULL || records > SMALL_LAYER)
        return overlay_new_for(records);
    state->spare = NULL;
    return layer;
}

void state_give_layer(struct state *state, struct overlay *layer)
{
    if (state->spare != NULL || overlay_memory(layer) > LAYER_MEMORY) {
        state_wear_out(state, layer);
        return;
    }
    overlay_clear(layer);
    state->spare = layer;
}

/* ---- what was there before ---- */

static struct bytes cut(struct bytes value, size_t length)
{
    return bytes_of(value.data, length);
}

/*
 * Note what a record said before the entry's write: newer entries come
 * first, and each goes over what they said, so the oldest one's stays.
 * Places of `before` from `end` on are of this run through the log; what is
 * in an earlier one is older still, and stays.
 */
static void note_entry(struct state *state, const struct undo_entry *entry,
    struct bytes value, uint32_t end)
{
    const struct bytes none = bytes_of(NULL, 0);
    struct overlay *before = state->before;
    struct overlay_name name = overlay_name_of(entry->record, entry->hash);
    uint32_t there = overlay_place(before, &name);
    struct overlay_record *moved;
    if (entry->kind == UNDO_MOVE || (there != 0 && there < end))
        return;
    if (entry->kind == UNDO_AMEND && there != 0) {
        overlay_cut(overlay_record_at(before, there), entry->length);
        overlay_amend(overlay_record_at(before, there), value, none);
        return;
    }
    struct bytes whole = entry->kind == UNDO_AMEND
        ? cut(overlay_value(entry->record), entry->length)
        : value;
    struct overlay_record *record =
        overlay_hold(before, &name, whole.length, 0, &moved);
    if (record == NULL)
        (void)state_fail_text(state, "out of memory");
    else if (entry->kind == UNDO_NOTHING)
        overlay_unwrite(before, record);
    else if (entry->kind == UNDO_DELETED)
        overlay_write_deleted(before, record);
    else
        overlay_write(before, record, whole);
    if (record != NULL && entry->kind == UNDO_AMEND)
        overlay_amend(record, value, none);
}

/* Note all that the draft has written since the last time. */
static void note(struct state *state)
{
    struct buffer *log = &state->undo.log;
    uint32_t place = overlay_end(state->before);
    size_t end = log->length;
    while (end > state->noted && !state->failed) {
        struct bytes value;
        struct undo_entry entry = state_undo_entry(log, &end, &value);
        note_entry(state, &entry, value, place);
    }
    /* Only an open mark needs the log itself. */
    if (state->undo.marks == 0)
        buffer_clear(log);
    state->noted = log->length;
}

static void clear_layer(struct state *state, struct overlay **layer)
{
    if (overlay_memory(*layer) <= BEFORE_MEMORY) {
        overlay_clear(*layer);
        return;
    }
    struct overlay *fresh = overlay_new();
    if (fresh == NULL) {
        (void)state_fail_text(state, "out of memory");
        return;
    }
    overlay_free(*layer);
    *layer = fresh;
}

/* ---- drafts ---- */

bool state_draft_open(const struct state *state)
{
    return state->drafting;
}

/* May the draft be begun or ended now? */
static bool is_in_order(struct state *state, bool open)
{
    if (state->failed)
        return false;
    if (state->drafting == open && !state->hidden && state->undo.marks == 0)
        return true;
    (void)state_fail_text(state, "a draft begins or ends out of order");
    return false;
}

void state_draft_begin(struct state *state)
{
    if (!is_in_order(state, false))
        return;
    state->drafting = true;
    state->noted = 0;
    memcpy(state->changes_before, state->changes, sizeof state->changes);
}

void state_draft_step(struct state *state)
{
    if (state->drafting && !state->hidden &&
        state->undo.log.length >= state->noted + NOTED_BYTES)
        note(state);
}

/* Tables that the draft has written to show something else now.  So do
 * those that only others wrote to while it was hidden: no harm. */
static void change_view(struct state *state)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (state->changes[i] != state->changes_before[i])
            state->changes[i]++;
}

void state_draft_hide(struct state *state, bool hidden)
{
    struct undo undo = state->undo;
    if (state->failed)
        return;
    if (!state->drafting || state->hidden == hidden ||
        (state->hidden &&
            (undo.marks > 0 || overlay_records(state->aside) > 0))) {
        (void)state_fail_text(state, "a draft is hidden out of order");
        return;
    }
    if (hidden)
        note(state);
    else if (overlay_end(state->aside) > OVERLAY_FIRST)
        clear_layer(state, &state->aside);
    undo = state->undo;
    state->epoch++;
    change_view(state);
    state->hidden = hidden;
    state->undo = state->other;
    state->other = undo;
}

static void end_draft(struct state *state)
{
    buffer_clear(&state->undo.log);
    state->drafting = false;
    state->noted = 0;
    if (overlay_end(state->before) > OVERLAY_FIRST)
        clear_layer(state, &state->before);
}

void state_draft_keep(struct state *state)
{
    if (is_in_order(state, true))
        end_draft(state);
}

void state_draft_drop(struct state *state)
{
    if (!is_in_order(state, true))
        return;
    note(state);
    state->epoch++;
    change_view(state);
    overlay_restore(state->active, state->before);
    end_draft(state);
}
