/*
 * What the files of teller share.
 */
#ifndef POSITO_TOOLS_TELLER_INSIDE_H
#define POSITO_TOOLS_TELLER_INSIDE_H

#include "teller.h"

/* The one place where the screen changes; forgets what was typed. */
void teller_go(struct teller *, enum teller_screen);

/* Ask for this line; order: it is to be signed. */
void teller_put(struct teller *, enum teller_ask, bool order,
    const char *format, ...) PRINTF_LIKE(4, 5);

/* The pieces as the line spells them: USD20.00x12,..., or none. */
void teller_spell_pieces(const struct teller *, struct buffer *);

#endif
