#include "question_inside.h"

#include <posito/encoding.h>

/* ---- status ---- */

static void write_books(const struct question *q)
{
    struct book_report book;
    answer_word(q->out, "books", "");
    for (size_t i = 0; report_book(q->ledger, i, &book); i++) {
        if (i > 0)
            buffer_char(q->out, ',');
        buffer_append(q->out, ident_bytes(&book.name));
        buffer_char(q->out, ':');
        date_append(q->out, book.date);
    }
}

int question_status(const struct question *q)
{
    const struct service_facts *facts = q->facts;
    answer_ok(q->out);
    answer_number(q->out, "size", ledger_size(q->ledger));
    answer_number(q->out, "durable", facts->durable);
    answer_instant(q->out, "time", ledger_time(q->ledger));
    answer_number(q->out, "version", LEDGER_VERSION);
    answer_number(q->out, "connections", facts->connections);
    answer_number(q->out, "covered", facts->covered);
    answer_word(q->out, "saving", facts->saving ? "yes" : "no");
    write_books(q);
    answer_number(q->out, "uptime", (uint64_t)facts->uptime_ms / 1000);
    answer_end(q->out);
    return 0;
}

/* ---- help ---- */

static const char *class_word(enum verb_class class)
{
    switch (class) {
    case CLASS_OF_SIGNED:
        return "signed";
    case CLASS_OF_FOUNDING:
        return "founding";
    case CLASS_OF_QUESTION:
        return "question";
    case CLASS_OF_SESSION:
        return "session";
    }
    return "session";
}

static void write_verb(const struct question *q, enum verb verb)
{
    const struct operation_row *row = operation_row(verb);
    answer_row(q->out);
    answer_word(q->out, "verb", row->verb);
    answer_word(q->out, "class", class_word(row->class));
    answer_text(q->out, bytes_text(row->help[q->peer->language]));
    answer_end(q->out);
}

/* A field without a key is the rest of the line. */
static void write_field(
    const struct question *q, const struct field_row *field)
{
    answer_row(q->out);
    if (field->key[0] != '\0')
        answer_word(q->out, "key", field->key);
    answer_word(q->out, "type", "");
    text_encode(q->out, bytes_text(field_type_name(field->type)));
    answer_word(
        q->out, "presence", field->optional ? "optional" : "needed");
    answer_text(q->out, bytes_text(field->help[q->peer->language]));
    answer_end(q->out);
}

int question_help(const struct question *q)
{
    if (OPERATION_HAS(q->op, help, verb)) {
        enum verb verb = q->op->as.help.verb;
        const struct operation_row *row = operation_row(verb);
        write_verb(q, verb);
        for (size_t i = 0; i < row->field_count; i++)
            write_field(q, &row->fields[i]);
    } else {
        for (int i = 0; i < VERB_COUNT; i++)
            write_verb(q, (enum verb)i);
    }
    answer_ok(q->out);
    answer_end(q->out);
    return 0;
}
