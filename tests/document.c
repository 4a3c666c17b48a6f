#include "document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

bool document_read(const char *path, struct buffer *out)
{
    uint8_t part[4096];
    size_t count;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    while ((count = fread(part, 1, sizeof part, file)) > 0)
        buffer_append(out, bytes_of(part, count));
    bool good = ferror(file) == 0 && !out->failed;
    (void)fclose(file);
    return good;
}

bool document_write(const char *path, struct bytes text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        return false;
    bool good = fwrite(text.data, 1, text.length, file) == text.length;
    return fclose(file) == 0 && good;
}

bool document_rewriting(void)
{
    const char *set = getenv("POSITO_REWRITE");
    return set != NULL && strcmp(set, "1") == 0;
}

static bool is_mark(struct bytes line, const char *name, const char *end)
{
    char memory[128];
    struct buffer mark = buffer_over(memory, sizeof memory);
    buffer_format(&mark, "<!-- %s: %s -->", name, end);
    return bytes_equal(line, buffer_bytes(&mark));
}

bool document_section(
    struct bytes document, const char *name, struct bytes *section)
{
    struct bytes line;
    bool inside = false;
    *section = bytes_of(NULL, 0);
    while (bytes_next_line(&document, &line)) {
        if (is_mark(line, name, "generated")) {
            inside = true;
            *section = bytes_of(document.data, 0);
        } else if (is_mark(line, name, "end")) {
            return inside;
        } else if (inside) {
            section->length =
                (size_t)(line.data + line.length + 1 - section->data);
        }
    }
    return false;
}

/* Show the first line that differs. */
static void compare(const char *where, struct bytes found, struct bytes text)
{
    struct bytes a;
    struct bytes b;
    while (bytes_next_line(&found, &a) && bytes_next_line(&text, &b))
        if (!bytes_equal(a, b))
            fail_msg("%s has\n%.*s\nexpected\n%.*s\n"
                     "(POSITO_REWRITE=1 writes what is expected)",
                where, (int)a.length, (const char *)a.data, (int)b.length,
                (const char *)b.data);
    if (!bytes_equal(found, text))
        fail_msg("%s has lines too many or too few "
                 "(POSITO_REWRITE=1 writes what is expected)",
            where);
}

void document_check_section(
    const char *path, const char *name, struct bytes text)
{
    struct buffer document = buffer_empty();
    struct bytes section;
    assert_true(document_read(path, &document));
    struct bytes all = buffer_bytes(&document);
    if (!document_section(all, name, &section))
        fail_msg("%s has no section %s", path, name);
    if (document_rewriting()) {
        struct buffer changed = buffer_empty();
        size_t before = (size_t)(section.data - all.data);
        buffer_append(&changed, bytes_of(all.data, before));
        buffer_append(&changed, text);
        buffer_append(&changed, bytes_after(all, before + section.length));
        assert_false(changed.failed);
        assert_true(document_write(path, buffer_bytes(&changed)));
        buffer_free(&changed);
    } else {
        compare(path, section, text);
    }
    buffer_free(&document);
}

void document_check(const char *path, struct bytes text)
{
    struct buffer document = buffer_empty();
    if (document_rewriting()) {
        assert_true(document_write(path, text));
        return;
    }
    assert_true(document_read(path, &document));
    compare(path, buffer_bytes(&document), text);
    buffer_free(&document);
}
