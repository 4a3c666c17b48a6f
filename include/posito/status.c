#include <posito/status.h>

struct status_row {
    enum status status;
    const char *name;
    const char *sentence[2]; /* by enum language */
};

static const struct status_row STATUS_ROWS[] = {
#define X(symbol, number, name, english, spanish) \
    { STATUS_##symbol, name, { english, spanish } },
    STATUSES(X)
#undef X
};

#define STATUS_ROW_COUNT (sizeof STATUS_ROWS / sizeof STATUS_ROWS[0])

/* The rows are in ascending order of their numbers: that is their meaning,
 * and a test holds them to it. */
static const struct status_row *status_row(enum status status)
{
    size_t low = 0;
    size_t high = STATUS_ROW_COUNT;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (STATUS_ROWS[middle].status <= status)
            low = middle;
        else
            high = middle;
    }
    return &STATUS_ROWS[low];
}

const char *status_name(enum status status)
{
    return status_row(status)->name;
}

const char *status_sentence(enum status status, enum language language)
{
    return status_row(status)->sentence[language];
}

bool status_parse(struct bytes name, enum status *out)
{
    for (size_t i = 0; i < STATUS_ROW_COUNT; i++)
        if (bytes_equal_text(name, STATUS_ROWS[i].name)) {
            *out = STATUS_ROWS[i].status;
            return true;
        }
    return false;
}
