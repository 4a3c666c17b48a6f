/*
 * How each verb is decided: one function a verb, in a file a noun.
 *
 * To add an operation: its row in operations.def, its function in its
 * noun's file and below, its row in the table of operations.c.
 *
 * A decide function makes all its checks, returns if one of them refused,
 * and then writes:
 *
 *     void party_freeze(struct context *c, const struct operation *op)
 *     {
 *         ... checks: context_refuse(c, STATUS_..., "field") ...
 *         if (context_refused(c))
 *             return;
 *         (the marker comment)
 *         ... writes ...
 *     }
 *
 * A verb that only moves money, and whose line states how, needs no decide
 * function but a plan, which adds legs and checks what is special to it;
 * the rest is the same for all of them.
 */
#ifndef POSITO_LEDGER_OPERATIONS_H
#define POSITO_LEDGER_OPERATIONS_H

#include "context.h"

struct posting_list;

/*
 * decide      checks and writes.
 * plan        of LITERAL verbs: adds what the line states; also used to
 *             read and to reverse a past entry.
 * reversible  by `reverse`.
 */
struct operation_functions {
    void (*decide)(struct context *, const struct operation *);
    void (*plan)(struct context *, const struct operation *);
    bool reversible;
};

/* decide is NULL for questions and session verbs. */
const struct operation_functions *operations_functions(enum verb);

/*
 * Of reversible verbs that keep records beside accounts.
 *
 * check  refuses if the entry with these postings can no longer be taken
 *        back.  The plan has the opposite postings already; it may add what
 *        is held or given back.  NULL: the balances say it all.
 * undo   takes back what that entry did to the records.  Called when the
 *        reversal is accepted.  NULL: there are none.
 */
struct operation_undo {
    void (*check)(
        struct context *, const struct posting_list *, uint64_t entry);
    void (*undo)(struct context *, const struct posting_list *);
};

const struct operation_undo *operations_undo(enum verb);

/*
 * Decide one operation, of a line or of a line of a body: currencies, kind
 * of key, limit, then its function.  Says nothing about the signature.
 */
void operations_decide(struct context *, const struct operation *);

/* Decide c->order: at once, or as a proposal if it needs more keys than
 * the one that signed it. */
void operations_decide_order(struct context *);

/* Refuse UNKNOWN_CURRENCY if a field has one the ledger does not keep. */
void operations_check_currencies(
    struct context *, const struct operation *);

/* ---- by noun ---- */

/* founding.c; genesis reads the body from c->order */
void founding_genesis(struct context *, const struct operation *);
void founding_currency(struct context *, const struct operation *);
void founding_book(struct context *, const struct operation *);

/* key.c */
void key_add(struct context *, const struct operation *);
void key_revoke(struct context *, const struct operation *);
void key_rotate(struct context *, const struct operation *);

/* Is there an unrevoked key, other than `without` (0: none), that may add
 * keys and reaches a whole book? */
bool key_somebody_governs(struct context *, uint32_t without);

/* policy.c */
void policy_set(struct context *, const struct operation *);

/* approval.c */
void approval_approve(struct context *, const struct operation *);
void approval_reject(struct context *, const struct operation *);
void approval_withdraw(struct context *, const struct operation *);

/* party.c */
void party_open(struct context *, const struct operation *);
void party_freeze(struct context *, const struct operation *);
void party_unfreeze(struct context *, const struct operation *);
void party_close(struct context *, const struct operation *);

/* Refuse NAME_TAKEN unless the name is free: of parties, books (whose houses
 * are parties) and the word for every scope. */
void party_check_name(
    struct context *, const struct ident *, const char *field);

/* No balance and nothing held in any role, no stake in what is above it? */
bool party_is_empty(struct context *, const struct party *);
/* beneficiary.c, split.c */
void beneficiary_set(struct context *, const struct operation *);
void split_set(struct context *, const struct operation *);
void split_arrive(struct context *, const struct operation *);

/* succession.c */
void succession_open(struct context *, const struct operation *);
void succession_pay(struct context *, const struct operation *);
void succession_end(struct context *, const struct operation *);

/* dormancy.c, unclaimed.c */
void dormancy_set(struct context *, const struct operation *);
void dormancy_reactivate(struct context *, const struct operation *);
void unclaimed_take(struct context *, const struct operation *);
void unclaimed_return(struct context *, const struct operation *);
void unclaimed_remit(struct context *, const struct operation *);

/* drawer.c */
void drawer_open(struct context *, const struct operation *);
void drawer_count(struct context *, const struct operation *);
void drawer_close(struct context *, const struct operation *);

/* cash.c */
void cash_move(struct context *, const struct operation *);
void cash_set_limit(struct context *, const struct operation *);

/* share.c */
void share_membership(struct context *, const struct operation *);
void share_deposit(struct context *, const struct operation *);
void share_withdraw(struct context *, const struct operation *);
void share_transfer(struct context *, const struct operation *);

/* Add a posting to where cash or a bank's money is: a drawer, the box of an
 * office, a correspondent's nostro.  Refusals name the field via. */
void share_add_via(
    struct context *, const struct ident *via, struct amount);

/* pool.c */
void pool_contribute(struct context *, const struct operation *);
void pool_lend(struct context *, const struct operation *);
void pool_redeem(struct context *, const struct operation *);

/* notice.c: notice_set_rule, notice_give; see notice.h */

/* hold.c */
void hold_place(struct context *, const struct operation *);
void hold_capture(struct context *, const struct operation *);
void hold_release(struct context *, const struct operation *);

/* Is a hold to end at or before that time?  Keeps next_expiry_ms. */
bool hold_is_due(struct ledger *, struct instant now);

/* End the holds whose time has come, in order of (until, index). */
void hold_expire(struct context *);

/* book.c */
void book_journal_entry(struct context *, const struct operation *);

/* calendar.c, day.c, month.c, year.c */
void calendar_set(struct context *, const struct operation *);
void day_close(struct context *, const struct operation *);
void month_close(struct context *, const struct operation *);
void year_close(struct context *, const struct operation *);

/* dividend.c */
void dividend_declare(struct context *, const struct operation *);
void dividend_tax(struct context *, const struct operation *);

/* lock.c */
void lock_lock(struct context *, const struct operation *);
void lock_unlock(struct context *, const struct operation *);

/* agreement.c */
void agreement_set(struct context *, const struct operation *);
void agreement_set_cap(struct context *, const struct operation *);

/* project.c */
void project_register(struct context *, const struct operation *);
void project_link(struct context *, const struct operation *);
void project_milestone(struct context *, const struct operation *);
void project_close(struct context *, const struct operation *);

/* pledge.c */
void pledge_pledge(struct context *, const struct operation *);
void pledge_withdraw(struct context *, const struct operation *);

/* trust.c */
void trust_receive(struct context *, const struct operation *);
void trust_draw(struct context *, const struct operation *);
void trust_return(struct context *, const struct operation *);
void trust_undo(struct context *, const struct posting_list *);

/* term.c */
void term_set(struct context *, const struct operation *);
void term_open(struct context *, const struct operation *);
void term_close(struct context *, const struct operation *);
/* product.c, concentration.c */
void product_set(struct context *, const struct operation *);
void concentration_set(struct context *, const struct operation *);

/* loan_apply.c, security.c, loan_approve.c, loan_disburse.c */
void loan_apply(struct context *, const struct operation *);
void security_guarantee(struct context *, const struct operation *);
void security_release_guarantee(struct context *, const struct operation *);
void security_collateral(struct context *, const struct operation *);
void security_release_collateral(struct context *, const struct operation *);
void loan_approve(struct context *, const struct operation *);
void loan_decline(struct context *, const struct operation *);
void loan_disburse(struct context *, const struct operation *);
void loan_undo_disburse(struct context *, const struct posting_list *);
void loan_check_undo_disburse(
    struct context *, const struct posting_list *, uint64_t entry);

/* loan_repay.c, loan_reschedule.c, loan_loss.c, revolve.c */
void loan_repay(struct context *, const struct operation *);
void loan_reschedule(struct context *, const struct operation *);
void loan_charge_off(struct context *, const struct operation *);
void loan_recover(struct context *, const struct operation *);
void revolve_revolve(struct context *, const struct operation *);

/* loan_step.c: of those of them that can be reversed */
void loan_step_check_undo(
    struct context *, const struct posting_list *, uint64_t entry);
void loan_step_undo(struct context *, const struct posting_list *);

/* reversal.c */
void reversal_reverse(struct context *, const struct operation *);

/* What a reverse is about, if that can be reversed at all: views into the
 * ledger's scratch.  False also after a failure. */
bool reversal_find(struct ledger *, const struct operation *reverse,
    struct operation *subject, bool *of_batch) WARN_UNUSED_RESULT;

/* batch.c; reads the body from c->order */
void batch_decide(struct context *, const struct operation *);

#endif
