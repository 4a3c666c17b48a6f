#include "ledger_fixture.h"

#include "../protocol/admit.h"
#include "../protocol/codec.h"
#include "../protocol/sign.h"

#include "../ledger/account.h"
#include "../ledger/context.h"

#include <posito/encoding.h>

#include <sodium.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* 2026-11-23T16:00:00.000Z */
#define START_MS INT64_C(1795449600000)

/* ---- keys ---- */

struct secret_key ledger_fixture_secret(const char *name)
{
    struct hash seed = hash_of(bytes_text(name));
    struct secret_key secret;
    uint8_t public_key[32];

    crypto_sign_seed_keypair(public_key, secret.data, seed.data);
    return secret;
}

const char *ledger_fixture_public(const char *name)
{
    static char ring[4][48];
    static unsigned next;
    char *text = ring[next++ % 4];
    struct secret_key secret = ledger_fixture_secret(name);
    struct buffer out = buffer_over(text, 47);

    base64_append(&out, bytes_of(secret.data + 32, 32));
    text[out.length] = '\0';
    return text;
}

/* ---- archive ---- */

static int read_entry(void *context, uint64_t index, struct buffer *out,
    struct failure *failure)
{
    struct ledger_fixture *f = context;

    if (index >= f->entry_count)
        return failure_set(failure, "no entry %llu in the archive",
            (unsigned long long)index);
    struct bytes all = buffer_bytes(&f->entries[index]);
    struct entry entry;

    f->reads++;
    /* As journal_read does: a root that is wrong is an entry not there. */
    if (!entry_next(&all, &entry) || all.length != 0)
        return failure_set(failure, "entry %llu is not well-formed",
            (unsigned long long)index);
    buffer_append(out, entry.all);
    return 0;
}

static bool decode(struct operation *op, struct bytes line, bool in_body)
{
    struct fault fault;

    return codec_decode(
        line, in_body ? CODEC_BODY : CODEC_REQUEST, op, &fault);
}

struct archive ledger_fixture_archive(struct ledger_fixture *f)
{
    return (struct archive){
        .read = read_entry, .context = f, .decode = decode };
}

/* ---- opening ---- */

void ledger_fixture_open(struct ledger_fixture *f)
{
    struct failure failure = { "" };
    struct archive archive = ledger_fixture_archive(f);
    char state_folder[96];

    memset(f, 0, sizeof *f);
    f->clock.ms = START_MS;
    f->groups = buffer_empty();
    f->line = buffer_empty();
    f->body = buffer_empty();
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/posito-fixture-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(state_folder, sizeof state_folder, "%s/state", f->folder);
    if (state_open(&f->state,
            &(struct state_options){
                .folder = state_folder,
                .map_bytes = UINT64_C(1) << 30,
                .temporary = true,
            },
            &failure) != 0 ||
        ledger_open(&f->ledger, f->state, &archive, &failure) != 0)
        fail_msg("%s", failure.text);
}

void ledger_fixture_close(struct ledger_fixture *f)
{
    char command[128];

    ledger_close(f->ledger);
    state_close(f->state);
    for (size_t i = 0; i < f->entry_count; i++)
        buffer_free(&f->entries[i]);
    free(f->entries);
    buffer_free(&f->groups);
    buffer_free(&f->line);
    buffer_free(&f->body);
    (void)snprintf(command, sizeof command, "rm -rf %s", f->folder);
    if (system(command) != 0)
        (void)fprintf(stderr, "%s is left behind\n", f->folder);
}

/* ---- sending ---- */

static bool find_key(
    void *context, const struct ident *name, struct public_key *out)
{
    struct ledger_fixture *f = context;

    return ledger_find_key(f->ledger, name, out);
}

void ledger_fixture_admit(struct ledger_fixture *f, struct order *order,
    struct bytes line, struct bytes body)
{
    struct keyring keys = { .find = find_key, .context = f };

    if (!f->quick) {
        assert_int_equal(admit_order(order, line, body,
                             ledger_id(f->ledger), &keys), 0);
        return;
    }
    assert_int_equal(admit_unchecked(order, line, body), 0);
    if (order->fault.status == STATUS_ACCEPTED)
        (void)!find_key(f, &order->operation.by, &order->signer);
}

enum status ledger_fixture_again(
    struct ledger_fixture *f, struct bytes line, struct bytes body)
{
    struct order order;

    ledger_fixture_admit(f, &order, line, body);
    if (order.fault.status == STATUS_ACCEPTED)
        ledger_foresee(f->ledger, (const struct order *const[]){ &order }, 1);
    if (ledger_decide(f->ledger, &order, f->clock, &f->decision) != 0)
        fail_msg("%s", ledger_failure(f->ledger)->text);
    /* The decision's field may point into the line, which f keeps. */
    admit_free(&order);
    return f->decision.status;
}

/* Sign the line that f->line has begun and decide it. */
static enum status send_line(
    struct ledger_fixture *f, const char *key, const struct hash *ledger)
{
    struct secret_key secret = ledger_fixture_secret(key);
    uint8_t tail[10] = { 0 };
    struct ulid id;
    enum status status;

    f->next_id++;
    for (size_t i = 0; i < 8; i++)
        tail[9 - i] = (uint8_t)(f->next_id >> (8 * i));
    id = ulid_make((uint64_t)f->clock.ms, tail);
    buffer_text(&f->line, " id=");
    ulid_append(&f->line, &id);
    buffer_format(&f->line, " by=%s", key);
    if (f->quick) {
        struct signature none = { { 0 } };

        buffer_text(&f->line, " sig=");
        base64_append(&f->line, bytes_of(none.data, sizeof none.data));
    } else {
        sign_order(&f->line, ledger, &secret);
    }
    status = ledger_fixture_again(
        f, buffer_bytes(&f->line), buffer_bytes(&f->body));
    f->clock.ms += 1000;
    return status;
}

static void begin_line(struct ledger_fixture *f)
{
    buffer_clear(&f->line);
    buffer_clear(&f->body);
}

static void append_format(
    struct buffer *out, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
static void append_format(
    struct buffer *out, const char *format, va_list arguments)
{
    char text[LINE_LENGTH_MAX * 2];

    (void)vsnprintf(text, sizeof text, format, arguments);
    buffer_text(out, text);
}

enum status ledger_fixture_send(
    struct ledger_fixture *f, const char *key, const char *format, ...)
{
    va_list arguments;

    begin_line(f);
    va_start(arguments, format);
    append_format(&f->line, format, arguments);
    va_end(arguments);
    return send_line(f, key, ledger_id(f->ledger));
}

enum status ledger_fixture_prove(struct ledger_fixture *f, const char *key,
    const char *proved_by, const char *line)
{
    struct secret_key secret = ledger_fixture_secret(proved_by);

    begin_line(f);
    buffer_text(&f->line, line);
    sign_proof(&f->line, ledger_id(f->ledger), &secret);
    return send_line(f, key, ledger_id(f->ledger));
}

/* Append " lines=N root=HASH" for f->body. */
static void append_root(struct ledger_fixture *f)
{
    struct bytes rest = buffer_bytes(&f->body);
    struct hash root = merkle_root_of_lines(rest);
    struct bytes line;
    uint64_t lines = 0;

    while (bytes_next_line(&rest, &line))
        lines++;
    buffer_format(&f->line, " lines=%llu root=", (unsigned long long)lines);
    base64_append(&f->line, bytes_of(root.data, sizeof root.data));
}

enum status ledger_fixture_batch(struct ledger_fixture *f, const char *key,
    const char *mode, const char *lines)
{
    begin_line(f);
    buffer_text(&f->body, lines);
    buffer_format(&f->line, "batch mode=%s", mode);
    append_root(f);
    return send_line(f, key, ledger_id(f->ledger));
}

enum status ledger_fixture_try(
    struct ledger_fixture *f, const char *key, const char *format, ...)
{
    struct order order = { 0 };
    struct ident as = ident_of(key);
    va_list arguments;

    begin_line(f);
    va_start(arguments, format);
    append_format(&f->line, format, arguments);
    va_end(arguments);
    order.line = buffer_bytes(&f->line);
    (void)!codec_decode(
        order.line, CODEC_TRY, &order.operation, &order.fault);
    if (ledger_try(f->ledger, &order, &as, f->clock, &f->decision) != 0)
        fail_msg("%s", ledger_failure(f->ledger)->text);
    return f->decision.status;
}

/* ---- founding ---- */

static void append_key(struct buffer *body, const char *name,
    const char *kind, const char *owner, const char *country,
    const char *scope, const char *limits)
{
    struct buffer line = buffer_empty();
    struct secret_key secret = ledger_fixture_secret(name);
    struct hash none = sign_no_ledger();

    buffer_format(&line,
        "key-add key=%s public=%s kind=%s owner=%s country=%s scope=%s%s",
        name, ledger_fixture_public(name), kind, owner, country, scope,
        limits);
    sign_proof(&line, &none, &secret);
    buffer_append(body, buffer_bytes(&line));
    buffer_char(body, '\n');
    buffer_free(&line);
}

/* Expand lines "key NAME KIND OWNER SCOPE[ LIMITS]" to key-add lines with
 * their proofs, "mxkey ..." to those of keys in Mexico; others stay as they
 * are. */
static void append_founding_body(struct buffer *body, const char *text)
{
    struct bytes rest = bytes_text(text);
    struct bytes line;

    while (bytes_next_line(&rest, &line)) {
        char name[32], kind[32], owner[32], scope[32], limits[100] = "";
        char copy[300];
        bool mexican = bytes_start_with(line, "mxkey ");
        size_t skip = mexican ? 2 : 0;

        (void)snprintf(copy, sizeof copy, "%.*s", (int)(line.length - skip),
            (const char *)line.data + skip);
        if (sscanf(copy, "key %31s %31s %31s %31s%99[^\n]", name, kind,
                owner, scope, limits) >= 4) {
            append_key(body, name, kind, owner, mexican ? "MX" : "US",
                scope, limits);
            continue;
        }
        buffer_append(body, line);
        buffer_char(body, '\n');
    }
}

enum status ledger_fixture_genesis(struct ledger_fixture *f,
    const char *signer, const char *head, const char *body)
{
    struct hash none = sign_no_ledger();
    bool quick = f->quick;
    enum status status;

    begin_line(f);
    append_founding_body(&f->body, body);
    buffer_format(&f->line, "genesis %s", head);
    append_root(f);
    f->quick = false; /* the key is not in the ledger yet */
    status = send_line(f, signer, &none);
    f->quick = quick;
    return status;
}

static const char founding_body[] =
    "currency code=USD digits=2\n"
    "currency code=MXN digits=2\n"
    "book book=us country=US date=2026-11-23\n"
    "book book=mx country=MX date=2026-11-23\n"
    "policy-set verb=key-add need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=key-revoke need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=policy-set need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=journal-entry need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=cash-move need=1 kinds=teller,supervisor,vault\n"
    "policy-set verb=succession-open need=1 "
    "kinds=supervisor,federation.treasurer,board\n"
    "policy-set verb=succession-end need=1 "
    "kinds=supervisor,federation.treasurer,board\n"
    "policy-set verb=unclaimed-take need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=unclaimed-return need=1 "
    "kinds=supervisor,federation.treasurer,board\n"
    "policy-set verb=unclaimed-remit need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=dividend-declare need=1 "
    "kinds=federation.treasurer,board\n"
    "policy-set verb=agreement-set need=1 kinds=board\n"
    "policy-set verb=cap-set need=1 kinds=board\n"
    "policy-set verb=draw need=1 kinds=supervisor,club.treasurer,board\n"
    "policy-set verb=return need=1 kinds=supervisor,club.treasurer,board\n"
    "policy-set verb=product-set need=1 kinds=federation.treasurer,board\n"
    "policy-set verb=concentration-set need=1 "
    "kinds=club.treasurer,federation.treasurer\n"
    "policy-set verb=loan-approve need=1 kinds=committee,board\n"
    "policy-set verb=loan-reschedule need=1 kinds=committee,board\n"
    "policy-set verb=loan-charge-off need=1 kinds=committee,board\n"
    "policy-set verb=term-set need=1 kinds=federation.treasurer,board\n"
    "party-open party=ana kind=officer book=us country=US\n"
    "party-open party=sup kind=officer book=us country=US\n"
    "party-open party=tre kind=officer book=us country=US\n"
    "party-open party=zac kind=federation book=us country=US\n"
    "party-open party=c1 kind=club book=us parent=zac country=US\n"
    "party-open party=m1 kind=member book=us parent=c1 country=US\n"
    "party-open party=m2 kind=member book=us parent=c1 country=US\n"
    "party-open party=m3 kind=member book=us parent=c1 country=US\n"
    "party-open party=m4 kind=member book=us parent=c1 country=US\n"
    "party-open party=c2 kind=club book=us parent=zac country=US\n"
    "party-open party=n1 kind=member book=us parent=c2 country=US\n"
    "party-open party=n2 kind=member book=us parent=c2 country=US\n"
    "party-open party=zac2 kind=federation book=us country=US\n"
    "party-open party=c3 kind=club book=us parent=zac2 country=US\n"
    "party-open party=o1 kind=member book=us parent=c3 country=US\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=bank kind=correspondent book=us country=US\n"
    "party-open party=fzac kind=federation book=mx country=MX\n"
    "party-open party=cx kind=club book=mx parent=fzac country=MX\n"
    "party-open party=x1 kind=member book=mx parent=cx country=MX\n"
    "party-open party=zo kind=office book=mx country=MX\n"
    "party-open party=bancomer kind=correspondent book=mx country=MX\n"
    "key board board tre all\n"
    "key us.board board tre us\n"
    "key fed federation.treasurer tre zac\n"
    "key club club.treasurer m4 c1\n"
    "key ana teller ana us\n"
    "key lim teller ana us limit=USD100.00 daily=USD250.00\n"
    "key sup supervisor sup us\n"
    "key xana teller ana mx\n"
    "key any teller ana all\n"
    "key xsup supervisor sup all\n"
    "key tc1 teller ana c1\n"
    "key aud auditor sup all\n"
    "key op operator sup all\n";

void ledger_fixture_found(struct ledger_fixture *f)
{
    char head[200];

    (void)snprintf(head, sizeof head,
        "version=1 origin=ledger.example/test log=%s chart=1",
        ledger_fixture_public("log"));
    if (ledger_fixture_genesis(f, "board", head, founding_body) !=
        STATUS_ACCEPTED)
        fail_msg("founding: %s in line %llu: %s",
            status_name(f->decision.status),
            (unsigned long long)f->decision.line,
            status_name(f->decision.line_status));
}

/* ---- looking ---- */

static enum role load_account(
    struct ledger_fixture *f, const char *text, struct account *account)
{
    struct account_name name;
    struct party party;
    struct account_id id;

    *account = (struct account){ 0 };
    assert_true(account_name_parse(bytes_text(text), &name));
    if (record_find_party(f->state, &name.party, &party)) {
        id = account_id_of(
            party.book, name.currency, name.role, party.number);
        (void)account_load(f->state, &id, account);
    }
    return name.role;
}

int64_t ledger_fixture_balance(struct ledger_fixture *f, const char *text)
{
    struct account account;
    enum role role = load_account(f, text, &account);

    return account_balance(&account, role);
}

int64_t ledger_fixture_available(struct ledger_fixture *f, const char *text)
{
    struct account account;
    enum role role = load_account(f, text, &account);

    return account_available(&account, role);
}

/* ---- groups, digest, replay ---- */

static void keep_entries(struct ledger_fixture *f, struct bytes rest)
{
    struct entry entry;
    size_t size = (size_t)ledger_size(f->ledger);
    struct buffer *more =
        realloc(f->entries, size * sizeof *f->entries);

    assert_non_null(more);
    f->entries = more;
    while (f->entry_count < size) {
        assert_true(entry_next(&rest, &entry));
        assert_int_equal(entry.index, f->entry_count);
        f->entries[f->entry_count] = buffer_empty();
        buffer_append(&f->entries[f->entry_count], entry.all);
        f->entry_count++;
    }
}

void ledger_fixture_close_group(struct ledger_fixture *f)
{
    struct secret_key log = ledger_fixture_secret("log");
    size_t start = f->groups.length;
    struct bytes group;
    struct bytes header;
    uint64_t first;

    if (ledger_group_count(f->ledger) == 0)
        return;
    assert_int_equal(
        ledger_close_group(f->ledger, &log, &f->groups, &first), 0);
    assert_int_equal(first, f->entry_count);
    group = bytes_of(f->groups.data + start, f->groups.length - start);
    assert_true(bytes_next_line(&group, &header));
    keep_entries(f, group);
    ledger_durable(f->ledger, f->entry_count);
}

struct hash ledger_fixture_digest(struct ledger_fixture *f)
{
    struct failure failure = { "" };
    struct hash digest = { { 0 } };

    ledger_fixture_close_group(f);
    ledger_settle(f->ledger);
    if (state_save(f->state, &failure) != 0 ||
        state_digest(f->state, &digest, &failure) != 0)
        fail_msg("%s", failure.text);
    return digest;
}

struct hash ledger_fixture_snapshot(struct ledger_fixture *f)
{
    struct hasher *hasher = hasher_new();

    for (int table = 0; table < TABLE_COUNT; table++) {
        struct state_scan *scan = state_scan_open(
            f->state, (enum table)table, bytes_of("", 0));
        struct bytes key;
        struct bytes value;
        uint8_t head[3] = { (uint8_t)table };

        assert_non_null(scan);
        while (state_scan_next(scan, &key, &value)) {
            head[1] = (uint8_t)key.length;
            head[2] = (uint8_t)value.length;
            hasher_add(hasher, bytes_of(head, sizeof head));
            hasher_add(hasher, key);
            hasher_add(hasher, value);
        }
        state_scan_close(scan);
    }
    return hasher_end(hasher);
}

static void replay_one(struct ledger_fixture *copy, struct bytes all)
{
    struct failure failure = { "" };
    struct entry entry;
    struct order order;

    assert_true(entry_next(&all, &entry));
    assert_int_equal(admit_unchecked(&order, entry.line, entry.body), 0);
    if (ledger_replay(copy->ledger, &entry, &order, &failure) != 0)
        fail_msg("%s", failure.text);
    admit_free(&order);
}

void ledger_fixture_check_replay(struct ledger_fixture *f)
{
    struct hash expected = ledger_fixture_digest(f);
    struct ledger_fixture copy;
    struct hash digest;

    ledger_fixture_open(&copy);
    for (size_t i = 0; i < f->entry_count; i++)
        replay_one(&copy, buffer_bytes(&f->entries[i]));
    digest = ledger_fixture_digest(&copy);
    assert_memory_equal(&digest, &expected, sizeof digest);
    ledger_fixture_close(&copy);
}
