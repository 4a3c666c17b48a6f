#include "request.h"

#include "../protocol/admit.h"

#include <stdlib.h>
#include <string.h>

/* True if the line's first word is the verb of a signed operation. */
static bool starts_an_order(struct bytes line)
{
    enum verb verb;
    size_t end = 0;
    while (end < line.length && line.data[end] != ' ')
        end++;
    return verb_parse(bytes_of(line.data, end), &verb) &&
           operation_row(verb)->class == CLASS_OF_SIGNED;
}

struct request *request_make(struct bytes line)
{
    struct request *request = malloc(sizeof *request + line.length);
    if (request == NULL)
        return NULL;
    memset(request, 0, sizeof *request);
    if (line.length > 0)
        memcpy(request->text, line.data, line.length);
    request->line = bytes_of(request->text, line.length);
    request->body = buffer_empty();
    request->is_order = starts_an_order(request->line);
    request->state = request->is_order ? REQUEST_ARRIVED : REQUEST_READY;
    return request;
}

void request_free(struct request *request)
{
    if (request == NULL)
        return;
    admit_free(&request->order);
    keycopy_release(request->keys);
    buffer_free(&request->body);
    free(request);
}

size_t request_memory(const struct request *request)
{
    return sizeof *request + request->line.length + request->body.capacity;
}

size_t request_memory_checked(const struct request *request)
{
    size_t line = sizeof *request->order.lines +
                  sizeof *request->order.line_status;
    return (size_t)request->lines * line;
}

void request_check(struct request *request, const struct hash *ledger,
    const struct signature_checker *checker)
{
    struct keyring keys = keycopy_keyring(request->keys);
    keys.checker = checker;
    if (admit_order(&request->order, request->line,
            buffer_bytes(&request->body), ledger, &keys) != 0)
        request->out_of_memory = true;
}

void request_list_add(struct request_list *list, struct request *request)
{
    request->next = NULL;
    if (list->last != NULL)
        list->last->next = request;
    else
        list->first = request;
    list->last = request;
    list->count++;
}

struct request *request_list_take(struct request_list *list)
{
    struct request *request = list->first;
    if (request == NULL)
        return NULL;
    list->first = request->next;
    if (list->first == NULL)
        list->last = NULL;
    list->count--;
    request->next = NULL;
    return request;
}
