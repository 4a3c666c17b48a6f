#include "advice.h"

#include <stddef.h>

struct advice {
    enum status status;
    const char *text[2];
};

static const struct advice table[] = {
    {STATUS_UNKNOWN_VERB,
        {"`posito help` lists the operations.",
            "`posito help` muestra las operaciones."}},
    {STATUS_SECOND_SPELLING,
        {"Write the number or date in its shortest form, without leading "
         "zeros or a plus sign.",
            "Escriba el número o la fecha en su forma más corta, sin ceros "
            "a la izquierda ni signo más."}},
    {STATUS_UNKNOWN_CURRENCY,
        {"Use one of the currencies the ledger was founded with.",
            "Use una de las monedas con que se fundó el libro."}},
    {STATUS_UNKNOWN_KEY,
        {"Check that --key is the file of a key registered in this ledger, "
         "or ask a federation treasurer to add it with key-add.",
            "Revise que --key sea el archivo de una llave registrada en "
            "este libro, o pida a quien administra llaves que la dé de alta "
            "con key-add."}},
    {STATUS_BAD_SIGNATURE,
        {"The key file may be an old one (the key was changed with "
         "key-rotate), or belong to another ledger.",
            "El archivo de la llave puede ser viejo (se cambió con "
            "key-rotate) o ser de otro libro."}},
    {STATUS_BAD_PROOF,
        {"The proof must be made with the new key's own file: --new-key "
         "FILE, or `posito proof` where that file is.",
            "La prueba se hace con el archivo de la llave nueva: --new-key "
            "ARCHIVO, o `posito proof` donde esté ese archivo."}},
    {STATUS_ID_REUSED,
        {"Send it again: each attempt of this tool takes a fresh id.",
            "Envíelo otra vez: cada intento usa un id nuevo."}},
    {STATUS_KEY_REVOKED,
        {"Ask a federation treasurer for a new key.",
            "Pida una llave nueva a la tesorería de la federación."}},
    {STATUS_NOT_LOGGED_IN,
        {"Give your key: --key FILE, POSITO_KEY, or key = FILE in "
         "~/.config/posito/config.",
            "Indique su llave: --key ARCHIVO, POSITO_KEY, o key = ARCHIVO "
            "en ~/.config/posito/config."}},
    {STATUS_WRONG_KIND,
        {"`posito help OPERATION` says who may sign it; ask one of them.",
            "`posito help OPERACIÓN` dice quién puede firmarla; pídalo a "
            "alguien así."}},
    {STATUS_OUT_OF_SCOPE,
        {"`posito key key=YOURS` shows how far your key reaches.",
            "`posito key key=LA-SUYA` muestra hasta dónde llega su llave."}},
    {STATUS_OWN_ACCOUNT,
        {"Ask a colleague to sign it.", "Pida a un colega que lo firme."}},
    {STATUS_OVER_LIMIT,
        {"Ask somebody with a higher limit, a supervisor, to sign it.",
            "Pida que lo firme alguien con un límite mayor, un supervisor."}},
    {STATUS_OVER_DAILY_LIMIT,
        {"Wait for the next business day, or ask a supervisor to sign it.",
            "Espere al siguiente día contable, o pida que lo firme un "
            "supervisor."}},
    {STATUS_BAD_POLICY,
        {"need is 1 to 9 and at least each times the countries with a book; "
         "lapse 1 to 90 days; for the keys themselves there must be enough "
         "keys of these kinds.",
            "need va de 1 a 9 y alcanza para each en cada país con libro; "
            "lapse de 1 a 90 días; para las llaves mismas debe haber "
            "bastantes llaves de esos tipos."}},
    {STATUS_UNKNOWN_PROPOSAL,
        {"`posito proposals` lists what waits.",
            "`posito proposals` muestra lo que espera."}},
    {STATUS_OWN_PROPOSAL,
        {"Ask somebody else to sign it; withdraw-proposal takes it back.",
            "Pida a otra persona que la firme; withdraw-proposal la "
            "retira."}},
    {STATUS_LAST_KEY,
        {"Add another federation treasurer's or board's key first.",
            "Dé de alta antes otra llave de tesorería o de consejo."}},
    {STATUS_UNKNOWN_PARTY,
        {"Check the name's spelling; `posito party party=NAME` shows one "
         "that exists.",
            "Revise cómo se escribe; `posito party party=NOMBRE` muestra "
            "una que existe."}},
    {STATUS_UNKNOWN_ACCOUNT,
        {"An account comes into being with its first posting; check its "
         "name: book/party/role/currency.",
            "Una cuenta nace con su primer asiento; revise su nombre: "
            "libro/parte/rol/moneda."}},
    {STATUS_WRONG_PARTY,
        {"`posito help OPERATION` says what belongs in each field.",
            "`posito help OPERACIÓN` dice qué va en cada campo."}},
    {STATUS_NAME_TAKEN,
        {"Choose another name; names are never used twice.",
            "Escoja otro nombre; los nombres no se repiten nunca."}},
    {STATUS_PARTY_FROZEN,
        {"Only party-unfreeze, with the order's reference, lifts it.",
            "Sólo party-unfreeze, con la referencia de la orden, lo "
            "levanta."}},
    {STATUS_NOT_EMPTY,
        {"`posito party party=NAME` shows what is left.",
            "`posito party party=NOMBRE` muestra lo que queda."}},
    {STATUS_CONTROL_ROLE,
        {"Use the operation made for it (deposit, withdraw, transfer ...).",
            "Use su propia operación (deposit, withdraw, transfer ...)."}},
    {STATUS_WRONG_DATE,
        {"`posito status` shows each book's open day.",
            "`posito status` muestra el día abierto de cada libro."}},
    {STATUS_UNKNOWN_LEVEL,
        {"`posito project project=NAME` shows its levels; a rule needs one "
         "called club.",
            "`posito project project=NOMBRE` muestra sus niveles; una regla "
            "necesita uno llamado club."}},
    {STATUS_LEVEL_OUT,
        {"Set a new project up if that level takes part after all.",
            "Dé de alta otro proyecto si ese nivel participa al fin."}},
    {STATUS_UNKNOWN_PLEDGE,
        {"A pledge is named by the entry that made it; `posito project "
         "project=NAME` shows who has pledged.",
            "Un compromiso se nombra por el asiento que lo hizo; `posito "
            "project project=NOMBRE` muestra quién se comprometió."}},
    {STATUS_UNKNOWN_PRODUCT,
        {"The board sets with term-set which lengths there are, in days, for "
         "each currency.",
            "El consejo fija con term-set qué plazos hay, en días, en cada "
            "moneda."}},
    {STATUS_UNKNOWN_TERM,
        {"`posito terms party=NAME` shows a member's term shares; they are "
         "named by the entry that opened them.",
            "`posito terms party=NOMBRE` muestra las de un socio; se nombran "
            "por el asiento que las abrió."}},
    {STATUS_BELOW_MINIMUM,
        {"Ask what that term's smallest principal is, or choose another "
         "length.",
            "Pregunte cuál es el mínimo de ese plazo, o escoja otro."}},
    {STATUS_LOAN_ENDED,
        {"A loan that was declined is applied for anew.",
            "Un crédito rechazado se solicita de nuevo."}},
    {STATUS_WRONG_PHASE,
        {"It goes: loan-apply, loan-approve, loan-disburse; guarantees and "
         "collateral come before the approval.",
            "El orden es: loan-apply, loan-approve, loan-disburse; avales y "
            "garantías van antes de aprobar."}},
    {STATUS_TRANCHE_ORDER,
        {"Tranches follow in the order of their names; milestone= is the "
         "next one's.",
            "Las entregas van en el orden de sus nombres; milestone= es el "
            "de la siguiente."}},
    {STATUS_LOAN_WENT_ON,
        {"Reverse first what was done to the loan last.",
            "Revierta primero lo último que se hizo con el crédito."}},
    {STATUS_TRANCHES_LEFT,
        {"`loan-decline` declines the tranches that were not paid out; then "
         "the loan can be paid off or planned anew.",
            "`loan-decline` rechaza las entregas que faltan; después se puede "
            "liquidar o reestructurar el crédito."}},
    {STATUS_ABOVE_DEBT,
        {"Take at most what is owed today: principal, interest up to today "
         "and late interest.",
            "Reciba a lo más lo que hoy se debe: capital, interés al día y "
            "moratorios."}},
    {STATUS_NOT_ACCRUING,
        {"Leave capital=yes out: the interest is then due with the first new "
         "instalment.",
            "Quite capital=yes: el interés vence entonces con el primer pago "
            "nuevo."}},
    {STATUS_OTHER_AMOUNT,
        {"Approve exactly what was applied for; pay out exactly the "
         "tranche's part, the fee included.",
            "Se aprueba exactamente lo solicitado; se entrega exactamente la "
            "parte que toca, con la comisión."}},
    {STATUS_NOT_COVERED,
        {"Add a guarantee or collateral, or ask for less.",
            "Agregue un aval o garantía, o pida menos."}},
    {STATUS_ABOVE_POOL,
        {"`posito account account=BOOK/CLUB/pool/CUR` shows what is not "
         "lent; let another pool take part.",
            "`posito account account=LIBRO/CLUB/pool/MON` muestra lo que no "
            "está prestado; que participe otro fondo."}},
    {STATUS_BAD_PARTS,
        {"Thirds are written 0.333333333334, 0.333333333333, "
         "0.333333333333: the last digit makes them one. A loan's pools "
         "take four digits: 0.3334, 0.3333, 0.3333.",
            "Los tercios se escriben 0.333333333334, 0.333333333333, "
            "0.333333333333: el último dígito los completa. Los fondos de "
            "un crédito llevan cuatro: 0.3334, 0.3333, 0.3333."}},
    {STATUS_IN_SUCCESSION,
        {"succession-pay pays the beneficiaries; succession-end is for one "
         "opened by mistake, before anything is paid.",
            "succession-pay paga a los beneficiarios; succession-end es para "
            "una abierta por error, antes de pagar."}},
    {STATUS_UNKNOWN_BENEFICIARY,
        {"`posito party party=NAME` shows the labels that the member named.",
            "`posito party party=NOMBRE` muestra las etiquetas que el socio "
            "nombró."}},
    {STATUS_NO_SUCCESSION,
        {"A supervisor opens it first, with succession-open.",
            "Primero la abre un supervisor, con succession-open."}},
    {STATUS_ALREADY_PAID,
        {"`posito party party=NAME` shows who is still to be paid.",
            "`posito party party=NOMBRE` muestra a quién falta pagar."}},
    {STATUS_DORMANT,
        {"When the owner comes in person, a supervisor signs reactivate; "
         "`posito dormant book=...` lists these shares.",
            "Cuando el dueño se presenta, un supervisor firma reactivate; "
            "`posito dormant book=...` las muestra."}},
    {STATUS_NOT_UNCLAIMED,
        {"`posito dormant book=...` shows which shares are unclaimed-due.",
            "`posito dormant book=...` muestra cuáles están en "
            "unclaimed-due."}},
    {STATUS_NOTHING_UNCLAIMED,
        {"`posito party party=NAME` shows what is kept as unclaimed.",
            "`posito party party=NOMBRE` muestra lo que se guarda como no "
            "reclamado."}},
    {STATUS_NOTICE_NEEDED,
        {"Give notice with redeem-notice first; cite its entry with notice= "
         "when it is due.",
            "Avise antes con redeem-notice; cite su asiento con notice= "
            "cuando se cumpla."}},
    {STATUS_NOTICE_NOT_DUE,
        {"`posito pool party=CLUB` shows when each notice is due.",
            "`posito pool party=CLUB` muestra desde cuándo vale cada "
            "aviso."}},
    {STATUS_UNKNOWN_NOTICE,
        {"`posito pool party=CLUB` lists the open notices.",
            "`posito pool party=CLUB` muestra los avisos abiertos."}},
    {STATUS_ABOVE_NOTICE,
        {"`posito pool party=CLUB` shows what is left of each notice.",
            "`posito pool party=CLUB` muestra cuánto queda de cada "
            "aviso."}},
    {STATUS_INSUFFICIENT,
        {"`posito account account=...` shows what is available and what "
         "holds keep.",
            "`posito account account=...` muestra lo disponible y lo "
            "retenido."}},
    {STATUS_NOT_BALANCED,
        {"Make the amounts of each book and currency sum to zero.",
            "Haga que los importes de cada libro y moneda sumen cero."}},
    {STATUS_ABOVE_STAKE,
        {"No more can be taken back than was put in.",
            "No puede sacarse más de lo que se puso."}},
    {STATUS_ABOVE_BUDGET,
        {"`posito project project=NAME` shows each level's part and what is "
         "pledged.",
            "`posito project project=NOMBRE` muestra la parte de cada nivel "
            "y lo comprometido."}},
    {STATUS_ABOVE_PROGRAMME_CAP,
        {"Add over=partial (what fits), over=queue (wait for room) or "
         "over=clubs (that level takes no part).",
            "Agregue over=partial (lo que quepa), over=queue (esperar "
            "lugar) o over=clubs (ese nivel no participa)."}},
    {STATUS_ABOVE_PLEDGE,
        {"Pledge the rest first, then receive it.",
            "Comprometa primero el resto; después recíbalo."}},
    {STATUS_ABOVE_MILESTONES,
        {"`posito project project=NAME` shows what may be drawn; sign the "
         "next milestone first.",
            "`posito project project=NOMBRE` muestra cuánto puede "
            "disponerse; firme antes el siguiente avance."}},
    {STATUS_UNKNOWN_HOLD,
        {"A hold is named by the entry that placed it.",
            "Una retención se nombra por el asiento que la puso."}},
    {STATUS_BAD_EXPIRY,
        {"Give a time like 2026-12-31T18:00:00.000Z (UTC).",
            "Dé una hora como 2026-12-31T18:00:00.000Z (UTC)."}},
    {STATUS_NOT_REVERSIBLE,
        {"Correct it with the operation that does the contrary.",
            "Corríjalo con la operación que hace lo contrario."}},
    {STATUS_LINE_REFUSED,
        {"Correct that line and send the file again, or use mode=each.",
            "Corrija esa línea y envíe otra vez el archivo, o use "
            "mode=each."}},
    {STATUS_BODY_TOO_LARGE,
        {"Split the file into several.", "Divida el archivo en varios."}},
    {STATUS_BEYOND_END,
        {"`posito status` shows how many entries there are.",
            "`posito status` muestra cuántos asientos hay."}},
    {STATUS_BUSY,
        {"Nothing was done; send it again.",
            "No se hizo nada; envíelo otra vez."}},
    {STATUS_STOPPING,
        {"Try again when it is back.", "Intente cuando haya vuelto."}},
    {STATUS_READ_ONLY,
        {"Tell the operator: the disk needs room.",
            "Avise al operador: falta espacio en el disco."}},
    {STATUS_TOO_MANY,
        {"Try again shortly.", "Intente de nuevo en un momento."}},
};

const char *advice_for(enum status status, enum language language)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].status == status)
            return table[i].text[language];
    return NULL;
}
