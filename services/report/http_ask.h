/* http_ask.h - what the routes of figures, models and bulletins are asked by, and what all their
 * answers have: spans, pages, lists.  Layer 9.  Thread: the server's. */
#ifndef SW_REPORT_HTTP_ASK_H
#define SW_REPORT_HTTP_ASK_H

#include "host/http.h"
#include "report/figures/figures.h"
#include "report/units/units.h"

/* ---- what is asked: all answer the exchange with what is wrong, and return false then ---- */

/* A day that must be there, "2026-03-31", as days since 1970-01-01. */
bool sw_ask_date(sw_http_exchange *x, const char *name, int32_t *ret_day);
/* `org`, `from` and `to`: at most 20 years that end after they begin. */
bool sw_ask_span(sw_http_exchange *x, sw_figure_span *ret);
/* A number between two others; left out: `*ret` stays. */
bool sw_ask_number(sw_http_exchange *x, const char *name, uint32_t least, uint32_t most,
                   uint32_t *ret);
/* `cursor`: the key of a page's last row in hex; empty where it is left out. */
bool sw_ask_cursor(sw_http_exchange *x, sw_slice *ret);
/* Refuses one that is, but of another list. */
void sw_ask_other_cursor(sw_http_exchange *x);
/* One of some words by its place; left out: -1. */
bool sw_ask_word(sw_http_exchange *x, const char *name, const char *const *words, uint32_t count,
                 int32_t *ret);
/* `indicators`: at most 20, by comma; left out: those with a headline. Into the arena. */
bool sw_ask_indicators(sw_http_exchange *x, const sw_indicators *all, uint32_t max,
                       const sw_indicator ***ret, uint32_t *ret_count);
bool sw_ask_indicator(sw_http_exchange *x, const sw_indicators *all, sw_slice id,
                      const sw_indicator **ret);

/* ---- what is answered ---- */

/* Handed to every handler of figures. */
typedef struct sw_figures_api {
    sw_figures figures;
    /* Appends `"as_of":{…}`: the positions of the log and the time that an answer holds for. */
    void (*as_of)(void *ctx, sw_buf *out);
    void *ctx;
    sw_units *units; /* names of units; NULL: none */
    sw_clock *clock;
} sw_figures_api;

#define SW_PAGE_ENTRIES_DEFAULT 100u
#define SW_PAGE_ENTRIES_MAX     1000u

/* `{"as_of":{…}` and what ends it: answers the exchange, or refuses with the error. */
void sw_answer_begin(const sw_figures_api *api, sw_buf *out);
void sw_answer_end(sw_http_exchange *x, sw_buf *out, sw_err err, const char *what);
/* `,"org":…,"from":…,"to":…` */
void sw_answer_span(sw_buf *out, const sw_figure_span *span);
/* `,"name":"text"`, where the text is not empty. */
void sw_answer_text(sw_buf *out, const char *name, sw_slice text);
/* Members of an indicator's definition, without braces. */
void sw_answer_definition(sw_buf *out, const sw_indicator *indicator);
/* `,"next":"hex"` or null. */
void sw_answer_next(sw_buf *out, sw_slice after);
/* `shown` and `,"entries":[…],"next":…` of a list, page by page as it is asked for. `cursor` and
 * `limit` are read from the exchange. Answers it, also with what is wrong. */
void sw_answer_list(sw_http_exchange *x, const sw_figures_api *api, const sw_figure_span *shown,
                    sw_figure_list_ask *ask);
/* `"/v1/figures/ID/list?org=…&from=…&to=…[&split=…]"` as a JSON text. `split` empty: none. */
void sw_answer_list_url(sw_buf *out, sw_slice indicator, const sw_figure_span *span,
                        sw_slice split);
/* Text in a URL's query: what is not a letter, a digit or one of -._~ as %XX. */
void sw_answer_url_text(sw_buf *out, sw_slice text);
/* A ratio as a number, or null of nothing. */
void sw_answer_share(sw_buf *out, uint64_t part, uint64_t whole);
/* `,"name":…` of the unit that these digits begin, where it is known; `member` is its name. */
void sw_answer_unit_name(sw_buf *out, const sw_unit_names *names, const char *member, sw_slice org);

/* An indicator's value among the counts of all (sw_figure_counts). */
uint64_t sw_counts_part(const sw_indicators *all, const sw_indicator *indicator,
                        const uint64_t *counts);
uint64_t sw_counts_whole(const sw_indicators *all, const sw_indicator *indicator,
                         const uint64_t *counts);
/* `"name":value`; of a ratio its number or null, with `"name_part"` and `"name_whole"`. */
void sw_answer_value(sw_buf *out, const char *name, const sw_indicators *all,
                     const sw_indicator *indicator, const uint64_t *counts);
/* The same as a bare number or null. */
void sw_answer_bare(sw_buf *out, const sw_indicators *all, const sw_indicator *indicator,
                    const uint64_t *counts);

#endif
