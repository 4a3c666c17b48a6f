#include "shelf.h"

#include "context.h"

#include <stdlib.h>
#include <string.h>

#define LINES_APART 16U /* lines of which the offset is kept */

/* Asked so often, an entry's effects are sorted; until then it is cheaper
 * to read them through. */
#define SORT_WHEN_ASKED 8U

/* ---- slots ---- */

static void forget_indexes(struct shelved *shelved)
{
    free(shelved->lines);
    free(shelved->sorted);
    shelved->lines = NULL;
    shelved->sorted = NULL;
    shelved->counted = 0;
    shelved->effects = 0;
    shelved->asked = 0;
    shelved->used = 0;
}

static void empty_slot(struct shelved *shelved)
{
    forget_indexes(shelved);
    buffer_free(&shelved->bytes);
    shelved->bytes = buffer_empty();
}

void shelf_free(struct shelf *shelf)
{
    for (size_t i = 0; shelf->slots != NULL && i < SHELF_SLOTS; i++)
        empty_slot(&shelf->slots[i]);
    free(shelf->slots);
    *shelf = (struct shelf){NULL, 0};
}

static size_t slot_bytes(const struct shelved *shelved)
{
    size_t bytes = shelved->bytes.capacity;

    if (shelved->lines != NULL)
        bytes += (size_t)(shelved->counted / LINES_APART + 1) *
            sizeof *shelved->lines;
    if (shelved->sorted != NULL)
        bytes += shelved->effects * sizeof *shelved->sorted;
    return bytes;
}

/* The one not in use that was taken longest ago; an empty one first. */
static struct shelved *oldest(struct shelf *shelf, bool empty_too)
{
    struct shelved *found = NULL;

    for (size_t i = 0; i < SHELF_SLOTS; i++) {
        struct shelved *slot = &shelf->slots[i];

        if (slot->users == 0 && (empty_too || slot->used != 0) &&
            (found == NULL || slot->used < found->used))
            found = slot;
    }
    return found;
}

/* Give up what was not asked for in the longest time. */
static void trim(struct shelf *shelf)
{
    size_t bytes = 0;

    for (size_t i = 0; i < SHELF_SLOTS; i++)
        bytes += slot_bytes(&shelf->slots[i]);
    while (bytes > SHELF_BYTES) {
        struct shelved *slot = oldest(shelf, false);

        if (slot == NULL)
            return;
        bytes -= slot_bytes(slot);
        empty_slot(slot);
    }
}

static bool make_slots(struct shelf *shelf)
{
    if (shelf->slots == NULL)
        shelf->slots = calloc(SHELF_SLOTS, sizeof *shelf->slots);
    return shelf->slots != NULL;
}

static struct shelved *find(struct shelf *shelf, uint64_t index)
{
    for (size_t i = 0; i < SHELF_SLOTS; i++)
        if (shelf->slots[i].used != 0 &&
            shelf->slots[i].entry.index == index)
            return &shelf->slots[i];
    return NULL;
}

struct shelved *shelf_take(struct ledger *ledger, uint64_t index)
{
    struct shelf *shelf = &ledger->shelf;
    struct shelved *slot;

    if (!make_slots(shelf)) {
        (void)context_fail(ledger, "out of memory for a report");
        return NULL;
    }
    slot = find(shelf, index);
    if (slot == NULL) {
        slot = oldest(shelf, true);
        if (slot == NULL) {
            (void)context_fail(ledger, "too many entries are read at once");
            return NULL;
        }
        forget_indexes(slot);
        buffer_clear(&slot->bytes);
        if (ledger_entry(ledger, index, &slot->bytes, &slot->entry) != 0)
            return NULL;
    }
    slot->users++;
    slot->used = ++shelf->clock;
    return slot;
}

void shelf_give_back(struct ledger *ledger, struct shelved *shelved)
{
    if (shelved == NULL)
        return;
    shelved->users--;
    /* Its memory is the next small one's. */
    if (shelved->users == 0 && shelved->bytes.length < SHELF_STAYS)
        forget_indexes(shelved);
    else
        trim(&ledger->shelf);
}

/* ---- lines of the body ---- */

static bool find_lines(struct shelved *shelved)
{
    struct bytes body = shelved->entry.body;
    struct bytes rest = body;
    struct bytes line;
    size_t room = 0;
    size_t count = 0;

    for (uint64_t number = 0; rest.length > 0; number++) {
        if (number % LINES_APART == 0) {
            if (count == room) {
                size_t more = room * 2 + 64;
                uint32_t *lines =
                    realloc(shelved->lines, more * sizeof *lines);

                if (lines == NULL)
                    return false;
                shelved->lines = lines;
                room = more;
            }
            shelved->lines[count++] = (uint32_t)(rest.data - body.data);
        }
        if (!bytes_next_line(&rest, &line))
            break;
        shelved->counted = number + 1;
    }
    return true;
}

bool shelf_line(struct ledger *ledger, struct shelved *shelved,
    uint64_t line, struct bytes *text)
{
    struct bytes rest = shelved->entry.body;
    struct bytes found;
    uint64_t skip;

    if (shelved->lines == NULL && !find_lines(shelved)) {
        (void)context_fail(ledger, "out of memory for a report");
        return false;
    }
    if (line == 0 || line > shelved->counted)
        return false;
    skip = (line - 1) % LINES_APART;
    rest = bytes_after(rest, shelved->lines[(line - 1) / LINES_APART]);
    while (skip-- > 0)
        if (!bytes_next_line(&rest, &found))
            return false;
    if (!bytes_next_line(&rest, &found))
        return false;
    *text = bytes_of(found.data, found.length + 1);
    return true;
}

/* ---- effects ---- */

static bool goes_on(struct bytes line, struct bytes prefix)
{
    return line.length > prefix.length &&
        memcmp(line.data, prefix.data, prefix.length) == 0;
}

static bool read_through(
    struct bytes rest, struct bytes prefix, struct bytes *text)
{
    struct bytes line;

    while (bytes_next_line(&rest, &line))
        if (goes_on(line, prefix)) {
            *text = bytes_of(line.data, line.length + 1);
            return true;
        }
    return false;
}

static struct bytes line_at(struct bytes effects, uint32_t offset)
{
    struct bytes rest = bytes_after(effects, offset);
    struct bytes line = {rest.data, 0};

    /* Every offset is that of a whole line. */
    (void)!bytes_next_line(&rest, &line);
    return line;
}

/* What is compared ends at the second space: "+ us/m1/share/USD". */
static struct bytes name_of_line(struct bytes line)
{
    const uint8_t *space = line.length <= 2
        ? NULL
        : memchr(line.data + 2, ' ', line.length - 2);

    return space == NULL ? line
                         : bytes_of(line.data, (size_t)(space - line.data));
}

/* Lines of one name stay in their order. */
static int compare(const void *left, const void *right, void *context)
{
    const struct bytes *effects = context;
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;
    int order = bytes_compare(name_of_line(line_at(*effects, a)),
        name_of_line(line_at(*effects, b)));

    if (order != 0)
        return order;
    return a < b ? -1 : a > b;
}

static bool sort_effects(struct shelved *shelved)
{
    struct bytes effects = shelved->entry.effects;
    struct bytes rest = effects;
    struct bytes line;
    size_t count = 0;
    uint32_t *sorted;

    while (bytes_next_line(&rest, &line))
        count++;
    sorted = malloc((count + 1) * sizeof *sorted);
    if (sorted == NULL)
        return false;
    rest = effects;
    for (size_t i = 0; i < count; i++) {
        sorted[i] = (uint32_t)(rest.data - effects.data);
        if (!bytes_next_line(&rest, &line))
            break;
    }
    qsort_r(sorted, count, sizeof *sorted, compare, &effects);
    shelved->sorted = sorted;
    shelved->effects = count;
    return true;
}

/* The first line of that name. */
static bool search(const struct shelved *shelved, struct bytes prefix,
    struct bytes *text)
{
    struct bytes effects = shelved->entry.effects;
    struct bytes name = name_of_line(prefix);
    size_t low = 0;
    size_t high = shelved->effects;
    struct bytes line;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        line = line_at(effects, shelved->sorted[middle]);
        if (bytes_compare(name_of_line(line), name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == shelved->effects)
        return false;
    line = line_at(effects, shelved->sorted[low]);
    if (!goes_on(line, prefix))
        return false;
    *text = bytes_of(line.data, line.length + 1);
    return true;
}

bool shelf_effect(struct ledger *ledger, struct shelved *shelved,
    struct bytes prefix, struct bytes *text)
{
    struct bytes effects = shelved->entry.effects;

    /* Offsets are 32 bits wide; more effects than that nobody has. */
    if (shelved->sorted == NULL &&
        (shelved->asked < SORT_WHEN_ASKED || effects.length > UINT32_MAX)) {
        shelved->asked++;
        return read_through(effects, prefix, text);
    }
    if (shelved->sorted == NULL && !sort_effects(shelved)) {
        (void)context_fail(ledger, "out of memory for a report");
        return false;
    }
    return search(shelved, prefix, text);
}
