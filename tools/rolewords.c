#include "rolewords.h"

struct roleword {
    const char *name;
    const char *text[2];
};

static const struct roleword roles[] = {
    {"vault", {"Vaults", "Bóveda"}},
    {"drawer", {"Tellers' cash", "Caja"}},
    {"transit", {"Cash in transit", "Efectivo en tránsito"}},
    {"nostro", {"Banks and correspondents", "Bancos y corresponsales"}},
    {"loan", {"Loans", "Préstamos"}},
    {"interest.receivable", {"Interest receivable", "Intereses por cobrar"}},
    {"due.from", {"Due from other books", "Por cobrar a otros libros"}},
    {"fx.position", {"Foreign exchange position", "Posición en divisas"}},
    {"allowance",
        {"Less: allowance for loan losses",
            "Menos: estimación por riesgo crediticio"}},
    {"share", {"Shares", "Aportaciones"}},
    {"share.locked", {"Locked savings", "Ahorro bloqueado"}},
    {"share.term", {"Term shares", "Aportaciones a plazo"}},
    {"pool", {"Pools of clubs and federations",
                 "Fondos de clubes y federaciones"}},
    {"fund", {"Productive funds", "Fondos productivos"}},
    {"trust", {"Project money in trust", "Dinero de proyectos en custodia"}},
    {"remittance", {"Remittances payable", "Remesas por pagar"}},
    {"excise", {"Excise payable", "Impuesto a remesas por pagar"}},
    {"isr", {"Income tax withheld (ISR)", "ISR retenido"}},
    {"iva", {"Value added tax (IVA)", "IVA por pagar"}},
    {"dividend.payable", {"Dividends payable", "Dividendos por pagar"}},
    {"due.to", {"Due to other books", "Por pagar a otros libros"}},
    {"suspense", {"Suspense", "Partidas por aclarar"}},
    {"unclaimed", {"Unclaimed property", "Saldos no reclamados"}},
    {"capital", {"Membership shares", "Certificados de socio"}},
    {"reserve", {"Reserve", "Reserva"}},
    {"undivided", {"Undivided earnings", "Remanentes por aplicar"}},
    {"income.interest", {"Interest", "Intereses"}},
    {"income.fee", {"Fees", "Comisiones"}},
    {"income.fx", {"Foreign exchange gains", "Utilidad cambiaria"}},
    {"income.recovery",
        {"Recovery of loans charged off",
            "Recuperación de préstamos castigados"}},
    {"expense.dividend", {"Dividends on shares",
                             "Dividendos sobre aportaciones"}},
    {"expense.provision", {"Provision for loan losses",
                              "Estimaciones por riesgo crediticio"}},
    {"expense.overshort", {"Cash over and short",
                              "Faltantes y sobrantes de caja"}},
    {"expense.fx", {"Foreign exchange losses", "Pérdida cambiaria"}},
    {"expense.other", {"Other expense", "Otros gastos"}},
    {"pledge", {"Pledges (memo)", "Compromisos de aportantes (orden)"}},
    {"commitment", {"Commitments (memo)", "Compromisos (orden)"}},
    {"interest.memo", {"Interest not accrued (memo)",
                          "Intereses no devengados (orden)"}},
    {"surplus", {"Surplus of the year", "Excedente del ejercicio"}},
    {"total", {"Total", "Total"}},
    {"unmatched", {"Unmatched", "Sin conciliar"}},
};

static const struct roleword totals[] = {
    {"asset", {"Total assets", "Total del activo"}},
    {"liability", {"Total liabilities", "Total del pasivo"}},
    {"equity", {"Total equity", "Total del patrimonio"}},
    {"sources", {"Total liabilities and equity",
                    "Total del pasivo y patrimonio"}},
    {"income", {"Total income", "Total de ingresos"}},
    {"expense", {"Total expense", "Total de gastos"}},
    {"surplus", {"Surplus of the year", "Excedente del ejercicio"}},
};

static const char *find(const struct roleword *words, size_t count,
    struct bytes name, enum language language)
{
    for (size_t i = 0; i < count; i++)
        if (bytes_equal_text(name, words[i].name))
            return words[i].text[language];
    return NULL;
}

const char *rolewords_role(struct bytes role, enum language language)
{
    return find(roles, sizeof roles / sizeof roles[0], role, language);
}

const char *rolewords_total(struct bytes class, enum language language)
{
    return find(totals, sizeof totals / sizeof totals[0], class, language);
}
