/*
 * Records of projects: terms, levels, sources, milestones, links, and which
 * entries were about them.  Layouts in bytes stand in FORMAT.md.
 *
 * A project is a party; a source is one too: one funder's money in one
 * project, with a trust account of its own.  Both are named by the numbers
 * of their parties.
 */
#ifndef POSITO_LEDGER_PROJECT_RECORD_H
#define POSITO_LEDGER_PROJECT_RECORD_H

#include "matching.h"
#include "record.h"

/* ---- terms ---- */

/* Longest place, as encoded. */
#define PROJECT_PLACE_MAX 200

struct project {
    uint32_t number;       /* party */
    struct ident agreement;
    struct date from;      /* first date of the rule's row */
    enum category category;
    enum currency currency;
    int64_t budget;
    struct date start;     /* its year is the programme year */
    uint32_t sources;
    uint32_t pledges;      /* open or waiting */
    uint8_t place_length;
    char place[PROJECT_PLACE_MAX]; /* a TEXT value, as encoded */
};

bool project_record_find(struct state *, uint32_t number, struct project *)
    WARN_UNUSED_RESULT;
bool project_record_parse(struct bytes key, struct bytes value,
    struct project *) WARN_UNUSED_RESULT; /* for scans of TABLE_PROJECT */
void project_record_put(struct state *, const struct project *);

/* ---- levels ---- */

struct project_level {
    uint32_t project;
    struct ident name;
    int64_t budget;  /* its part */
    int64_t pledged; /* open or received */
    uint64_t out;    /* entry that let it out; 0: takes part */
};

bool project_record_level(struct state *, uint32_t project,
    const struct ident *, struct project_level *) WARN_UNUSED_RESULT;
bool project_record_parse_level(struct bytes key, struct bytes value,
    struct project_level *) WARN_UNUSED_RESULT;
void project_record_put_level(struct state *, const struct project_level *);

/* ---- sources ---- */

struct source {
    uint32_t project;
    uint32_t number; /* party */
    struct ident level;
    uint32_t giver;    /* the club's, federation's or funder's party */
    int64_t committed; /* pledged and open, or received */
    int64_t received;
    int64_t drawn;
    int64_t returned;
};

struct sources {
    size_t count;
    struct source list[MATCHING_SOURCES_MAX]; /* in order of opening */
};

/* All sources of a project. */
void project_record_sources(struct state *, uint32_t project,
    struct sources *);
bool project_record_source(struct state *, uint32_t project,
    uint32_t number, struct source *) WARN_UNUSED_RESULT;
bool project_record_parse_source(struct bytes key, struct bytes value,
    struct source *) WARN_UNUSED_RESULT;

/* The record, and its place among the giver's. */
void project_record_put_source(struct state *, const struct source *);

/* What counts of a source: its share of W. */
int64_t project_record_weight(const struct source *);

/* Does the party give to a project that is not closed? */
bool project_record_gives(struct state *, uint32_t party);

/* ---- milestones ---- */

struct milestone {
    uint32_t project;
    struct ident name;
    int64_t part;     /* of MATCHING_WHOLE */
    uint64_t reached; /* entry; 0: not yet */
    struct hash evidence;
};

bool project_record_milestone(struct state *, uint32_t project,
    const struct ident *, struct milestone *) WARN_UNUSED_RESULT;
bool project_record_parse_milestone(struct bytes key, struct bytes value,
    struct milestone *) WARN_UNUSED_RESULT;
void project_record_put_milestone(struct state *, const struct milestone *);

/* The parts of all milestones reached, of MATCHING_WHOLE. */
int64_t project_record_reached(struct state *, uint32_t project);

/* ---- links ---- */

/* What the other project is to this one; each link is kept both ways. */
bool project_record_linked(struct state *, uint32_t project, uint32_t other,
    enum link, uint64_t *entry) WARN_UNUSED_RESULT;
bool project_record_parse_link(struct bytes key, struct bytes value,
    uint32_t *project, uint32_t *other, enum link *, uint64_t *entry)
    WARN_UNUSED_RESULT;
void project_record_put_link(struct state *, uint32_t project,
    uint32_t other, enum link, uint64_t entry);

/* ---- entries ---- */

/* The entry was about the project. */
void project_record_note(struct state *, uint32_t project, uint64_t entry);

/* The prefix of a project's records in tables that begin with it. */
#define PROJECT_PREFIX 4
void project_record_prefix(uint8_t out[PROJECT_PREFIX], uint32_t project);

#endif
