#include "storage_inside.h"

#include "clock.h"
#include "log.h"
#include "textfile.h"

#include "../protocol/admit.h"
#include "../protocol/codec.h"

#include <inttypes.h>

int genesis_read(const struct folder *folder, struct genesis_text *genesis,
    bool *found, struct failure *failure)
{
    struct folder_path path = folder_file(folder, "genesis");
    *genesis = (struct genesis_text){.text = buffer_empty()};
    if (textfile_read(path.text, LINE_LENGTH_MAX + BODY_BYTES_MAX,
            &genesis->text, found, failure) != 0) {
        buffer_free(&genesis->text);
        return -1;
    }
    genesis->body = buffer_bytes(&genesis->text);
    if (!*found || bytes_next_line(&genesis->body, &genesis->line))
        return 0;
    buffer_free(&genesis->text);
    return failure_set(failure, "%s has no line", path.text);
}

int genesis_log_key(
    struct bytes line, struct note_key *key, struct failure *failure)
{
    struct operation op;
    struct fault fault;
    if (!codec_decode(line, CODEC_REQUEST, &op, &fault))
        return failure_set(failure, "the genesis line does not decode: %s",
            status_name(fault.status));
    if (op.verb != VERB_GENESIS)
        return failure_set(failure, "the first line is no genesis");
    if (op.as.genesis.version > LEDGER_VERSION)
        return failure_set(failure,
            "the journal is of version %" PRIu64
            ", this program knows up to %d: install the newer one",
            op.as.genesis.version, LEDGER_VERSION);
    if (!note_key_make(key, op.as.genesis.origin, NOTE_LOG,
            &op.as.genesis.log))
        return failure_set(failure, "the genesis' origin is no name");
    return 0;
}

static int refuse_founding(
    const struct decision *decision, struct failure *failure)
{
    char field[32] = "";
    struct buffer name = buffer_over(field, sizeof field - 1);
    buffer_append(&name, decision->field);
    if (decision->status == STATUS_LINE_REFUSED)
        return failure_set(failure,
            "genesis was refused: line %" PRIu64 " of its body: %s",
            decision->line, status_name(decision->line_status));
    return failure_set(failure, "genesis was refused: %s%s%s",
        status_name(decision->status), field[0] != '\0' ? ", field " : "",
        field);
}

static int failed(const struct storage *storage, struct failure *failure)
{
    return failure_set(failure, "%s",
        ledger_failed(storage->ledger)
            ? ledger_failure(storage->ledger)->text
            : "out of memory");
}

static int append_first_group(
    struct storage *storage, struct failure *failure)
{
    struct buffer group = buffer_empty();
    uint64_t first;
    int result;
    if (ledger_close_group(
            storage->ledger, storage->secret, &group, &first) != 0 ||
        group.failed)
        result = failed(storage, failure);
    else
        result = journal_append(
            storage->journal, first, buffer_bytes(&group), failure);
    buffer_free(&group);
    if (result == 0)
        ledger_durable(storage->ledger, ledger_size(storage->ledger));
    return result;
}

static bool find_no_key(
    void *context, const struct ident *name, struct public_key *out)
{
    (void)context;
    (void)name;
    (void)out;
    return false;
}

int genesis_found(struct storage *storage, const struct genesis_text *genesis,
    struct failure *failure)
{
    const struct keyring none = {.find = find_no_key};
    const struct hash nothing = {{0}};
    struct order order;
    struct decision decision;
    int result;
    if (admit_order(
            &order, genesis->line, genesis->body, &nothing, &none) != 0)
        result = failure_set(failure, "out of memory");
    else if (ledger_decide(
                 storage->ledger, &order, clock_now(), &decision) != 0)
        result = failed(storage, failure);
    else if (decision.status != STATUS_ACCEPTED)
        result = refuse_founding(&decision, failure);
    else
        result = append_first_group(storage, failure);
    admit_free(&order);
    if (result == 0)
        log_info("founded %s", ledger_origin(storage->ledger));
    return result;
}
