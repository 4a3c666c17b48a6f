/*
 * The checker bites: a ledger that has used everything is sound; then each
 * byte of each record is changed, records are taken away and added, and
 * the checker must complain each time.
 */
#include "cycle_fixture.h"

#include "../ledger/certificate.h"
#include "../ledger/proposal.h"
#include "../ledger/check.h"
#include "../ledger/context.h"
#include "../ledger/layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Enough entries for one stored root of the tree and many blocks. */
#define DEPOSITS 240

static void must(struct ledger_fixture *f, enum status status)
{
    if (status != STATUS_ACCEPTED)
        fail_msg("%.*s: %s", (int)f->line.length, (char *)f->line.data,
            status_name(status));
}

#define SEND(f, ...) must((f), ledger_fixture_send((f), __VA_ARGS__))

static void use_parties_and_keys(struct ledger_fixture *f)
{
    char line[200];

    SEND(f, "board", "policy-set verb=withdraw need=1 kinds=teller");
    SEND(f, "board", "policy-set verb=withdraw over=USD900.00 need=1 "
                     "kinds=supervisor each=0 clubs=no");
    SEND(f, "ana", "party-open party=m8 kind=member book=us parent=c1 "
                   "country=MX identity=%s",
        ledger_fixture_public("m8"));
    SEND(f, "ana",
        "party-open party=m9 kind=member book=us parent=c1 country=US");
    SEND(f, "sup", "party-close party=m9 reason=moved");
    SEND(f, "sup", "party-freeze party=n1 block=out order=17");
    SEND(f, "sup", "party-freeze party=n2 block=in order=18");
    SEND(f, "sup", "party-freeze party=m4 block=all order=19");
    SEND(f, "sup", "party-unfreeze party=m4 order=20");
    SEND(f, "board",
        "policy-set verb=party-unfreeze need=3 kinds=supervisor,board");
    SEND(f, "sup", "party-unfreeze party=n1 order=21");
    SEND(f, "xsup", "approve proposal=%llu",
        (unsigned long long)f->decision.index);
    (void)snprintf(line, sizeof line,
        "key-add key=new public=%s kind=teller owner=tre country=MX scope=c2 "
        "limit=MXN80.00,USD70.00",
        ledger_fixture_public("new"));
    must(f, ledger_fixture_prove(f, "board", "new", line));
    (void)snprintf(line, sizeof line, "key-rotate key=xana public=%s",
        ledger_fixture_public("newer"));
    must(f, ledger_fixture_prove(f, "board", "newer", line));
    SEND(f, "board", "key-revoke key=new reason=lost");
}

static void use_money(struct ledger_fixture *f)
{
    for (int i = 0; i < DEPOSITS; i++)
        SEND(f, "ana", "deposit member=m%d via=la amount=USD%d.00 purpose=I",
            i % 3 + 1, i + 1);
    SEND(f, "lim", "deposit member=m1 via=bank amount=USD90.00 purpose=F");
    SEND(f, "ana", "withdraw member=m1 via=la amount=USD5.00 purpose=I");
    SEND(f, "ana", "transfer from=m1 to=n1 amount=USD6.00 purpose=I");
}

static void use_pools(struct ledger_fixture *f)
{
    uint64_t notice;

    SEND(f, "ana", "contribute member=m1 club=c1 amount=USD50.00 purpose=C");
    SEND(f, "club", "redeem-notice member=m1 club=c1 amount=USD9.00");
    notice = f->decision.index;
    SEND(f, "club", "pool-redeem member=m1 club=c1 amount=USD7.00 purpose=C "
                    "notice=%llu",
        (unsigned long long)notice);
    SEND(f, "fed", "pool-notice club=c1 days=9");
    SEND(f, "club", "approve proposal=%llu",
        (unsigned long long)f->decision.index);
    SEND(f, "ana", "redeem-notice member=m1 club=c1 amount=USD4.00");
    SEND(f, "fed", "pool-lend from=c1 to=zac amount=USD20.00 purpose=C");
    SEND(f, "fed", "pool-lend from=zac to=c1 amount=USD5.00 purpose=C");
}

static void use_holds(struct ledger_fixture *f)
{
    static const char place[] =
        "hold from=us/m1/share/USD to=us/la/drawer/USD amount=USD%d.00 "
        "until=2026-11-%dT00:00:00.000Z purpose=I";
    uint64_t hold[5];

    for (int i = 0; i < 5; i++) {
        SEND(f, "ana", place, 10 + i, 24 + i);
        hold[i] = f->decision.index;
    }
    SEND(f, "ana", "capture hold=%llu amount=USD2.00 rest=keep",
        (unsigned long long)hold[1]);
    SEND(f, "ana", "capture hold=%llu amount=USD2.00 rest=release",
        (unsigned long long)hold[2]);
    SEND(f, "ana", "release hold=%llu", (unsigned long long)hold[3]);
    /* The first one expires with the next entry. */
    f->clock.ms += INT64_C(10) * 3600 * 1000;
}

static void use_books(struct ledger_fixture *f)
{
    uint64_t batch;

    SEND(f, "board",
        "journal-entry post=us/us/due.from/USD:3.00,us/us/suspense/USD:-3.00,"
        "mx/mx/suspense/USD:3.00,mx/mx/due.to/USD:-3.00 reason=between");
    SEND(f, "sup", "day-close book=us date=2026-11-23");
    must(f, ledger_fixture_batch(f, "any", "each",
                "deposit member=m1 via=la amount=USD1.00 purpose=I\n"
                "deposit member=nobody via=la amount=USD1.00 purpose=I\n"
                "contribute member=m2 club=c1 amount=USD3.00 purpose=C\n"
                "party-open party=x9 kind=member book=mx parent=cx "
                "country=MX\n"
                "deposit member=x9 via=zo amount=MXN4.00 purpose=I\n"));
    batch = f->decision.index;
    SEND(f, "xsup", "reverse entry=%llu line=3 reason=mistake",
        (unsigned long long)batch);
    SEND(f, "xsup", "reverse entry=%llu reason=mistake",
        (unsigned long long)batch - 2);
}

static void use_cash(struct ledger_fixture *f)
{
    uint64_t entry;

    SEND(f, "sup", "party-open party=sd kind=office book=us country=US");
    SEND(f, "sup",
        "party-open party=sd.1 kind=drawer book=us parent=sd country=US");
    SEND(f, "sup",
        "party-open party=sd.2 kind=drawer book=us parent=sd country=US");
    SEND(f, "us.board",
        "limit-set limit=withdraw-daily book=us amount=USD400.00");
    SEND(f, "us.board",
        "limit-set limit=cash-report book=us amount=USD9000.00");
    SEND(f, "us.board",
        "limit-set limit=cash-report book=us amount=USD8000.00");
    SEND(f, "ana", "drawer-open drawer=sd.1");
    SEND(f, "lim", "drawer-open drawer=sd.2");
    SEND(f, "ana", "deposit member=m2 via=sd.1 amount=USD8000.01 purpose=I");
    SEND(f, "ana", "membership member=m3 via=sd.1 amount=USD10.00");
    SEND(f, "ana", "deposit member=m3 via=sd.1 amount=USD60.00 purpose=I");
    entry = f->decision.index;
    SEND(f, "ana", "withdraw member=m3 via=sd.1 amount=USD30.00 purpose=I");
    SEND(f, "sup", "reverse entry=%llu reason=x", (unsigned long long)entry);
    SEND(f, "ana", "cash-move from=us/sd.1/drawer/USD to=us/sd/vault/USD "
                   "amount=USD7000.00");
    SEND(f, "ana", "drawer-count drawer=sd.1 pieces=USD100.00x10");
    SEND(f, "lim", "deposit member=m3 via=sd.2 amount=USD9.00 purpose=I");
    SEND(f, "lim", "drawer-close drawer=sd.2 pieces=USD5.00x1");
}

#define EVIDENCE "evidence=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

/* In the other book, so that this one's day stays open. */
static void use_cycle(struct ledger_fixture *f)
{
    uint64_t lock;

    SEND(f, "board", "calendar-set book=mx date=2026-12-25 open=no");
    SEND(f, "board", "calendar-set book=mx date=2026-11-28 open=yes");
    SEND(f, "board", "tax-withhold book=mx rate=0.1 from=2026-11-01");
    SEND(f, "board", "tax-withhold book=mx rate=0.15 from=2026-11-30");
    SEND(f, "xana", "deposit member=x1 via=bancomer amount=MXN90.00 purpose=I");
    SEND(f, "any", "deposit member=x9 via=bancomer amount=MXN7.00 purpose=I");
    SEND(f, "any", "lock member=x1 amount=MXN20.00 until=2026-11-24 " EVIDENCE);
    lock = f->decision.index;
    SEND(f, "any", "lock member=x1 amount=MXN3.00 until=2026-12-24 " EVIDENCE);
    SEND(f, "board", "journal-entry post=mx/mx/suspense/MXN:50.00,"
                     "mx/mx/income.fee/MXN:-50.00 reason=fees");
    SEND(f, "board", "dividend-declare book=mx month=2026-11 "
                     "amount=MXN10.00 basis=average minimum=MXN0.50");
    cycle_fixture_close_until(f, "mx", "2026-11-25");
    SEND(f, "any", "unlock lock=%llu " EVIDENCE,
        (unsigned long long)lock);
    cycle_fixture_close_until(f, "mx", "2026-12-01");
    SEND(f, "any", "deposit member=x9 via=bancomer amount=MXN1.00 purpose=I");
    SEND(f, "board", "month-close book=mx month=2026-11");
    SEND(f, "board",
        "day-close book=mx date=2026-12-01 sealed=9 digest=%s "
        "format=1",
        ledger_fixture_public("seal"));
    cycle_fixture_close_until(f, "mx", "2027-01-01");
    SEND(f, "any", "deposit member=x9 via=bancomer amount=MXN1.00 purpose=I");
    SEND(f, "board", "month-close book=mx month=2026-12");
    SEND(f, "board", "year-close book=mx year=2026 reserve=0.1");
}

/* Opened before use_cycle, in whose months they accrue and two come due. */
static uint64_t use_terms(struct ledger_fixture *f)
{
    uint64_t early;

    SEND(f, "board", "term-set book=mx days=60 minimum=MXN5.00 rate=0.5 "
                     "early=0.25 from=2026-11-23");
    SEND(f, "board", "term-set book=mx days=3 minimum=MXN5.00 rate=1 "
                     "early=0 from=2026-11-23");
    SEND(f, "board", "term-set book=mx days=20 minimum=MXN5.00 rate=0.3 "
                     "early=0 from=2026-11-23");
    SEND(f, "xana", "deposit member=x1 via=bancomer amount=MXN900.00 "
                    "purpose=I");
    SEND(f, "xana", "term-open member=x1 amount=MXN100.00 days=60");
    SEND(f, "xana", "term-open member=x1 amount=MXN200.00 days=60");
    early = f->decision.index;
    SEND(f, "xana", "term-open member=x1 amount=MXN30.00 days=3");
    SEND(f, "xana", "term-open member=x1 amount=MXN300.00 days=20");
    return early;
}

/* One is closed early, one is opened at another rate. */
static void use_terms_later(struct ledger_fixture *f, uint64_t early)
{
    SEND(f, "any", "term-close term=%llu", (unsigned long long)early);
    SEND(f, "board", "term-set book=mx days=60 minimum=MXN6.00 rate=0.4 "
                     "early=0.125 from=2027-01-01");
    SEND(f, "xana", "term-open member=x1 amount=MXN50.00 days=60");
}

static void use_members(struct ledger_fixture *f)
{
    SEND(f, "ana", "beneficiary-set member=m1 parts=b1:1 designation=%s",
        ledger_fixture_public("first"));
    SEND(f, "ana",
        "beneficiary-set member=m1 parts=b1:0.25,b2:0.75 designation=%s",
        ledger_fixture_public("second"));
    SEND(f, "any", "split-set member=x1 parts=pool:0.3,share:0.7");
    SEND(f, "any", "split-set member=x9 parts=pool:1");
    SEND(f, "any", "split-set member=x9 parts=share:1");
    SEND(f, "any", "arrive member=x1 via=bancomer amount=MXN5.55 purpose=F");
    SEND(f, "xsup", "reverse entry=%llu reason=mistake",
        (unsigned long long)f->decision.index);
    SEND(f, "any", "arrive member=x1 via=bancomer amount=MXN7.77 purpose=F");
    SEND(f, "board", "dormancy-set book=us dormant=36 unclaimed=60");
    SEND(f, "board", "dormancy-set book=mx dormant=1 unclaimed=2");
    cycle_fixture_close_until(f, "mx", "2027-03-01");
    SEND(f, "any", "deposit member=x1 via=bancomer amount=MXN1.00 purpose=I");
    SEND(f, "board", "unclaimed-take member=x1 currency=MXN " EVIDENCE);
    SEND(f, "any", "deposit member=x1 via=bancomer amount=MXN2.00 purpose=I");
    SEND(f, "board", "unclaimed-take member=x1 currency=MXN " EVIDENCE);
    SEND(f, "board", "unclaimed-return member=x1 currency=MXN " EVIDENCE);
    SEND(f, "board", "unclaimed-take member=x1 currency=MXN " EVIDENCE);
    SEND(f, "board", "unclaimed-take member=x9 currency=MXN " EVIDENCE);
    SEND(f, "board", "unclaimed-remit member=x9 currency=MXN via=bancomer "
                     "reference=1");
    SEND(f, "xsup", "reactivate party=x9 " EVIDENCE);
}

static void use_successions(struct ledger_fixture *f)
{
    SEND(f, "ana", "beneficiary-set member=m3 parts=b1:1 designation=%s",
        ledger_fixture_public("third"));
    SEND(f, "ana", "beneficiary-set member=m8 parts=b1:0.3,b2:0.3,b3:0.4 "
                   "designation=%s", ledger_fixture_public("fourth"));
    SEND(f, "sup", "succession-open member=m3 " EVIDENCE);
    SEND(f, "sup", "succession-end member=m3 " EVIDENCE);
    SEND(f, "ana", "deposit member=m8 via=bank amount=USD10.01 purpose=I");
    SEND(f, "ana", "deposit member=m8 via=bank amount=MXN10.01 purpose=I");
    SEND(f, "sup", "succession-open member=m8 " EVIDENCE);
    SEND(f, "ana", "succession-pay member=m8 label=b2 currency=USD via=la "
                   EVIDENCE);
    for (int i = 1; i <= 3; i++)
        SEND(f, "ana", "succession-pay member=m8 label=b%d currency=MXN "
                       "via=bank " EVIDENCE, i);
    SEND(f, "ana", "deposit member=m8 via=bank amount=MXN1.00 purpose=I");
    SEND(f, "ana", "succession-pay member=m8 label=b3 currency=MXN to=m1 "
                   EVIDENCE);
}

/* On the us book's open day; one product shifts due dates off the weekends. */
static void use_loans(struct ledger_fixture *f)
{
    uint64_t loan;
    uint64_t first;

    SEND(f, "board",
        "product-set product=crop book=us from=2026-11-24 method=level "
        "daycount=months every=month most=USD900.00 least=USD1.00 longest=12 "
        "rate=0.2 late=0.3 fee=0.01 grace=none order=standard table=us");
    SEND(f, "board",
        "product-set product=crop book=us from=2026-12-24 method=seasonal "
        "daycount=act/360 every=half-month most=USD90.00 least=USD1.00 "
        "longest=24 rate=0.25 late=0.35 fee=0.015 grace=capitalised "
        "order=interest table=mx.marginal cover=0.5 holiday=within "
        "unit=USD1.00 rounding=up");
    SEND(f, "board",
        "product-set product=week book=us from=2026-11-24 method=equal "
        "daycount=act/365 every=week most=USD900.00 least=USD1.00 longest=12 "
        "rate=0.2 late=0.3 fee=0.01 grace=paid order=principal table=mx "
        "holiday=next");
    SEND(f, "club", "concentration-set pool=c1 borrower=0.5 club=1 sector=1");
    SEND(f, "club", "concentration-set pool=c1 borrower=1 club=0.9 sector=1");
    SEND(f, "ana", "loan-apply borrower=m2 product=week amount=USD10.01 "
                   "count=6 sector=farming purpose=F first=2026-12-05 grace=1 "
                   "tranches=a:0.25,b:0.25,c:0.5");
    loan = f->decision.index;
    SEND(f, "ana", "guarantee loan=%llu guarantor=m1 amount=USD4.00 " EVIDENCE,
        (unsigned long long)loan);
    SEND(f, "ana", "guarantee loan=%llu guarantor=c2 amount=USD3.00 " EVIDENCE,
        (unsigned long long)loan);
    SEND(f, "ana", "guarantee-release loan=%llu guarantor=c2 reason=x",
        (unsigned long long)loan);
    SEND(f, "ana", "collateral loan=%llu member=m1 amount=USD2.00 " EVIDENCE,
        (unsigned long long)loan);
    SEND(f, "ana", "collateral loan=%llu member=m2 amount=USD1.00 " EVIDENCE,
        (unsigned long long)loan);
    SEND(f, "ana", "collateral-release loan=%llu member=m1 reason=x",
        (unsigned long long)loan);
    SEND(f, "board", "loan-approve loan=%llu amount=USD10.01 "
                     "pools=c1:0.75,zac:0.25 interest=0.5 loss=0.25",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-disburse loan=%llu amount=USD2.50 to=m2 milestone=a",
        (unsigned long long)loan);
    first = f->decision.index;
    SEND(f, "sup", "reverse entry=%llu reason=x", (unsigned long long)first);
    SEND(f, "ana", "loan-disburse loan=%llu amount=USD2.50 to=m2 milestone=a",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-disburse loan=%llu amount=USD2.50 to=bank milestone=b",
        (unsigned long long)loan);
    SEND(f, "sup", "loan-decline loan=%llu reason=rest",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-apply borrower=m1 product=crop amount=USD5.00 "
                   "count=12 sector=trade purpose=I only=2 balloon=USD1.00");
    SEND(f, "ana", "loan-apply borrower=c2 product=crop amount=USD5.00 "
                   "count=2 sector=trade purpose=C");
    SEND(f, "sup", "loan-decline loan=%llu reason=no",
        (unsigned long long)f->decision.index);
    SEND(f, "ana", "loan-repay loan=%llu amount=USD1.00 via=bank extra=lower",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-apply borrower=m2 product=crop amount=USD5.00 "
                   "count=2 sector=trade purpose=I");
    loan = f->decision.index;
    SEND(f, "board", "loan-approve loan=%llu amount=USD5.00 "
                     "pools=c1:0.75,zac:0.25 interest=0.5 loss=0.5",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-disburse loan=%llu amount=USD5.00 to=m2",
        (unsigned long long)loan);
    SEND(f, "board", "loan-charge-off loan=%llu reason=x",
        (unsigned long long)loan);
    SEND(f, "ana", "loan-recover loan=%llu amount=USD3.00 via=bank",
        (unsigned long long)loan);
}

/* In the first days of the other book: every record of projects. */
static void use_projects(struct ledger_fixture *f)
{
    char line[200];
    uint64_t entry;

    SEND(f, "board", "agreement-set agreement=two from=2026-11-01 "
                     "parts=club:0.333333333334,federal:0.333333333333,"
                     "state:0.333333333333");
    SEND(f, "board", "cap-set agreement=two level=federal year=2026 "
                     "per=year amount=MXN30.00");
    SEND(f, "board", "cap-set agreement=two level=federal year=2027 "
                     "per=year amount=MXN1.00");
    SEND(f, "board", "cap-set agreement=two level=state year=2026 "
                     "per=project amount=MXN0.00");
    SEND(f, "xana", "party-open party=sedesol kind=funder book=mx "
                    "country=MX");
    SEND(f, "xana", "party-open party=zacgov kind=funder book=mx "
                    "country=MX");
    SEND(f, "club", "project-register project=pozo book=mx club=c1 "
                    "agreement=two category=water place=Jerez "
                    "budget=MXN100.00 milestones=a:0.4,b:0.6");
    SEND(f, "club", "project-register project=rastro book=mx club=c1 "
                    "agreement=two category=livestock place=Jerez "
                    "budget=MXN50.00 milestones=a:1");
    SEND(f, "club", "project-link project=pozo to=rastro as=buyer");
    SEND(f, "club", "pledge project=pozo level=club from=c1 "
                    "amount=MXN20.01 until=2026-11-24");
    SEND(f, "fed", "pledge project=pozo level=club from=c2 "
                   "amount=MXN9.00 until=2027-06-01");
    entry = f->decision.index;
    SEND(f, "fed", "pledge-withdraw pledge=%llu reason=x",
        (unsigned long long)entry);
    SEND(f, "fed", "pledge project=pozo level=club from=c2 "
                   "amount=MXN3.33 until=2027-06-01");
    SEND(f, "xsup", "pledge project=pozo level=federal from=sedesol "
                    "amount=MXN33.33 until=2027-06-01 over=partial");
    SEND(f, "xsup", "pledge project=rastro level=federal from=sedesol "
                    "amount=MXN5.00 until=2026-11-26 over=queue");
    SEND(f, "xsup", "pledge project=rastro level=federal from=sedesol "
                    "amount=MXN6.00 until=2027-06-01 over=queue");
    SEND(f, "xsup", "pledge project=pozo level=state from=zacgov "
                    "amount=MXN33.33 until=2027-06-01 over=clubs");
    SEND(f, "xana", "receive project=pozo level=club from=c1 via=bancomer "
                    "amount=MXN15.00");
    SEND(f, "xana", "receive project=pozo level=club from=c2 via=bancomer "
                    "amount=MXN3.33");
    SEND(f, "xana", "receive project=pozo level=federal from=sedesol "
                    "via=bancomer amount=MXN29.99");
    (void)snprintf(line, sizeof line,
        "key-add key=mx.check public=%s kind=supervisor owner=tre "
        "country=MX scope=mx",
        ledger_fixture_public("mx.check"));
    must(f, ledger_fixture_prove(f, "board", "mx.check", line));
    SEND(f, "club", "milestone project=pozo milestone=a " EVIDENCE);
    entry = f->decision.index;
    SEND(f, "mx.check", "approve proposal=%llu", (unsigned long long)entry);
    SEND(f, "xsup", "draw project=pozo amount=MXN10.00 via=bancomer "
                    EVIDENCE);
    entry = f->decision.index;
    SEND(f, "xsup", "draw project=pozo amount=MXN2.00 via=x1 " EVIDENCE);
    SEND(f, "xsup", "reverse entry=%llu reason=x",
        (unsigned long long)entry);
    SEND(f, "xsup", "return project=pozo via=bancomer amount=MXN1.00");
}

static int open_used(void **state)
{
    struct ledger_fixture *f = calloc(1, sizeof *f);
    uint64_t early;

    if (f == NULL)
        return -1;
    ledger_fixture_open(f);
    ledger_fixture_found(f);
    f->quick = true;
    use_parties_and_keys(f);
    use_money(f);
    use_pools(f);
    use_holds(f);
    use_books(f);
    use_cash(f);
    use_projects(f);
    early = use_terms(f);
    use_cycle(f);
    use_terms_later(f, early);
    use_members(f);
    use_successions(f);
    use_loans(f);
    (void)ledger_fixture_digest(f); /* settles: there is a tip */
    *state = f;
    return 0;
}

static int close_used(void **state)
{
    ledger_fixture_close(*state);
    free(*state);
    return 0;
}

static bool is_sound(struct ledger_fixture *f, struct failure *failure)
{
    failure->text[0] = '\0';
    return check_ledger(f->ledger, failure) == 0;
}

static void sound(void **state)
{
    struct failure failure;

    if (!is_sound(*state, &failure))
        fail_msg("%s", failure.text);
}

/* ---- every byte of every record ---- */

struct record {
    enum table table;
    uint8_t key[STATE_KEY_MAX];
    size_t key_length;
    uint8_t value[STATE_VALUE_MAX];
    size_t value_length;
};

struct record_list {
    size_t count;
    struct record *list;
};

static void list_table(
    struct ledger_fixture *f, enum table table, struct record_list *out)
{
    struct state_scan *scan =
        state_scan_open(f->state, table, bytes_of("", 0));
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    while (state_scan_next(scan, &key, &value)) {
        struct record *more = realloc(
            out->list, (out->count + 1) * sizeof *out->list);

        assert_non_null(more);
        out->list = more;
        more = &out->list[out->count++];
        more->table = table;
        more->key_length = key.length;
        more->value_length = value.length;
        memcpy(more->key, key.data, key.length);
        if (value.length > 0)
            memcpy(more->value, value.data, value.length);
    }
    state_scan_close(scan);
}

static struct record_list list_all(struct ledger_fixture *f)
{
    struct record_list all = { 0, NULL };

    for (int table = 0; table < TABLE_COUNT; table++) {
        size_t before = all.count;

        if (!table_is_used((enum table)table))
            continue;
        list_table(f, (enum table)table, &all);
        if (all.count == before)
            fail_msg("table %d has no record to spoil", table);
    }
    return all;
}

/* The record with the bits of one byte turned round; NULL value: gone. */
static void expect_complaint(struct ledger_fixture *f, const struct record *r,
    const uint8_t *value, const char *what, size_t place)
{
    size_t mark = state_mark(f->state);
    struct bytes key = bytes_of(r->key, r->key_length);
    struct failure failure;

    if (value == NULL)
        state_delete(f->state, r->table, key);
    else
        state_put(
            f->state, r->table, key, bytes_of(value, r->value_length));
    if (is_sound(f, &failure))
        fail_msg("table %d, key %.*s: %s %zu is not noticed", r->table,
            (int)r->key_length, (const char *)r->key, what, place);
    state_rollback(f->state, mark);
}

/* Of what there is hundreds of, one byte of each: an id has 14. */
static size_t bytes_between(const struct record *record)
{
    if (record->table == TABLE_HISTORY || record->table == TABLE_TREE)
        return record->value_length;
    return record->table == TABLE_ORDER_ID ? 13 : 1;
}

static void each_byte_changed(void **state)
{
    struct ledger_fixture *f = *state;
    struct record_list all = list_all(f);

    for (size_t i = 0; i < all.count; i++) {
        const struct record *record = &all.list[i];
        size_t step = bytes_between(record);

        for (size_t at = i % (step + 1) % (record->value_length + 1);
             at < record->value_length; at += step) {
            uint8_t value[STATE_VALUE_MAX];

            memcpy(value, record->value, record->value_length);
            value[at] ^= (i + at) % 2 == 0 ? 0x01 : 0x80;
            expect_complaint(f, record, value, "byte", at);
        }
    }
    free(all.list);
    sound(state);
}

static void each_record_gone(void **state)
{
    struct ledger_fixture *f = *state;
    struct record_list all = list_all(f);

    for (size_t i = 0; i < all.count; i++) {
        const struct record *record = &all.list[i];

        /* The tip is only there when the state was settled. */
        if (record->table == TABLE_META &&
            memcmp(record->key, "tip", 3) == 0)
            continue;
        expect_complaint(f, record, NULL, "record", i);
    }
    free(all.list);
    sound(state);
}

/* A copy of each record under another key. */
static void each_record_doubled(void **state)
{
    struct ledger_fixture *f = *state;
    struct record_list all = list_all(f);

    for (size_t i = 0; i < all.count; i++) {
        struct record copy = all.list[i];
        struct bytes value;

        if (copy.table == TABLE_META)
            continue;
        copy.key[copy.key_length - 1] ^= 0x40;
        if (state_get(f->state, copy.table,
                bytes_of(copy.key, copy.key_length), &value))
            continue;
        expect_complaint(f, &copy, copy.value, "copy", i);
    }
    free(all.list);
    sound(state);
}

/* ---- what it says ---- */

static struct account_id id_of(
    struct ledger_fixture *f, const char *party, enum role role)
{
    struct ident name = ident_of(party);
    struct party found;

    assert_true(record_find_party(f->state, &name, &found));
    return account_id_of(found.book, CURRENCY_USD, role, found.number);
}

static void spoil_balance(struct ledger_fixture *f)
{
    struct account_id id = id_of(f, "m1", ROLE_SHARE);
    struct account account;

    assert_true(account_load(f->state, &id, &account));
    account.credits++;
    account_store(f->state, &id, &account);
}

static void spoil_control(struct ledger_fixture *f)
{
    struct account_id share = id_of(f, "m1", ROLE_SHARE);
    struct account_id id = account_id_control(&share);
    struct account account;

    assert_true(account_load(f->state, &id, &account));
    account.debits--;
    account_store(f->state, &id, &account);
}

static void spoil_held(struct ledger_fixture *f)
{
    struct account_id id = id_of(f, "la", ROLE_DRAWER);
    struct account account;

    assert_true(account_load(f->state, &id, &account));
    account.credits_held = 0;
    account_store(f->state, &id, &account);
}

static void spoil_history(struct ledger_fixture *f)
{
    struct account_id id = id_of(f, "m2", ROLE_SHARE);
    struct account before;
    struct account after;
    struct state_place place = { 0 };

    /* As if a posting had been kept as that of another entry. */
    assert_true(account_load_at(f->state, &id, &place, &after));
    before = after;
    before.postings--;
    account_store(f->state, &id, &before);
    history_post(f->state, &id, &place, &before, &after,
        (struct history_reference){ after.last + 1, 0 });
}

static void spoil_stake(struct ledger_fixture *f)
{
    struct ident club = ident_of("c1");
    struct ident member = ident_of("m1");
    struct party pool;
    struct party contributor;

    assert_true(record_find_party(f->state, &club, &pool));
    assert_true(record_find_party(f->state, &member, &contributor));
    record_put_stake(
        f->state, pool.number, contributor.number, CURRENCY_USD, 999999);
}

/* The pool of c1: its rule, and what is left of its first notice. */
static void spoil_notice_rule(struct ledger_fixture *f)
{
    struct ident club = ident_of("c1");
    struct party pool;
    uint8_t key[4];

    assert_true(record_find_party(f->state, &club, &pool));
    layout_put_be32(key, pool.number);
    state_put(f->state, TABLE_NOTICE_RULE, bytes_of(key, sizeof key),
        bytes_of("\1\0\0\0", 4));
}

static void spoil_notice(struct ledger_fixture *f)
{
    struct state_scan *scan =
        state_scan_open(f->state, TABLE_NOTICE, bytes_of("", 0));
    uint8_t memory[32];
    uint8_t name[8];
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    assert_true(state_scan_next(scan, &key, &value));
    assert_true(value.length <= sizeof memory && key.length == sizeof name);
    memcpy(memory, value.data, value.length);
    memcpy(name, key.data, key.length);
    memory[9]++; /* the first byte of what is left */
    state_scan_close(scan);
    state_put(f->state, TABLE_NOTICE, bytes_of(name, sizeof name),
        bytes_of(memory, value.length));
}

static void spoil_freeze(struct ledger_fixture *f)
{
    struct ident name = ident_of("n1");
    struct party party;

    assert_true(record_find_party(f->state, &name, &party));
    party.frozen_out = false;
    record_put_party(f->state, &party);
}

static void spoil_key(struct ledger_fixture *f)
{
    struct ident name = ident_of("new");
    struct signing_key key;

    assert_true(record_find_key(f->state, &name, &key));
    key.revoked = false;
    key.revoked_at = 0;
    record_put_key(f->state, &key);
}

static void spoil_policy(struct ledger_fixture *f)
{
    record_put_quorum(f->state,
        &(struct quorum){ .verb = VERB_DEPOSIT, .need = 1,
            .kinds = KIND_BIT(TELLER) });
}

/* The fixture's one open proposal. */
static uint64_t open_proposal(struct ledger_fixture *f)
{
    struct state_scan *scan =
        state_scan_open(f->state, TABLE_PROPOSAL, bytes_of("", 0));
    struct proposal proposal;
    struct bytes key;
    struct bytes value;

    assert_non_null(scan);
    assert_true(state_scan_next(scan, &key, &value));
    assert_true(proposal_parse(key, value, &proposal));
    state_scan_close(scan);
    return proposal.index;
}

static void spoil_phase(struct ledger_fixture *f)
{
    struct proposal proposal;

    assert_true(proposal_find(f->state, open_proposal(f), &proposal));
    f->ledger->context.state = f->state;
    f->ledger->context.index = ledger_size(f->ledger);
    proposal_end(&f->ledger->context, &proposal, PROPOSAL_DONE);
}

static void spoil_approval(struct ledger_fixture *f)
{
    struct ident name = ident_of("ana");

    proposal_put_approval(f->state, open_proposal(f), &name, 1);
}

static void spoil_date(struct ledger_fixture *f)
{
    struct book book;

    assert_true(record_find_book(f->state, 0, &book));
    book.date.days++;
    record_put_book(f->state, &book);
}

/* The last term share that is open. */
static struct certificate last_term(struct ledger_fixture *f)
{
    struct state_scan *scan = certificate_scan_due(f->state, 1);
    struct certificate certificate;
    struct certificate last = { 0 };

    while (certificate_next_due(
        f->state, scan, (struct date){ INT32_MAX }, &certificate))
        last = certificate;
    state_scan_close(scan);
    assert_int_not_equal(last.index, 0);
    return last;
}

static void spoil_term(struct ledger_fixture *f)
{
    struct certificate certificate = last_term(f);

    certificate.accrued++;
    certificate_put(f->state, &certificate);
}

static void spoil_due(struct ledger_fixture *f)
{
    struct certificate certificate = last_term(f);

    certificate.due.days++;
    certificate_put(f->state, &certificate);
    certificate.due.days--;
    certificate_put(f->state, &certificate);
}

static void spoil_product(struct ledger_fixture *f)
{
    struct term_product product;

    assert_true(certificate_product_on(f->state, 1, CURRENCY_MXN, 20,
        (struct date){ INT32_MAX }, &product));
    product.rate.digits++;
    certificate_put_product(f->state, &product);
}

static void spoil_tree(struct ledger_fixture *f)
{
    f->ledger->tree.slot[0].data[0] ^= 1;
    f->ledger->tree.slot[1].data[0] ^= 1;
    f->ledger->tree.slot[8].data[0] ^= 1;
}

static void each_has_its_complaint(void **state)
{
    static const struct {
        void (*spoil)(struct ledger_fixture *);
        const char *complaint;
    } cases[] = {
        { spoil_balance, "account us/m1/share/USD: the state says" },
        { spoil_control, "account us/0/share/USD: the state says" },
        { spoil_held, "account us/la/drawer/USD: the state says" },
        { spoil_history, "the history of account us/m2/share/USD" },
        { spoil_stake, "stake in a pool" },
        { spoil_notice_rule, "a rule of notice is not as it was set" },
        { spoil_notice, "a notice is not as the journal tells of it" },
        { spoil_freeze, "party n1 is frozen or closed in the state or" },
        { spoil_key, "key new was revoked or rotated in the state or" },
        { spoil_policy, "a policy that the journal does not set" },
        { spoil_phase, "is not as the journal tells" },
        { spoil_approval, "approvals" },
        { spoil_date, "book us is not as the journal says" },
        { spoil_term, "a term share is not as the journal has it" },
        { spoil_due, "open term shares" },
        { spoil_product, "what a term pays is not as it was set" },
        { spoil_tree, "the tree's root" },
    };
    struct ledger_fixture *f = *state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t mark = state_mark(f->state);
        struct merkle tree = f->ledger->tree;
        struct failure failure;

        cases[i].spoil(f);
        if (is_sound(f, &failure))
            fail_msg("not noticed: %s", cases[i].complaint);
        if (strstr(failure.text, cases[i].complaint) == NULL)
            fail_msg("\"%s\" instead of \"%s\"", failure.text,
                cases[i].complaint);
        state_rollback(f->state, mark);
        f->ledger->tree = tree;
    }
    sound(state);
}

static void nothing_founded(void **state)
{
    struct ledger_fixture f;
    struct failure failure = { "" };

    (void)state;
    ledger_fixture_open(&f);
    assert_int_equal(check_ledger(f.ledger, &failure), 0);
    ledger_fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_founded),
        cmocka_unit_test(sound),
        cmocka_unit_test(each_has_its_complaint),
        cmocka_unit_test(each_record_gone),
        cmocka_unit_test(each_record_doubled),
        cmocka_unit_test(each_byte_changed),
    };

    return cmocka_run_group_tests(tests, open_used, close_used);
}
