/*
 * Operations: what a line says, decoded.
 *
 * One struct a verb, generated from operations.def, so that code names
 * fields and the compiler checks their types:
 *
 *     const struct deposit_fields *f = &op->as.deposit;
 *     f->member, f->amount ...
 *     if (OPERATION_HAS(op, deposit, memo)) ... f->memo ...
 *
 * protocol/ makes them from bytes and proves who signed; ledger/ decides
 * what they may do.  The two meet only here.
 */
#ifndef POSITO_OPERATION_H
#define POSITO_OPERATION_H

#include <posito/amount.h>
#include <posito/category.h>
#include <posito/chart.h>
#include <posito/date.h>
#include <posito/hash.h>
#include <posito/ident.h>
#include <posito/lending.h>
#include <posito/note.h>
#include <posito/status.h>

/* Longest line with its LF. */
#define LINE_LENGTH_MAX 4096

/* Largest body of a batch or genesis: lines, and bytes with their LFs. */
#define BODY_LINES_MAX 10000
#define BODY_BYTES_MAX (2U << 20)

/* ---- words that a field can be ---- */

/* The numbers are on disk: append, never reorder. */
#define PURPOSES(X) X(INDIVIDUAL, "I") X(FAMILY, "F") X(COMMUNITY, "C")
#define COUNTRIES(X) X(US, "US") X(MX, "MX")
#define KEY_KINDS(X)                           \
    X(TELLER, "teller")                        \
    X(SUPERVISOR, "supervisor")                \
    X(VAULT, "vault")                          \
    X(LOAN_OFFICER, "loan.officer")            \
    X(COMMITTEE, "committee")                  \
    X(CLUB_TREASURER, "club.treasurer")        \
    X(FEDERATION_TREASURER, "federation.treasurer") \
    X(BOARD, "board")                          \
    X(AUDITOR, "auditor")                      \
    X(OPERATOR, "operator")                    \
    X(WITNESS, "witness")
#define MODES(X) X(ALL, "all") X(EACH, "each")
#define BLOCKS(X) X(OUT, "out") X(IN, "in") X(ALL, "all")
#define REMAINDERS(X) X(KEEP, "keep") X(RELEASE, "release")
#define LIMITS(X) \
    X(CASH_REPORT, "cash-report") /* cash a person and day, then reported */ \
    X(WITHDRAW_DAILY, "withdraw-daily") /* cash out a member and day */
#define BASES(X) X(DAILY, "daily") X(AVERAGE, "average")
#define SPANS(X) X(YEAR, "year") X(PROJECT, "project")
#define EXCESSES(X) X(PARTIAL, "partial") X(QUEUE, "queue") X(CLUBS, "clubs")
#define LINKS(X) X(SUPPLIER, "supplier") X(BUYER, "buyer")
#define LANGUAGES(X) X(EN, "en") X(ES, "es")

#define X(symbol, name) PURPOSE_##symbol,
enum purpose { PURPOSES(X) PURPOSE_COUNT };
#undef X
#define X(symbol, name) COUNTRY_##symbol,
enum country { COUNTRIES(X) COUNTRY_COUNT };
#undef X
#define X(symbol, name) KIND_##symbol,
enum key_kind { KEY_KINDS(X) KEY_KIND_COUNT };
#undef X
#define X(symbol, name) MODE_##symbol,
enum mode { MODES(X) MODE_COUNT };
#undef X
#define X(symbol, name) BLOCK_##symbol,
enum block { BLOCKS(X) BLOCK_COUNT };
#undef X
#define X(symbol, name) LIMIT_##symbol,
enum limit { LIMITS(X) LIMIT_COUNT };
#undef X
#define X(symbol, name) BASIS_##symbol,
enum basis { BASES(X) BASIS_COUNT };
#undef X
#define X(symbol, name) SPAN_##symbol,
enum cap_span { SPANS(X) SPAN_COUNT };
#undef X
#define X(symbol, name) EXCESS_##symbol,
enum excess { EXCESSES(X) EXCESS_COUNT };
#undef X
#define X(symbol, name) LINK_##symbol,
enum link { LINKS(X) LINK_COUNT };
#undef X
#define X(symbol, name) REMAINDER_##symbol,
enum remainder { REMAINDERS(X) REMAINDER_COUNT };
#undef X

const char *purpose_name(enum purpose);
const char *country_name(enum country);
const char *party_kind_name(enum party_kind);
const char *key_kind_name(enum key_kind);
const char *block_name(enum block);
const char *limit_name(enum limit);
const char *basis_name(enum basis);
const char *link_name(enum link);

/* ---- sets of kinds of key ---- */

#define KIND_BIT(symbol) (1U << KIND_##symbol)
#define KINDS_COUNTER (KIND_BIT(TELLER) | KIND_BIT(SUPERVISOR))
#define KINDS_TREASURERS \
    (KIND_BIT(CLUB_TREASURER) | KIND_BIT(FEDERATION_TREASURER))
#define KINDS_GOVERN (KIND_BIT(FEDERATION_TREASURER) | KIND_BIT(BOARD))
#define KINDS_ALL ((1U << KEY_KIND_COUNT) - 1U)
#define KINDS_SIGN \
    (KINDS_ALL & \
        ~(KIND_BIT(AUDITOR) | KIND_BIT(OPERATOR) | KIND_BIT(WITNESS)))
#define KINDS_READ (KINDS_ALL & ~(KIND_BIT(OPERATOR) | KIND_BIT(WITNESS)))

/* ---- types of field ---- */

/* At most one amount a currency, in ascending order of the codes. */
#define AMOUNTS_MAX 4
struct amounts {
    uint8_t count;
    struct amount list[AMOUNTS_MAX];
};

/*
 * TYPE, C type.  On the line:
 *   IDENT ACCOUNT DATE INSTANT HASH ...  as their headers say
 *   AMOUNT    above zero                 LEVEL   zero or more
 *   AMOUNTS   joined by commas, codes ascending
 *   POSTINGS  account:digits joined by commas, 2 to 64, each account once,
 *             none zero; kept as a view, read with postings_next
 *   TEXT      encoded as encoding.h says; kept encoded, a view
 *   REST      all that follows the verb and a space, a view
 *   ORIGIN    a note name of [a-z0-9./-], a view
 *   NUMBER    decimal up to 10^18 - 1
 *   MONTH     2026-11; the struct holds its first day
 *   RATE      an exact decimal as amount.h says
 *   PIECES    value x count joined by commas, USD20.00x12: codes ascending,
 *             values descending, counts 1 to 999,999, at most 64; or the
 *             word none; a view, read with pieces_next of denomination.h,
 *             which also says which values a currency has
 *   PARTS     name:rate joined by commas, names ascending, as part.h says; a
 *             view, read with parts_next
 *   HASH PUBLIC_KEY SIGNATURE   base64
 *   KINDS     names joined by commas in the table's order
 *   YESNO     yes or no
 * and the words above.
 */
#define FIELD_TYPES(X)                      \
    X(IDENT, struct ident)                  \
    X(ACCOUNT, struct account_name)         \
    X(AMOUNT, struct amount)                \
    X(LEVEL, struct amount)                 \
    X(AMOUNTS, struct amounts)              \
    X(POSTINGS, struct bytes)               \
    X(TEXT, struct bytes)                   \
    X(REST, struct bytes)                   \
    X(ORIGIN, struct bytes)                 \
    X(DATE, struct date)                    \
    X(MONTH, struct date)                   \
    X(RATE, struct rate)                    \
    X(PIECES, struct bytes)                 \
    X(PARTS, struct bytes)                  \
    X(LIMIT, enum limit)                    \
    X(BASIS, enum basis)                    \
    X(CATEGORY, enum category)              \
    X(SPAN, enum cap_span)                  \
    X(EXCESS, enum excess)                  \
    X(LINK, enum link)                      \
    X(LOAN_METHOD, enum loan_method)        \
    X(LOAN_DAYCOUNT, enum loan_daycount)    \
    X(LOAN_PERIOD, enum loan_period)        \
    X(LOAN_GRACE, enum loan_grace)          \
    X(LOAN_ORDER, enum loan_order)          \
    X(LOAN_PROVISION, enum loan_provision)  \
    X(LOAN_SHIFT, enum loan_shift)          \
    X(LOAN_EXTRA, enum loan_extra)          \
    X(LOAN_ROUNDING, enum loan_rounding)    \
    X(LOAN_STATE, enum loan_state)          \
    X(LOAN_GROUP, enum loan_group)          \
    X(INSTANT, struct instant)              \
    X(NUMBER, uint64_t)                     \
    X(HASH, struct hash)                    \
    X(PUBLIC_KEY, struct public_key)        \
    X(SIGNATURE, struct signature)          \
    X(CURRENCY, enum currency)              \
    X(VERB, enum verb)                      \
    X(PURPOSE, enum purpose)                \
    X(COUNTRY, enum country)                \
    X(PARTY_KIND, enum party_kind)          \
    X(KEY_KIND, enum key_kind)              \
    X(KINDS, uint32_t)                      \
    X(MODE, enum mode)                      \
    X(BLOCK, enum block)                    \
    X(REMAINDER, enum remainder)            \
    X(LANGUAGE, enum language)              \
    X(YESNO, bool)

enum field_type {
#define X(type, c_type) FIELD_##type,
    FIELD_TYPES(X)
#undef X
};

#define NUMBER_MAX UINT64_C(999999999999999999)
#define POSTINGS_MAX 64

enum verb {
#define OPERATION(SYMBOL, name, ...) VERB_##SYMBOL,
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
    VERB_COUNT
};

#define X(type, c_type) typedef c_type field_##type##_t;
FIELD_TYPES(X)
#undef X

/* struct deposit_fields and so on; bit n of present: field n was given. */
#define OPERATION(SYMBOL, name, ...) \
    struct name##_fields {           \
        uint32_t present;
#define FIELD(name, member, key, TYPE, ...) field_##TYPE##_t member;
#define END_OPERATION(SYMBOL, name) \
    }                               \
    ;
#include <posito/operations.def>

/* FIELD_OF_deposit_memo and so on: the field's place in its verb. */
#define OPERATION(SYMBOL, name, ...) enum {
#define FIELD(name, member, ...) FIELD_OF_##name##_##member,
#define END_OPERATION(SYMBOL, name) \
    FIELD_COUNT_OF_##name           \
    }                               \
    ;
#include <posito/operations.def>

#define OPERATION_HAS(op, name, member) \
    (((op)->as.name.present >> FIELD_OF_##name##_##member) & 1U)

/*
 * Views inside point into the line it was decoded from.
 */
struct operation {
    enum verb verb;
    bool is_signed; /* has id, by and signature: not in a body, not a question */
    struct ulid id;
    struct ident by;
    struct signature signature;
    union {
#define OPERATION(SYMBOL, name, ...) struct name##_fields name;
#define FIELD(...)
#define END_OPERATION(...)
#include <posito/operations.def>
    } as;
};

/* ---- the table, for code that works on all verbs alike ---- */

enum verb_class {
    CLASS_OF_SIGNED,
    CLASS_OF_FOUNDING,
    CLASS_OF_QUESTION,
    CLASS_OF_SESSION
};

#define FLAG_LITERAL 1U
#define FLAG_BODY 2U
#define FLAG_GENESIS 4U
#define FLAG_HAS_BODY 8U
#define FLAG_PUBLIC 16U
#define FLAG_STREAM 32U
#define FLAG_TWO 64U
#define FLAG_ACTIVITY 128U
#define FLAG_LONG 256U
#define FLAG_CLUBS 512U
#define FLAG_EACH 1024U

struct field_row {
    const char *key;
    enum field_type type;
    bool optional;
    size_t offset; /* within struct operation */
    const char *help[2]; /* by enum language */
};

struct operation_row {
    const char *verb;
    enum verb_class class;
    unsigned flags;
    uint32_t kinds;      /* set of KIND_BIT */
    const char *help[2]; /* by enum language */
    const struct field_row *fields;
    size_t field_count;
};

const struct operation_row *operation_row(enum verb);
bool verb_parse(struct bytes name, enum verb *) WARN_UNUSED_RESULT;

/* The words a field of that type takes; NULL if it is not of words.
 * The last one is followed by NULL; the position is the enum's value. */
const char *const *field_words(enum field_type);

/* The word at a value of a type that is of words. */
const char *field_word(enum field_type, unsigned value);

/* Name of a type for help: "amount". */
const char *field_type_name(enum field_type);

/*
 * Read the next posting of a POSTINGS view.  False at its end.  The view
 * was checked when it was decoded, so nothing else can go wrong.
 */
bool postings_next(struct bytes *rest, struct account_name *,
    int64_t *minor);

/* The amount an operation moves, for limits and policy; false if none. */
bool operation_amount(const struct operation *, struct amount *);

#endif
