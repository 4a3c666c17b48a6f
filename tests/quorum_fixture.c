#include "quorum_fixture.h"

#include "../ledger/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char founding_body[] =
    "currency code=USD digits=2\n"
    "currency code=MXN digits=2\n"
    "book book=us country=US date=2026-11-23\n"
    "book book=mx country=MX date=2026-11-23\n"
    "party-open party=ana kind=officer book=us country=US\n"
    "party-open party=bea kind=officer book=us country=US\n"
    "party-open party=sup kind=officer book=us country=US\n"
    "party-open party=tre kind=officer book=us country=US\n"
    "party-open party=dir kind=officer book=us country=US\n"
    "party-open party=trem kind=officer book=mx country=MX\n"
    "party-open party=zac kind=federation book=us country=US\n"
    "party-open party=c1 kind=club book=us parent=zac country=US\n"
    "party-open party=m1 kind=member book=us parent=c1 country=US\n"
    "party-open party=m2 kind=member book=us parent=c1 country=US\n"
    "party-open party=m3 kind=member book=us parent=c1 country=US\n"
    "party-open party=c2 kind=club book=us parent=zac country=US\n"
    "party-open party=n1 kind=member book=us parent=c2 country=US\n"
    "party-open party=n2 kind=member book=us parent=c2 country=US\n"
    "party-open party=la kind=office book=us country=US\n"
    "party-open party=bank kind=correspondent book=us country=US\n"
    "party-open party=fzac kind=federation book=mx country=MX\n"
    "party-open party=cx kind=club book=mx parent=fzac country=MX\n"
    "party-open party=x1 kind=member book=mx parent=cx country=MX\n"
    "party-open party=zo kind=office book=mx country=MX\n"
    "key fed.us federation.treasurer tre all\n"
    "mxkey fed.mx federation.treasurer trem all\n"
    "key board board dir all\n"
    "key zac.t federation.treasurer tre zac\n"
    "key c1.t club.treasurer m3 zac\n"
    "key c2.t club.treasurer n2 zac\n"
    "key ana teller ana us limit=USD900.00\n"
    "key bea teller bea us\n"
    "mxkey mex teller trem mx\n"
    "key sup supervisor sup us\n"
    "key xsup supervisor sup all\n"
    "key aud auditor sup all\n"
    "policy-set verb=transfer over=USD500.00 need=2 "
    "kinds=teller,supervisor,club.treasurer\n"
    "policy-set verb=pool-lend need=3 "
    "kinds=club.treasurer,federation.treasurer clubs=yes\n"
    "policy-set verb=journal-entry need=2 kinds=federation.treasurer,board "
    "each=1\n"
    "policy-set verb=party-open need=2 kinds=teller,supervisor lapse=1\n";

int quorum_fixture_setup(void **state)
{
    struct ledger_fixture *f = malloc(sizeof *f);
    char head[200];

    assert_non_null(f);
    ledger_fixture_open(f);
    (void)snprintf(head, sizeof head,
        "version=1 origin=ledger.example/quorum log=%s chart=1",
        ledger_fixture_public("log"));
    if (ledger_fixture_genesis(f, "board", head, founding_body) !=
        STATUS_ACCEPTED)
        fail_msg("founding: %s in line %llu: %s",
            status_name(f->decision.status),
            (unsigned long long)f->decision.line,
            status_name(f->decision.line_status));
    assert_int_equal(ledger_fixture_send(f, "bea",
                         "deposit member=m1 via=la amount=USD1000.00 "
                         "purpose=I"), STATUS_ACCEPTED);
    *state = f;
    return 0;
}

int quorum_fixture_finish(void **state)
{
    struct ledger_fixture *f = *state;
    struct failure failure = { "" };
    int result = check_ledger(f->ledger, &failure);

    if (result != 0)
        print_error("%s\n", failure.text);
    else
        ledger_fixture_check_replay(f);
    (void)ledger_table_teardown(state);
    return result;
}

void quorum_fixture_open(
    struct ledger_fixture *f, uint64_t need, uint64_t have)
{
    assert_int_equal(f->decision.status, STATUS_ACCEPTED);
    assert_int_equal(f->decision.proposal, PROPOSAL_OPEN);
    assert_int_equal(f->decision.need, need);
    assert_int_equal(f->decision.have, have);
}

void quorum_fixture_ended(
    struct ledger_fixture *f, enum proposal_phase phase)
{
    assert_int_equal(f->decision.status, STATUS_ACCEPTED);
    assert_int_equal(f->decision.proposal, phase);
}
