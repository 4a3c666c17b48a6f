#include "question_inside.h"

static question_function *const functions[VERB_COUNT] = {
    [VERB_BALANCE] = question_balance,
    [VERB_ACCOUNT] = question_account,
    [VERB_HISTORY] = question_history,
    [VERB_STATEMENT] = question_statement,
    [VERB_TRIAL] = question_trial,
    [VERB_BALANCE_SHEET] = question_balance_sheet,
    [VERB_INCOME] = question_income,
    [VERB_DRAWER] = question_drawer,
    [VERB_CASH_REPORT] = question_cash_report,
    [VERB_PROJECT] = question_project,
    [VERB_PROJECTS] = question_projects,
    [VERB_PROGRAMME] = question_programme,
    [VERB_TERMS] = question_terms,
    [VERB_DORMANT] = question_dormant,
    [VERB_CALENDAR] = question_calendar,
    [VERB_LOAN] = question_loan,
    [VERB_LOANS] = question_loans,
    [VERB_SCHEDULE] = question_schedule,
    [VERB_PAYOFF] = question_payoff,
    [VERB_PORTFOLIO] = question_portfolio,
    [VERB_EXPOSURE] = question_exposure,
    [VERB_PARTY] = question_party,
    [VERB_POOL] = question_pool,
    [VERB_KEY] = question_key,
    [VERB_RECEIPT] = question_receipt,
    [VERB_CONSISTENCY] = question_consistency,
    [VERB_CHECKPOINT] = question_checkpoint,
    [VERB_TRY] = question_try,
    [VERB_PROPOSALS] = question_proposals,
    [VERB_PROPOSAL] = question_proposal,
    [VERB_STATUS] = question_status,
    [VERB_HELP] = question_help,
};

bool question_waits(enum verb verb)
{
    return verb == VERB_RECEIPT || verb == VERB_CONSISTENCY ||
           verb == VERB_CHECKPOINT || verb == VERB_FOLLOW;
}

int question_refuse(
    const struct question *question, enum status status, const char *field)
{
    peer_refuse(question->peer, question->out, status, field);
    return 0;
}

bool question_allowed(const struct question *question, bool *failed)
{
    enum verb verb = question->op->verb;
    enum status status = STATUS_ACCEPTED;
    *failed = false;
    if (operation_row(verb)->flags & FLAG_PUBLIC)
        return true;
    if (!peer_holds(question->peer, question->ledger))
        status = STATUS_NOT_LOGGED_IN;
    else if (report_may_ask(question->ledger, &question->peer->key, verb,
                 &status) != 0) {
        *failed = true;
        return false;
    }
    if (status == STATUS_ACCEPTED)
        return true;
    (void)question_refuse(question, status, "");
    return false;
}

int question_answer(const struct question *question)
{
    bool failed;
    question_function *function = functions[question->op->verb];
    if (function == NULL)
        return question_refuse(question, STATUS_NOT_IN_A_BODY, "");
    if (!question_allowed(question, &failed))
        return failed ? -1 : 0;
    return function(question);
}

void question_entry(struct buffer *out, uint64_t index, struct bytes lines)
{
    struct bytes rest = lines;
    struct bytes line;
    uint64_t count = 0;
    while (bytes_next_line(&rest, &line))
        count++;
    answer_row(out);
    answer_number(out, "index", index);
    answer_number(out, "lines", count);
    answer_end(out);
    answer_verbatim(out, lines);
}
