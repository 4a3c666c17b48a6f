/*
 * Answers as JSON objects, one a line; the shape stands in show.h.
 */
#ifndef POSITO_TOOLS_SHOW_JSON_H
#define POSITO_TOOLS_SHOW_JSON_H

#include <posito/operation.h>

#include <stdio.h>

void show_json_answer(FILE *, enum verb, struct bytes answer);

/* {"accepted":false,"status":"bad-value","number":108,"text":"..."} */
void show_json_fault(FILE *, enum status, const char *text);

/* {"failure":"..."} */
void show_json_failure(FILE *, const char *text);

#endif
