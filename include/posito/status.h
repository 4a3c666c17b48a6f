/*
 * Every answer a client can get, in one table: number, name, sentence in
 * English and Spanish.
 *
 * The order is the order of precedence: when several would fit, the
 * earlier one is answered.  The numbers are part of the protocol; a new
 * status takes a free number in its hundred.
 *
 *   1xx the line        2xx who signed        3xx may they
 *   4xx whom and what   5xx how much          6xx holds and reversals
 *   7xx bodies          8xx questions         9xx the service
 */
#ifndef POSITO_STATUS_H
#define POSITO_STATUS_H

#include <posito/bytes.h>

#define STATUSES(X)                                                           \
    X(ACCEPTED, 0, "ok", "Done.", "Hecho.")                                   \
    X(LINE_TOO_LONG, 100, "line-too-long",                                    \
        "The line is longer than 4,096 bytes.",                               \
        "La línea pasa de 4,096 bytes.")                                      \
    X(BAD_BYTE, 101, "bad-byte",                                              \
        "The line has a byte that is not plain ASCII (0x20 to 0x7E).",        \
        "La línea tiene un byte que no es ASCII simple (0x20 a 0x7E).")       \
    X(UNKNOWN_VERB, 102, "unknown-verb",                                      \
        "There is no such operation. Type help for the list.",                \
        "No existe esa operación. Escriba help para ver la lista.")           \
    X(BAD_FIELD, 103, "bad-field",                                            \
        "A word is not of the form key=value, or there is a space too many.", \
        "Una palabra no tiene la forma clave=valor, o sobra un espacio.")     \
    X(UNKNOWN_KEY_WORD, 104, "unknown-field",                                 \
        "The operation has no field of that name.",                           \
        "La operación no tiene un campo con ese nombre.")                     \
    X(REPEATED_FIELD, 105, "repeated-field", "A field is given twice.",       \
        "Un campo aparece dos veces.")                                        \
    X(MISORDERED_FIELD, 106, "misordered-field",                              \
        "The fields are not in the operation's order.",                       \
        "Los campos no están en el orden de la operación.")                   \
    X(MISSING_FIELD, 107, "missing-field", "A field is missing.",             \
        "Falta un campo.")                                                    \
    X(BAD_VALUE, 108, "bad-value",                                            \
        "The value is not of the kind this field takes.",                     \
        "El valor no es del tipo que lleva este campo.")                      \
    X(SECOND_SPELLING, 109, "second-spelling",                                \
        "The value has another, shorter spelling; only that one is taken.",   \
        "El valor tiene otra escritura más corta; sólo esa se acepta.")       \
    X(WRONG_DIGITS, 110, "wrong-digits",                                      \
        "The amount must have exactly the digits of its currency.",           \
        "El importe debe llevar exactamente los decimales de su moneda.")     \
    X(UNKNOWN_CURRENCY, 111, "unknown-currency",                              \
        "The ledger does not keep that currency.",                            \
        "El libro no lleva esa moneda.")                                      \
    X(AMOUNT_ABOVE_CAP, 112, "amount-above-cap",                              \
        "The amount is above the largest one a line may carry.",              \
        "El importe pasa del máximo que puede llevar una línea.")             \
    X(AMOUNT_NOT_POSITIVE, 113, "amount-not-positive",                        \
        "The amount must be more than zero.",                                 \
        "El importe debe ser mayor que cero.")                                \
    X(NOT_IN_A_BODY, 114, "not-in-a-body",                                    \
        "This operation cannot stand there.",                                 \
        "Esta operación no puede ir en ese lugar.")                           \
    X(UNKNOWN_KEY, 200, "unknown-key", "No key has that name.",               \
        "Ninguna llave tiene ese nombre.")                                    \
    X(BAD_SIGNATURE, 201, "bad-signature",                                    \
        "The signature does not fit the line, the key or this ledger.",       \
        "La firma no corresponde a la línea, a la llave o a este libro.")     \
    X(BAD_PROOF, 202, "bad-proof",                                            \
        "The new key has not proved that its owner holds it.",                \
        "La llave nueva no ha probado que su dueño la tiene.")                \
    X(BAD_POINT, 203, "bad-public-key",                                       \
        "That is not a usable Ed25519 public key.",                           \
        "Esa no es una llave pública Ed25519 utilizable.")                    \
    X(ID_REUSED, 204, "id-reused",                                            \
        "This id was already used for another line by the same key.",         \
        "Este id ya se usó para otra línea con la misma llave.")              \
    X(KEY_REVOKED, 205, "key-revoked", "The key was revoked.",                \
        "La llave fue revocada.")                                             \
    X(NOT_LOGGED_IN, 206, "not-logged-in",                                    \
        "Log in first: type hello.", "Identifíquese primero: escriba hello.") \
    X(NO_CHALLENGE, 207, "no-challenge",                                      \
        "Ask for a challenge first: type hello.",                             \
        "Pida primero un reto: escriba hello.")                               \
    X(WRONG_KIND, 300, "wrong-kind",                                          \
        "A key of this kind may not do that.",                                \
        "Una llave de este tipo no puede hacer eso.")                         \
    X(OUT_OF_SCOPE, 301, "out-of-scope",                                      \
        "The key's scope does not reach that party or book.",                 \
        "El alcance de la llave no llega a esa parte o a ese libro.")         \
    X(OWN_ACCOUNT, 302, "own-account",                                        \
        "Nobody may post to an account of their own.",                        \
        "Nadie puede asentar en una cuenta propia.")                          \
    X(OVER_LIMIT, 303, "over-limit",                                          \
        "The amount is above the key's limit for one operation.",             \
        "El importe pasa del límite de la llave para una operación.")         \
    X(OVER_DAILY_LIMIT, 304, "over-daily-limit",                              \
        "The amount is above what the key may still move today.",             \
        "El importe pasa de lo que la llave puede mover todavía hoy.")        \
    X(BAD_POLICY, 305, "bad-policy",                                          \
        "Such a policy could never be met, or is not served yet.",            \
        "Esa regla nunca podría cumplirse, o aún no se atiende.")             \
    X(LAST_KEY, 306, "last-key",                                              \
        "Without this key nobody could add another one.",                     \
        "Sin esta llave nadie podría dar de alta otra.")                      \
    X(NOT_FOUNDING, 307, "not-founding",                                      \
        "That can only be done when the ledger is founded.",                  \
        "Eso sólo puede hacerse al fundar el libro.")                         \
    X(UNKNOWN_PROPOSAL, 308, "unknown-proposal",                              \
        "There is no such proposal.", "No existe esa propuesta.")             \
    X(PROPOSAL_ENDED, 309, "proposal-ended",                                  \
        "The proposal took effect, was rejected, withdrawn or has lapsed.",   \
        "La propuesta ya se ejecutó, se rechazó, se retiró o venció.")        \
    X(OWN_PROPOSAL, 310, "own-proposal",                                      \
        "Who proposed it cannot approve or reject it.",                       \
        "Quien la propuso no puede aprobarla ni rechazarla.")                 \
    X(NOT_OWN_PROPOSAL, 311, "not-own-proposal",                              \
        "Only who proposed it can withdraw it.",                              \
        "Sólo quien la propuso puede retirarla.")                             \
    X(ALREADY_APPROVED, 312, "already-approved",                              \
        "This key has signed the proposal already.",                          \
        "Esta llave ya firmó la propuesta.")                                  \
    X(UNKNOWN_BOOK, 400, "unknown-book", "There is no such book.",            \
        "No existe ese libro.")                                               \
    X(UNKNOWN_PARTY, 401, "unknown-party", "There is no such party.",         \
        "No existe esa parte.")                                               \
    X(UNKNOWN_ACCOUNT, 402, "unknown-account", "There is no such account.",   \
        "No existe esa cuenta.")                                              \
    X(WRONG_PARTY, 403, "wrong-party",                                        \
        "A party of this kind cannot take that place.",                       \
        "Una parte de este tipo no puede ocupar ese lugar.")                  \
    X(NAME_TAKEN, 404, "name-taken", "The name is taken.",                    \
        "El nombre ya está ocupado.")                                         \
    X(PARTY_CLOSED, 405, "party-closed", "The party is closed.",              \
        "La parte está cerrada.")                                             \
    X(PARTY_FROZEN, 406, "party-frozen",                                      \
        "The party's accounts are frozen by an order.",                       \
        "Las cuentas de la parte están congeladas por una orden.")            \
    X(NOT_FROZEN, 407, "not-frozen", "The party is not frozen.",              \
        "La parte no está congelada.")                                        \
    X(NOT_EMPTY, 408, "not-empty",                                            \
        "The party still has a balance, a hold or open dependants.",          \
        "La parte aún tiene saldo, una retención o dependientes abiertos.")   \
    X(SAME_ACCOUNT, 409, "same-account",                                      \
        "Both sides are the same account.",                                   \
        "Ambos lados son la misma cuenta.")                                   \
    X(OTHER_CURRENCY, 410, "other-currency",                                  \
        "The account is kept in another currency.",                           \
        "La cuenta se lleva en otra moneda.")                                 \
    X(OTHER_BOOK, 411, "other-book", "The parties are in different books.",   \
        "Las partes están en libros distintos.")                              \
    X(CONTROL_ROLE, 412, "control-role",                                      \
        "That account is moved by its own operations only.",                  \
        "Esa cuenta sólo se mueve con sus propias operaciones.")              \
    X(WRONG_DATE, 413, "wrong-date",                                          \
        "That date is not the book's open day, or does not follow it.",       \
        "Esa fecha no es el día abierto del libro, o no le sigue.")           \
    X(DRAWER_NEEDED, 414, "drawer-needed",                                    \
        "This office takes cash through its drawers only.",                   \
        "Esta oficina mueve efectivo sólo por sus cajas.")                    \
    X(DRAWER_NOT_OPEN, 415, "drawer-not-open", "The drawer is not open.",     \
        "La caja no está abierta.")                                           \
    X(DRAWER_IS_OPEN, 416, "drawer-is-open", "The drawer is open already.",   \
        "La caja ya está abierta.")                                           \
    X(NOT_YOUR_DRAWER, 417, "not-your-drawer",                                \
        "The drawer was opened by another key.",                              \
        "La caja la abrió otra llave.")                                       \
    X(UNKNOWN_PIECE, 418, "unknown-denomination",                             \
        "The book's currency has no such note or coin.",                      \
        "La moneda del libro no tiene ese billete o moneda.")                 \
    X(PERIOD_CLOSED, 419, "period-closed", "That period is closed.",          \
        "Ese periodo está cerrado.")                                          \
    X(PERIOD_OPEN, 420, "period-open", "That period is not over yet.",        \
        "Ese periodo aún no termina.")                                        \
    X(UNKNOWN_LOCK, 421, "unknown-lock",                                      \
        "There is no such lock, or it was opened.",                           \
        "No existe ese bloqueo, o ya se abrió.")                              \
    X(STILL_LOCKED, 422, "still-locked", "Its date has not come yet.",        \
        "Aún no llega su fecha.")                                             \
    X(ALREADY_DECLARED, 423, "already-declared",                              \
        "That month has its dividend in that currency.",                      \
        "Ese mes ya tiene su dividendo en esa moneda.")                       \
    X(BAD_PARTS, 424, "bad-parts",                                            \
        "The parts must sum to one.",                                         \
        "Las partes deben sumar uno.")                                        \
    X(UNKNOWN_PRODUCT, 425, "unknown-product",                                \
        "No term share of that length is offered in that currency.",          \
        "No se ofrece aportación a ese plazo en esa moneda.")                 \
    X(UNKNOWN_TERM, 426, "unknown-term",                                      \
        "There is no such term share, or it was paid out.",                   \
        "No existe esa aportación a plazo, o ya se pagó.")                    \
    X(IN_SUCCESSION, 430, "in-succession",                                    \
        "The member has died; the savings are for the beneficiaries.",        \
        "El socio falleció; el ahorro es de los beneficiarios.")              \
    X(DORMANT, 431, "dormant",                                                \
        "The share is dormant; its owner must come in person.",               \
        "La aportación está inactiva; su dueño debe presentarse en persona.") \
    X(NOT_DORMANT, 432, "not-dormant", "No share of the party is dormant.",   \
        "Ninguna aportación de la parte está inactiva.")                      \
    X(NOT_UNCLAIMED, 433, "not-unclaimed",                                    \
        "That share is not unclaimed yet, or has nothing to take.",           \
        "Esa aportación aún no es un bien no reclamado, o no tiene qué tomar.")\
    X(NOTHING_UNCLAIMED, 434, "nothing-unclaimed",                            \
        "Nothing of the party is kept as unclaimed in that currency.",        \
        "No se guarda nada no reclamado de la parte en esa moneda.")          \
    X(UNKNOWN_BENEFICIARY, 435, "unknown-beneficiary",                        \
        "The member has named no such beneficiary.",                          \
        "El socio no nombró a ese beneficiario.")                             \
    X(NOTICE_NEEDED, 436, "notice-needed",                                    \
        "The club asks for notice before money leaves its pool.",             \
        "El club pide aviso antes de que salga dinero de su fondo.")          \
    X(NOTICE_NOT_DUE, 437, "notice-not-due",                                  \
        "The days of notice are not over yet.",                               \
        "Aún no pasan los días de aviso.")                                    \
    X(UNKNOWN_NOTICE, 438, "unknown-notice",                                  \
        "There is no such notice of that member and pool, or it is used up.", \
        "No hay tal aviso de ese socio y fondo, o ya se agotó.")              \
    X(UNKNOWN_AGREEMENT, 440, "unknown-agreement",                            \
        "There is no such matching rule, or it is not in force on that date.",\
        "No existe esa regla de coinversión, o no vale en esa fecha.")        \
    X(AGREEMENT_EXISTS, 441, "agreement-exists",                              \
        "That rule is set from that date already.",                           \
        "Esa regla ya está fijada desde esa fecha.")                          \
    X(UNKNOWN_LEVEL, 442, "unknown-level",                                    \
        "The matching rule has no such level.",                               \
        "La regla de coinversión no tiene ese nivel.")                        \
    X(LEVEL_TAKEN, 443, "level-taken",                                        \
        "Another funder has that level of the project.",                      \
        "Otro aportante tiene ese nivel del proyecto.")                       \
    X(LEVEL_OUT, 444, "level-out",                                            \
        "That level takes no part in the project: clubs go on alone.",        \
        "Ese nivel no participa en el proyecto: los clubes siguen solos.")    \
    X(TOO_MANY_SOURCES, 445, "too-many-sources",                              \
        "A project has at most 20 sources.",                                  \
        "Un proyecto tiene a lo más 20 fuentes.")                             \
    X(UNKNOWN_MILESTONE, 446, "unknown-milestone",                            \
        "The project has no such milestone.",                                 \
        "El proyecto no tiene ese avance.")                                   \
    X(MILESTONE_REACHED, 447, "milestone-reached",                            \
        "That milestone was reached before.",                                 \
        "Ese avance ya se había alcanzado.")                                  \
    X(ALREADY_LINKED, 448, "already-linked",                                  \
        "The projects are linked so already.",                                \
        "Los proyectos ya están vinculados así.")                             \
    X(UNKNOWN_PLEDGE, 449, "unknown-pledge",                                  \
        "There is no such pledge.",                                           \
        "No existe ese compromiso.")                                          \
    X(PLEDGE_ENDED, 450, "pledge-ended",                                      \
        "The pledge was received whole, withdrawn or has lapsed.",            \
        "El compromiso ya se recibió completo, se retiró o venció.")          \
    X(UNKNOWN_LOAN_PRODUCT, 460, "unknown-loan-product",                      \
        "The book offers no loan product of that name on its date.",          \
        "El libro no ofrece ese producto de crédito en su fecha.")            \
    X(PRODUCT_EXISTS, 461, "product-exists",                                  \
        "That product is set from that date already.",                        \
        "Ese producto ya está fijado desde esa fecha.")                       \
    X(UNKNOWN_LOAN, 462, "unknown-loan",                                      \
        "No entry of that number applied for a loan.",                        \
        "Ningún asiento de ese número solicitó un crédito.")                  \
    X(LOAN_ENDED, 463, "loan-ended",                                          \
        "The loan was paid, charged off or declined.",                        \
        "El crédito ya se pagó, se castigó o se rechazó.")                    \
    X(WRONG_PHASE, 464, "wrong-phase",                                        \
        "The loan has not come to that step, or is past it.",                 \
        "El crédito aún no llega a ese paso, o ya lo pasó.")                  \
    X(ALREADY_SECURED, 465, "already-secured",                                \
        "That party has secured the loan so already; release that first.",    \
        "Esa parte ya lo garantizó así; libere primero lo anterior.")         \
    X(UNKNOWN_SECURITY, 466, "unknown-security",                              \
        "That party does not secure the loan so, or it was released.",        \
        "Esa parte no garantiza así el crédito, o ya se liberó.")             \
    X(TOO_MANY_SECURITIES, 467, "too-many-securities",                        \
        "A loan has at most 16 guarantees and shares held for it.",           \
        "Un crédito tiene a lo más 16 avales y aportaciones retenidas.")      \
    X(TRANCHE_ORDER, 468, "tranche-order",                                    \
        "That is not the next tranche of the loan.",                          \
        "Esa no es la siguiente entrega del crédito.")                        \
    X(MILESTONE_NOT_REACHED, 469, "milestone-not-reached",                    \
        "The tranche's milestone was not reached yet.",                       \
        "El avance de esa entrega aún no se alcanza.")                        \
    X(LOAN_WENT_ON, 470, "loan-went-on",                                      \
        "Something happened to the loan since; that must be undone first.",   \
        "Algo pasó con el crédito después; hay que deshacerlo primero.")      \
    X(TRANCHES_LEFT, 475, "tranches-left",                                    \
        "A tranche is still to come; decline it first.",                      \
        "Falta una entrega; rechácela primero.")                              \
    X(NOT_REVOLVING, 476, "not-revolving",                                    \
        "The loan is for no project, or no pool takes part in it.",           \
        "El crédito no es de un proyecto, o ningún fondo participa.")         \
    X(NOT_ACCRUING, 477, "not-accruing",                                      \
        "Interest of a loan that does not accrue cannot become principal.",   \
        "El interés de un crédito que no lo devenga no puede capitalizarse.") \
    X(INSUFFICIENT, 500, "insufficient-funds",                                \
        "The available balance is too small.",                                \
        "El saldo disponible no alcanza.")                                    \
    X(NOT_BALANCED, 501, "not-balanced",                                      \
        "The postings do not sum to zero in each book and currency.",         \
        "Los asientos no suman cero en cada libro y moneda.")                 \
    X(BALANCE_OVERFLOW, 502, "balance-overflow",                              \
        "The balance would become larger than the ledger can hold.",          \
        "El saldo sería mayor de lo que el libro puede llevar.")              \
    X(ABOVE_STAKE, 503, "above-stake",                                        \
        "That is more than was put into the pool.",                           \
        "Es más de lo que se puso en el fondo.")                              \
    X(ABOVE_EARNINGS, 504, "above-earnings",                                  \
        "That is more than the earnings available.",                          \
        "Es más que los remanentes disponibles.")                             \
    X(NOBODY_EARNS, 505, "nobody-earns",                                      \
        "No share has a balance that earns it.",                              \
        "Ninguna aportación tiene saldo que lo gane.")                        \
    X(OVER_MEMBER_LIMIT, 506, "over-member-limit",                            \
        "The member may not take out that much cash in one day.",             \
        "El socio no puede retirar tanto efectivo en un día.")                \
    X(BELOW_MINIMUM, 510, "below-minimum",                                    \
        "That is less than the smallest principal of that term.",             \
        "Es menos que el principal mínimo de ese plazo.")                     \
    X(NO_SUCCESSION, 515, "no-succession",                                    \
        "No succession of that member is open.",                              \
        "No está abierta la sucesión de ese socio.")                          \
    X(ALREADY_PAID, 516, "already-paid",                                      \
        "That beneficiary has had the part of what was there.",               \
        "Ese beneficiario ya recibió su parte de lo que había.")              \
    X(ABOVE_NOTICE, 520, "above-notice",                                      \
        "That is more than is left of the notice.",                           \
        "Es más de lo que queda del aviso.")                \
    X(ABOVE_BUDGET, 522, "above-budget",                                      \
        "That is more than is left of the level's part of the budget.",       \
        "Es más de lo que queda de la parte del nivel en el presupuesto.")    \
    X(ABOVE_PROGRAMME_CAP, 523, "above-cap",                                  \
        "That is above the cap; say with over= what to do.",                  \
        "Eso pasa del tope; diga con over= qué hacer.")                       \
    X(ABOVE_PLEDGE, 524, "above-pledge",                                      \
        "That is more than was pledged and not received yet.",                \
        "Es más de lo comprometido que falta por recibir.")                   \
    X(ABOVE_MILESTONES, 525, "above-milestones",                              \
        "The milestones reached do not release that much.",                   \
        "Los avances alcanzados no liberan tanto.")                           \
    X(ABOVE_PRODUCT, 540, "above-product",                                    \
        "That is more than the product allows.",                              \
        "Es más de lo que permite el producto.")                              \
    X(BELOW_PRODUCT, 541, "below-product",                                    \
        "That is less than the product's smallest loan.",                     \
        "Es menos que el crédito mínimo del producto.")                       \
    X(NOT_AMORTISING, 542, "not-amortising",                                  \
        "The instalments would not pay the loan off.",                        \
        "Los pagos no alcanzarían a liquidar el crédito.")                    \
    X(NO_SCHEDULE, 543, "no-schedule",                                        \
        "No table of payments or rate can be worked out for that loan.",      \
        "No puede calcularse la tabla de pagos o la tasa de ese crédito.")    \
    X(OTHER_AMOUNT, 544, "other-amount",                                      \
        "That is not the amount applied for, or of the tranche.",             \
        "No es el importe solicitado, o el de la entrega.")                   \
    X(NOT_COVERED, 545, "not-covered",                                        \
        "Guarantees and shares held cover less than the product asks for.",   \
        "Avales y aportaciones retenidas cubren menos de lo que se pide.")    \
    X(ABOVE_POOL, 546, "above-pool",                                          \
        "The pool has not that much that is not lent.",                       \
        "El fondo no tiene tanto sin prestar.")                               \
    X(ABOVE_BORROWER_LIMIT, 547, "above-borrower-limit",                      \
        "The pool would have too much in loans to one borrower.",             \
        "El fondo tendría demasiado prestado a un solo acreditado.")          \
    X(ABOVE_CLUB_LIMIT, 548, "above-club-limit",                              \
        "The pool would have too much in loans to one club's members.",       \
        "El fondo tendría demasiado prestado a socios de un solo club.")      \
    X(ABOVE_SECTOR_LIMIT, 549, "above-sector-limit",                          \
        "The pool would have too much in loans to one sector.",               \
        "El fondo tendría demasiado prestado a un solo sector.")              \
    X(ABOVE_DEBT, 550, "above-debt",                                          \
        "That is more than is owed on the loan today.",                       \
        "Es más de lo que hoy se debe del crédito.")                          \
    X(ABOVE_LOSS, 551, "above-loss",                                          \
        "That is more than was charged off and not yet recovered.",           \
        "Es más de lo castigado y aún no recuperado.")                        \
    X(ABOVE_REPAID, 552, "above-repaid",                                      \
        "That is more principal than was repaid and not yet revolved.",       \
        "Es más capital del pagado y aún no pasado a recuperados.")           \
    X(UNKNOWN_HOLD, 600, "unknown-hold", "There is no such hold.",            \
        "No existe esa retención.")                                           \
    X(HOLD_ENDED, 601, "hold-ended",                                          \
        "The hold was captured, released or has expired.",                    \
        "La retención ya se cobró, se liberó o venció.")                      \
    X(ABOVE_HOLD, 602, "above-hold",                                          \
        "That is more than is still held.",                                   \
        "Es más de lo que queda retenido.")                                   \
    X(BAD_EXPIRY, 603, "bad-expiry",                                          \
        "A hold must end in the future, within 400 days.",                    \
        "Una retención debe terminar en el futuro, dentro de 400 días.")      \
    X(UNKNOWN_ENTRY, 604, "unknown-entry",                                    \
        "The journal has no such entry or line.",                             \
        "El diario no tiene ese asiento o esa línea.")                        \
    X(NOT_REVERSIBLE, 605, "not-reversible",                                  \
        "An entry of that kind cannot be reversed.",                          \
        "Un asiento de ese tipo no puede revertirse.")                        \
    X(ALREADY_REVERSED, 606, "already-reversed",                              \
        "The entry was already reversed.", "El asiento ya fue revertido.")    \
    X(BAD_BODY, 700, "bad-body",                                              \
        "The body does not have the lines or the root that were signed.",     \
        "El cuerpo no tiene las líneas o la raíz que se firmaron.")           \
    X(BODY_TOO_LARGE, 701, "body-too-large",                                  \
        "A body has at most 10,000 lines and 2 MiB.",                         \
        "Un cuerpo tiene a lo más 10,000 líneas y 2 MiB.")                    \
    X(LINE_REFUSED, 702, "line-refused",                                      \
        "A line of the body was refused, so nothing was done.",               \
        "Se rechazó una línea del cuerpo, así que no se hizo nada.")          \
    X(BEYOND_END, 800, "beyond-end", "The ledger has not come that far.",     \
        "El libro no ha llegado tan lejos.")                                  \
    X(BAD_RANGE, 801, "bad-range",                                            \
        "The range ends before it begins, or is too long.",                   \
        "El intervalo termina antes de empezar, o es demasiado largo.")       \
    X(BUSY, 900, "busy", "Too much is waiting; try again shortly.",           \
        "Hay demasiado en espera; intente de nuevo en un momento.")           \
    X(TOO_SLOW, 901, "too-slow",                                              \
        "The connection was idle or a line took too long.",                   \
        "La conexión estuvo inactiva o una línea tardó demasiado.")           \
    X(STOPPING, 902, "stopping", "The daemon is stopping.",                   \
        "El servidor se está deteniendo.")                                    \
    X(READ_ONLY, 903, "read-only",                                            \
        "The disk is almost full; only questions are answered.",              \
        "El disco está casi lleno; sólo se responden preguntas.")             \
    X(TOO_MANY, 904, "too-many-connections",                                  \
        "There are too many connections.", "Hay demasiadas conexiones.")

enum status {
#define X(symbol, number, name, english, spanish) STATUS_##symbol = (number),
    STATUSES(X)
#undef X
};

enum language { LANGUAGE_EN, LANGUAGE_ES };

/* "insufficient-funds"; never NULL for a status of the table. */
const char *status_name(enum status);

/* The sentence for a person, UTF-8, ends in a full stop. */
const char *status_sentence(enum status, enum language);

/* False if no status has that name. */
bool status_parse(struct bytes name, enum status *) WARN_UNUSED_RESULT;

#endif
