/*
 * posito help, from the operation table: offline, in two languages.
 */
#ifndef POSITO_TOOLS_HELP_H
#define POSITO_TOOLS_HELP_H

#include <posito/operation.h>

#include <stdio.h>

/* What the tool can do, and every operation with its sentence. */
void help_overview(FILE *, enum language);

/* One operation with its fields, who may sign it, and an example. */
void help_verb(FILE *, enum verb, enum language);

/* One of the tool's own commands (keygen, init ...); false if it is none. */
bool help_tool(FILE *, const char *command, enum language);

/* The tool's own commands; the last one is followed by NULL. */
const char *const *help_tools(void);

#endif
