#include <posito/category.h>

const struct category_row *category_row(enum category category)
{
    static const struct category_row rows[CATEGORY_COUNT] = {
#define X(symbol, name, productive, english, spanish) \
    { name, productive, { english, spanish } },
        CATEGORIES(X)
#undef X
    };

    return &rows[category];
}
