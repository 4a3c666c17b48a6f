#include "demo_members.h"

#include <posito/encoding.h>
#include <posito/hash.h>

#include <inttypes.h>
#include <stdio.h>

/* Who of the savers does what. */
#define EARLY 1 /* closes a term share of 60 days early */
#define DEAD 2
#define RETURNING 3
#define GIVING 4  /* contributes, and gives notice */
#define TELLING 4 /* so many tell beneficiaries and a standing rule */

size_t demo_saver(const struct demo_plan *plan, size_t i)
{
    return plan->clubs[i].first_member;
}

const struct demo_federation *demo_federation_of(
    const struct demo_plan *plan, size_t member)
{
    return &plan->federations[demo_club_of(plan, member)->federation];
}

/* ---- a member at the counter of the federation ---- */

struct person {
    const char *teller;
    const char *treasurer;
    const char *club;
    struct ident name;
};

static struct person person(const struct play *play, size_t member)
{
    const struct demo_federation *f = demo_federation_of(play->plan, member);
    return (struct person){
        .teller = f->teller.text,
        .treasurer = f->treasurer.text,
        .club = demo_club_of(play->plan, member)->name.text,
        .name = demo_member(member),
    };
}

static struct person saver(const struct play *play, size_t i)
{
    return person(play, demo_saver(play->plan, i));
}

/* In place of the hash of a paper that somebody signed. */
struct paper {
    char text[48];
};

static struct paper paper(const char *what)
{
    struct paper out = {{0}};
    struct buffer text = buffer_over(out.text, sizeof out.text - 1);
    struct hash hash = hash_of(bytes_text(what));
    base64_append(&text, bytes_of(hash.data, sizeof hash.data));
    return out;
}

/* ---- 2000-01-03 ---- */

static int open_term(
    struct play *play, const struct person *who, unsigned dollars,
    unsigned kept, unsigned days)
{
    if (demo_send(play, who->teller,
            "deposit member=%s via=bank.us amount=USD%u.00 purpose=F",
            who->name.text, dollars + kept) != 0)
        return -1;
    return demo_send_now(play, who->teller,
        "term-open member=%s amount=USD%u.00 days=%u", who->name.text,
        dollars, days);
}

static int open_terms(struct play *play)
{
    struct person shown = person(play, DEMO_SHOWN);
    for (size_t i = 0; i < DEMO_SAVERS; i++) {
        struct person who = saver(play, i);
        if (open_term(play, &who, 400, 100, i % 2 == 0 ? 30 : 60) != 0)
            return -1;
        if (i == EARLY)
            play->early = play->index;
    }
    return open_term(play, &shown, 300, 0, 60);
}

static int tell(struct play *play, const struct person *who,
    const char *beneficiaries, const char *split)
{
    if (demo_send(play, who->teller,
            "beneficiary-set member=%s parts=%s designation=%s",
            who->name.text, beneficiaries, paper("a signed form").text) != 0)
        return -1;
    return demo_send(play, who->teller, "split-set member=%s parts=%s",
        who->name.text, split);
}

static int tell_all(struct play *play)
{
    struct person shown = person(play, DEMO_SHOWN);
    for (size_t i = 0; i < TELLING; i++) {
        struct person who = saver(play, i);
        if (tell(play, &who, "b1:0.5,b2:0.5", "pool:0.1,share:0.9") != 0)
            return -1;
    }
    return tell(play, &shown, "b1:0.6,b2:0.4", "pool:0.25,share:0.75");
}

/* A club asks for thirty days of notice; a member of it contributes. */
static int begin_notice(struct play *play)
{
    struct person who = saver(play, GIVING);
    if (demo_send_two(play, who.treasurer, "treasurer.us",
            "pool-notice club=%s days=30", who.club) != 0)
        return -1;
    return demo_send(play, who.teller,
        "contribute member=%s club=%s amount=USD50.00 purpose=C",
        who.name.text, who.club);
}

int demo_members_join(struct play *play)
{
    struct person returning = saver(play, RETURNING);
    if (open_terms(play) != 0 || tell_all(play) != 0 ||
        begin_notice(play) != 0 ||
        demo_send(play, returning.teller,
            "lock member=%s amount=USD40.00 until=2000-12-01 evidence=%s",
            returning.name.text, paper("a signed agreement").text) != 0)
        return -1;
    printf("  2000-01-03: %d term shares, %d members' beneficiaries and"
           " standing rules,\n"
           "    savings locked for a return, %s's rule of notice\n",
        DEMO_SAVERS + 1, TELLING + 1, saver(play, GIVING).club);
    return demo_send_drain(play, 0);
}

/* ---- the months ---- */

static int give_notice(struct play *play, unsigned dollars)
{
    struct person who = saver(play, GIVING);
    return demo_send_now(play, who.teller,
        "redeem-notice member=%s club=%s amount=USD%u.00", who.name.text,
        who.club, dollars);
}

int demo_members_january(struct play *play)
{
    int result = give_notice(play, 20);
    play->notice = play->index;
    return result;
}

static int arrive(struct play *play, const struct person *who, size_t cents)
{
    return demo_send(play, who->teller,
        "arrive member=%s via=bank.us amount=USD120.%02zu purpose=F "
        "memo=payroll", who->name.text, cents);
}

int demo_members_february(struct play *play)
{
    struct person shown = person(play, DEMO_SHOWN);
    struct person early = saver(play, EARLY);
    for (size_t i = 0; i < DEMO_SAVERS; i++) {
        struct person who = saver(play, i);
        if (arrive(play, &who, i) != 0)
            return -1;
    }
    if (arrive(play, &shown, 42) != 0 ||
        demo_send(play, early.teller, "term-close term=%" PRIu64,
            play->early) != 0)
        return -1;
    printf("  2000-02-29: a payroll arrives through the bank for %d members;"
           " a term share\n    is closed early\n", DEMO_SAVERS + 1);
    return demo_send_drain(play, 0);
}

int demo_members_march(struct play *play)
{
    struct person who = saver(play, GIVING);
    struct person shown = person(play, DEMO_SHOWN);
    if (demo_send(play, who.treasurer,
            "pool-redeem member=%s club=%s amount=USD20.00 purpose=C "
            "notice=%" PRIu64, who.name.text, who.club, play->notice) != 0 ||
        give_notice(play, 10) != 0 ||
        demo_send(play, shown.teller,
            "term-open member=%s amount=USD200.00 days=60",
            shown.name.text) != 0)
        return -1;
    printf("  2000-03-31: what %s was given notice of is redeemed\n",
        who.club);
    return demo_send_drain(play, 0);
}

/* ---- the working day ---- */

int demo_members_succession(struct play *play)
{
    struct person dead = saver(play, DEAD);
    struct ident heir = demo_member(demo_saver(play->plan, DEAD) + 1);
    if (demo_send_two(play, "supervisor.us", "board.us",
            "succession-open member=%s evidence=%s", dead.name.text,
            paper("a death certificate").text) != 0)
        return -1;
    return demo_send(play, dead.teller,
        "succession-pay member=%s label=b1 currency=USD to=%s evidence=%s",
        dead.name.text, heir.text, paper("an identification").text);
}
