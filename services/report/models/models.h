/* models.h - what a model says of a unit and a span, as JSON (docs/openapi.yaml).  Layer 9.
 * Thread: any. */
#ifndef SW_REPORT_MODELS_H
#define SW_REPORT_MODELS_H

#include "report/http_ask.h"
#include "report/indicator/model.h"

typedef struct sw_model_ask {
    const sw_figures_api *api;
    const sw_unit_names *names; /* NULL: none */
    sw_arena *arena;            /* for the answer */
    const sw_model *model;
    sw_figure_span span;
    int32_t today; /* by the pack's time zone */
} sw_model_ask;

/* Appends the members that are the kind's own, each with a comma before it. Errors of the database;
 * SW_E_LIMIT. */
SW_NODISCARD sw_err sw_model_answer(const sw_model_ask *ask, sw_buf *out);
/* What a list of the model's own (`part`) is of: fills all but the page. False: there is no such
 * part. */
bool sw_model_list(const sw_model *model, sw_slice part, const sw_figure_span *span,
                   sw_figure_list_ask *ret);

/* ---- for the models themselves ---- */

SW_NODISCARD sw_err sw_model_backlog(const sw_model_ask *ask, sw_buf *out);
SW_NODISCARD sw_err sw_model_breakdown(const sw_model_ask *ask, sw_buf *out);
SW_NODISCARD sw_err sw_model_listing(const sw_model_ask *ask, sw_buf *out);
SW_NODISCARD sw_err sw_model_checkup(const sw_model_ask *ask, sw_buf *out);

/* `"backlog":{…},"overdue":{…}` of a unit, and how many are open. */
SW_NODISCARD sw_err sw_model_backlog_now(const sw_model_ask *ask, sw_buf *out, uint64_t *ret_open);
/* `"colour":…,"reasons":[…]`: the worst colour of the rules that hold. `totals` are of all days. */
sw_colour sw_model_judge(const sw_model_ask *ask, const sw_model *listing, sw_slice org,
                         const uint64_t *counts, const uint64_t *totals, sw_buf *out);
/* Whether some rule asks for all days. */
bool sw_model_asks_totals(const sw_model *listing);

/* Units one level below: those that have figures, and those that the directory knows. In order. */
SW_NODISCARD sw_err sw_model_units(const sw_model_ask *ask, sw_slice org, size_t len,
                                   const sw_figure_table *a, const sw_figure_table *b,
                                   sw_slice **ret, uint32_t *ret_count);
/* The unit's counts; NULL: it has none. */
const uint64_t *sw_model_counts(const sw_figure_table *table, sw_slice org);

#define SW_MODEL_UNITS_MAX 5000u

/* `"name":{"value":n,"list":URL}` of a figure, or of a part of the model. */
void sw_model_number(sw_buf *out, const char *name, uint64_t n, const sw_indicator *indicator,
                     const sw_figure_span *span, sw_slice split);
void sw_model_part_number(sw_buf *out, const char *name, uint64_t n, const sw_model *model,
                          const char *part, const sw_figure_span *span);
/* `"/v1/models/ID/list?part=…&org=…&from=…&to=…"` as a JSON text. */
void sw_model_list_url(sw_buf *out, const sw_model *model, sw_slice part,
                       const sw_figure_span *span);

#endif
