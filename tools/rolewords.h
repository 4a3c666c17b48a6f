/*
 * What roles of the chart and classes are called in statements, in both
 * languages.
 */
#ifndef POSITO_TOOLS_ROLEWORDS_H
#define POSITO_TOOLS_ROLEWORDS_H

#include <posito/bytes.h>
#include <posito/status.h>

/* "share" -> "Aportaciones".  Also the lines of statements that are no
 * role: total, surplus, unmatched.  NULL if the word is not known. */
const char *rolewords_role(struct bytes role, enum language);

/* What a sum over a class is called: "Total assets".  NULL if unknown. */
const char *rolewords_total(struct bytes class, enum language);

#endif
