#include "table.h"

#include <string.h>

struct text_table table_empty(size_t columns)
{
    struct text_table table = {.columns = columns, .cells = buffer_empty()};
    if (table.columns > TABLE_COLUMNS_MAX)
        table.columns = TABLE_COLUMNS_MAX;
    return table;
}

void table_free(struct text_table *table)
{
    buffer_free(&table->cells);
}

size_t table_width(struct bytes utf8)
{
    size_t width = 0;
    for (size_t i = 0; i < utf8.length; i++)
        width += (utf8.data[i] & 0xC0) != 0x80;
    return width;
}

void table_cell(struct text_table *table, struct bytes utf8)
{
    size_t column = table->count % table->columns;
    size_t width = table_width(utf8);
    for (size_t i = 0; i < utf8.length; i++) {
        uint8_t c = utf8.data[i];
        buffer_u8(&table->cells, c < ' ' || c == 0x7F ? '?' : c);
    }
    buffer_u8(&table->cells, 0);
    table->count++;
    if (width > table->width[column])
        table->width[column] = width;
}

static void print_cell(
    const struct text_table *table, size_t column, const char *cell, FILE *out)
{
    size_t width = table_width(bytes_text(cell));
    int gap = (int)(table->width[column] - width);
    bool last = column + 1 == table->columns;
    /* No spaces at the line's end. */
    if (!last || cell[0] != '\0') {
        const char *between = column > 0 ? "  " : "";
        if (table->right[column])
            (void)fprintf(out, "%s%*s%s", between, gap, "", cell);
        else
            (void)fprintf(
                out, "%s%s%*s", between, cell, last ? 0 : gap, "");
    }
    if (last)
        (void)fputs("\n", out);
}

void table_print(const struct text_table *table, FILE *out)
{
    const char *cell = (const char *)table->cells.data;
    if (table->cells.failed || table->columns == 0)
        return;
    size_t rows = table->count / table->columns;
    for (size_t i = 0; i < rows * table->columns; i++) {
        print_cell(table, i % table->columns, cell, out);
        cell += strlen(cell) + 1;
    }
}
