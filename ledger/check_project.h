/*
 * What the checker knows of projects: lists that it fills from lines and
 * postings.  Sums that the ledger keeps up as it goes (what a level, a
 * source or a year has pledged) are not kept here but added up from the
 * pledges whenever they are needed.
 */
#ifndef POSITO_LEDGER_CHECK_PROJECT_H
#define POSITO_LEDGER_CHECK_PROJECT_H

#include "check_inside.h"
#include "pledge_record.h"
#include "project_record.h"

struct check_rule {
    struct ident name;
    struct date from;
    uint64_t entry;
    char parts[640];
    size_t length;
};

struct check_cap {
    struct ident rule;
    struct ident level;
    uint32_t year;
    bool project; /* to any one project; false: over all of a year */
    struct amount amount;
    uint64_t entry;
};

struct check_project {
    uint32_t number;
    uint8_t book;
    struct ident rule;
    struct date from;
    enum category category;
    struct amount budget;
    struct date start;
    char place[PROJECT_PLACE_MAX];
    size_t place_length;
};

struct check_level {
    uint32_t project;
    struct ident name;
    int64_t budget;
    uint64_t out;
};

struct check_source {
    uint32_t project;
    uint32_t number;
    struct ident level;
    uint32_t giver;
    int64_t received;
    int64_t drawn;
    int64_t returned;
};

struct check_milestone {
    uint32_t project;
    struct ident name;
    int64_t part; /* of 10^12 */
    uint64_t reached;
    struct hash evidence;
};

struct check_linked {
    uint32_t project;
    uint32_t other;
    bool buyer; /* the other one is; false: supplier */
    uint64_t entry;
};

struct check_note {
    uint32_t project;
    uint64_t entry;
};

#define CHECK_LIST(type)  \
    struct {              \
        struct type *list; \
        size_t count;     \
    }

struct check_projects {
    CHECK_LIST(check_rule) rules;
    CHECK_LIST(check_cap) caps;
    CHECK_LIST(check_project) projects;
    CHECK_LIST(check_level) levels;
    CHECK_LIST(check_source) sources;
    CHECK_LIST(check_milestone) milestones;
    CHECK_LIST(check_linked) links;
    CHECK_LIST(check_note) notes;
    CHECK_LIST(pledge) pledges; /* by index */
};

/* One more element, all zero; NULL after saying that memory is out. */
void *check_project_more(
    struct check *, void *list, size_t *count, size_t size);
#define CHECK_MORE(check, member)                                   \
    check_project_more((check), &(check)->projects->member.list,    \
        &(check)->projects->member.count,                           \
        sizeof *(check)->projects->member.list)

/* Each NULL if there is none. */
struct check_project *check_project_named(
    struct check *, const struct ident *);
struct check_project *check_project_numbered(struct check *, uint32_t);
struct check_level *check_project_level(
    struct check *, uint32_t project, const struct ident *);
struct check_source *check_project_source(struct check *, uint32_t number);

/* The entry at hand was about the project.  0, or -1. */
int check_project_note(struct check *, uint32_t project) WARN_UNUSED_RESULT;

/* Added up from pledges. */
int64_t check_pledge_source(struct check *, uint32_t source);
int64_t check_pledge_level(
    struct check *, uint32_t project, const struct ident *level);
int64_t check_pledge_year(struct check *, const struct ident *rule,
    const struct ident *level, uint32_t year, enum currency);

/* What a line posts to an account of a party; 0: nothing. */
int64_t check_project_posted(const struct check_line *, uint32_t party,
    enum role);

/* ---- by verb: check_pledge.c ---- */

int check_pledge_made(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;
int check_pledge_withdrawn(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;
int check_pledge_received(struct check *, const struct operation *)
    WARN_UNUSED_RESULT;
int check_pledge_undone(struct check *, struct check_source *, int64_t)
    WARN_UNUSED_RESULT;

#endif
