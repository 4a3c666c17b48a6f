/*
 * The catalogue of projects: each name a word of its own, each title in two
 * languages, both halves there.
 */
#include <posito/category.h>
#include <posito/encoding.h>
#include <posito/ident.h>

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void names_are_words_of_their_own(void **state)
{
    (void)state;
    for (int i = 0; i < CATEGORY_COUNT; i++) {
        const struct category_row *row = category_row((enum category)i);
        struct ident name;

        assert_true(ident_parse(bytes_text(row->name), &name));
        for (int k = 0; k < 2; k++) {
            assert_true(row->title[k][0] != '\0');
            assert_true(utf8_valid(bytes_text(row->title[k])));
        }
        for (int k = 0; k < i; k++)
            assert_string_not_equal(
                row->name, category_row((enum category)k)->name);
    }
}

static void works_are_social_or_productive(void **state)
{
    int productive = 0;

    (void)state;
    for (int i = 0; i < CATEGORY_COUNT; i++)
        productive += category_row((enum category)i)->productive;
    assert_true(productive > 0 && productive < CATEGORY_COUNT);
    assert_false(category_row(CATEGORY_WATER)->productive);
    assert_false(category_row(CATEGORY_SCHOLARSHIP)->productive);
    assert_true(category_row(CATEGORY_IRRIGATION)->productive);
    assert_string_equal(category_row(CATEGORY_WATER)->title[1],
        "agua potable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_words_of_their_own),
        cmocka_unit_test(works_are_social_or_productive),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
