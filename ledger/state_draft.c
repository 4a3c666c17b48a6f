#include "state.h"

#include "state_layers.h"

#include <string.h>

/* A draft of so many records is put over the others when it is kept. */
#define SMALL_DRAFT 1024

/* So is one of no more than this, some milliseconds' work, if the others
 * are more: to pour those up would take longer each time than deciding the
 * draft did. */
#define MIDDLE_DRAFT 65536

/* A layer with no more memory is cleared for the next one, which expects no
 * more records. */
#define LAYER_MEMORY ((size_t)4 << 20)
#define SMALL_LAYER 16384

/* The memory of such a draft, kept for the next one. */
#define DRAFT_MEMORY ((size_t)16 << 20)

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

/* ---- pouring ---- */

bool state_settle(struct state *state, size_t places)
{
    /* An open mark remembers what active said, so that must stand. */
    if (state->under == NULL || state->failed || state->draft != NULL ||
        state->undo.marks > 0)
        return false;
    int result = overlay_pour(
        state->active, state->under, false, &state->poured, places);
    if (result > 0)
        return true;
    if (result < 0) {
        (void)state_fail_text(state, "out of memory");
        return false;
    }
    state_give_layer(state, state->under);
    state->under = NULL;
    return false;
}

/* ---- drafts ---- */

bool state_draft_open(const struct state *state)
{
    return state->draft != NULL;
}

/* May the draft be begun or ended now? */
static bool is_in_order(struct state *state, bool open)
{
    if (state->failed)
        return false;
    if ((state->draft != NULL) == open && !state->hidden &&
        state->undo.marks == 0)
        return true;
    (void)state_fail_text(state, "a draft begins or ends out of order");
    return false;
}

void state_draft_begin(struct state *state)
{
    if (!is_in_order(state, false))
        return;
    (void)state_settle(state, SIZE_MAX);
    state->epoch++;
    /* Not the spare one: to clear a layer that was large takes long. */
    state->draft = state->drafts != NULL ? state->drafts : overlay_new();
    state->drafts = NULL;
    if (state->draft == NULL)
        (void)state_fail_text(state, "out of memory");
}

void state_draft_hide(struct state *state, bool hidden)
{
    struct undo undo = state->undo;
    if (state->failed)
        return;
    if (state->draft == NULL || state->hidden == hidden ||
        (state->hidden && undo.marks > 0)) {
        (void)state_fail_text(state, "a draft is hidden out of order");
        return;
    }
    state->epoch++;
    state->hidden = hidden;
    state->undo = state->aside;
    state->aside = undo;
}

/* Forget the draft, but not its memory, unless that is much. */
static void end_draft(struct state *state)
{
    if (overlay_memory(state->draft) > DRAFT_MEMORY) {
        state_wear_out(state, state->draft);
    } else {
        overlay_clear(state->draft);
        state->drafts = state->draft;
    }
    state->draft = NULL;
}

static bool is_small(const struct state *state)
{
    size_t records = overlay_records(state->draft);
    return records <= SMALL_DRAFT ||
           (records <= MIDDLE_DRAFT &&
               records <= overlay_records(state->active));
}

/* Nothing is left to settle, however much was pending before. */
static void keep_small(struct state *state)
{
    size_t place = 0;
    if (overlay_pour(state->active, state->draft, true, &place, SIZE_MAX) != 0)
        (void)state_fail_text(state, "out of memory");
    end_draft(state);
}

void state_draft_keep(struct state *state)
{
    if (!is_in_order(state, true))
        return;
    state->epoch++;
    if (is_small(state)) {
        keep_small(state);
        return;
    }
    state->under = state->active;
    state->poured = 0;
    state->active = state->draft;
    state->draft = NULL;
}

void state_draft_drop(struct state *state)
{
    if (!is_in_order(state, true))
        return;
    state->epoch++;
    end_draft(state);
}
