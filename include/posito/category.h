/*
 * What projects are for: the catalogue.
 *
 * Social works serve a community (a well, a road, a clinic); productive
 * ones earn (a packing house, irrigation).  The programme's reports give
 * the productive share, so each category is one or the other.  The words
 * follow the kinds of work that clubs and the three-for-one programme
 * name; the last ones of each half take what fits nowhere else.
 */
#ifndef POSITO_CATEGORY_H
#define POSITO_CATEGORY_H

#include <stdbool.h>

/*
 * symbol, name, productive, English, Spanish.
 * The number is on disk: append, never reorder.
 */
#define CATEGORIES(X)                                                        \
    X(WATER, "water", false, "drinking water", "agua potable")               \
    X(DRAINAGE, "drainage", false, "drainage and sewers",                    \
        "drenaje y alcantarillado")                                          \
    X(ELECTRICITY, "electricity", false, "electricity", "electrificación")   \
    X(PAVING, "paving", false, "paving of streets", "pavimentación")         \
    X(ROAD, "road", false, "roads and bridges", "caminos y puentes")         \
    X(SCHOOL, "school", false, "schools", "escuelas")                        \
    X(SCHOLARSHIP, "scholarship", false, "scholarships", "becas")            \
    X(CLINIC, "clinic", false, "clinics and health", "clínicas y salud")     \
    X(SPORTS, "sports", false, "sports grounds", "instalaciones deportivas") \
    X(PLAZA, "plaza", false, "plazas and parks", "plazas y parques")         \
    X(CHURCH, "church", false, "churches", "iglesias")                       \
    X(CEMETERY, "cemetery", false, "cemeteries", "panteones")                \
    X(CULTURE, "culture", false, "culture and heritage",                     \
        "cultura y patrimonio")                                              \
    X(HOUSING, "housing", false, "housing", "vivienda")                      \
    X(ENVIRONMENT, "environment", false, "environment", "medio ambiente")    \
    X(AID, "aid", false, "aid to the old and the sick",                      \
        "asistencia social")                                                 \
    X(COMMUNITY, "community", false, "other community works",                \
        "otras obras comunitarias")                                          \
    X(FARMING, "farming", true, "farming", "agricultura")                    \
    X(LIVESTOCK, "livestock", true, "livestock", "ganadería")                \
    X(IRRIGATION, "irrigation", true, "wells and dams for irrigation",       \
        "pozos y presas de riego")                                           \
    X(FISHING, "fishing", true, "fishing and fish farms",                    \
        "pesca y acuacultura")                                               \
    X(FORESTRY, "forestry", true, "forestry", "actividad forestal")          \
    X(AGROINDUSTRY, "agroindustry", true, "agroindustry", "agroindustria")   \
    X(WORKSHOP, "workshop", true, "workshops and crafts",                    \
        "talleres y artesanías")                                             \
    X(TRADE, "trade", true, "trade and services", "comercio y servicios")    \
    X(TOURISM, "tourism", true, "tourism", "turismo")                        \
    X(SAVINGS, "savings", true, "savings and credit", "ahorro y crédito")    \
    X(BUSINESS, "business", true, "other businesses", "otras empresas")

enum category {
#define X(symbol, name, productive, english, spanish) CATEGORY_##symbol,
    CATEGORIES(X)
#undef X
    CATEGORY_COUNT
};

struct category_row {
    const char *name;
    bool productive;
    const char *title[2]; /* by enum language */
};

const struct category_row *category_row(enum category);

#endif
