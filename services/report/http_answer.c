/* What the answers of figures and models share. */
#include "report/figures/span.h"
#include "report/http_ask.h"
#include "text/json.h"

#define ANSWER_BYTES_MAX ((size_t)16 << 20)

void sw_answer_begin(const sw_figures_api *api, sw_buf *out) {
    sw_buf_init(out, ANSWER_BYTES_MAX);
    sw_buf_add_byte(out, '{');
    api->as_of(api->ctx, out);
}

void sw_answer_end(sw_http_exchange *x, sw_buf *out, sw_err err, const char *what) {
    sw_buf_add_byte(out, '}');
    if (!err) err = out->err;
    if (err)
        sw_http_refuse_err(x, err, what);
    else
        sw_http_answer(x, &(sw_http_reply){.status = 200, .take = out});
    sw_buf_done(out);
}

void sw_answer_span(sw_buf *out, const sw_figure_span *span) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(span->from, from);
    sw_date_text(span->to, to);
    sw_buf_add_cstr(out, ",\"org\":");
    sw_json_write_string(out, span->org);
    sw_buf_printf(out, ",\"from\":\"%s\",\"to\":\"%s\"", from, to);
}

void sw_answer_text(sw_buf *out, const char *name, sw_slice text) {
    if (text.len == 0) return;
    sw_buf_printf(out, ",\"%s\":", name);
    sw_json_write_string(out, text);
}

void sw_answer_definition(sw_buf *out, const sw_indicator *indicator) {
    static const char *const better[] = {"neither", "more", "less"};
    sw_buf_add_cstr(out, "\"id\":");
    sw_json_write_string(out, indicator->id);
    sw_answer_text(out, "name", indicator->name);
    sw_answer_text(out, "name_en", indicator->name_en);
    sw_answer_text(out, "note", indicator->note);
    sw_answer_text(out, "element", indicator->element);
    sw_answer_text(out, "domain", indicator->domain);
    sw_buf_printf(out, ",\"unit\":\"%s\",\"better\":\"%s\"",
                  indicator->kind == SW_INDICATOR_RATIO ? "ratio" : "count",
                  better[indicator->better]);
    if (indicator->headline) sw_buf_add_cstr(out, ",\"headline\":true");
}

void sw_answer_next(sw_buf *out, sw_slice after) {
    static const char digits[] = "0123456789abcdef";
    if (after.len == 0) {
        sw_buf_add_cstr(out, ",\"next\":null");
        return;
    }
    sw_buf_add_cstr(out, ",\"next\":\"");
    for (size_t i = 0; i < after.len; i++) {
        sw_buf_add_byte(out, digits[(unsigned char)after.ptr[i] >> 4]);
        sw_buf_add_byte(out, digits[(unsigned char)after.ptr[i] & 15]);
    }
    sw_buf_add_byte(out, '"');
}

static void add_entry(sw_buf *out, const sw_figure_entry *entry) {
    char date[SW_DATE_TEXT];
    sw_date_text(entry->day, date);
    sw_buf_printf(out, "{\"org\":\"%.*s\",\"day\":\"%s\"", (int)SW_ORG_DIGITS, entry->org, date);
    sw_answer_text(out, "split", entry->split);
    sw_buf_add_cstr(out, ",\"item\":");
    sw_buf_add(out, entry->label.len ? entry->label : SW_S("{}"));
    sw_buf_add_byte(out, '}');
}

void sw_answer_list(sw_http_exchange *x, const sw_figures_api *api, const sw_figure_span *shown,
                    sw_figure_list_ask *ask) {
    const sw_figure_entry *entries;
    sw_slice after;
    sw_buf out;
    uint32_t count = 0;
    ask->max = SW_PAGE_ENTRIES_DEFAULT;
    if (!sw_ask_cursor(x, &ask->after) ||
        !sw_ask_number(x, "limit", 1, SW_PAGE_ENTRIES_MAX, &ask->max))
        return;
    sw_err err = sw_figure_list(&api->figures, ask, sw_http_arena(x), &entries, &count, &after);
    if (err == SW_E_INVALID) {
        sw_ask_other_cursor(x);
        return;
    }
    sw_answer_begin(api, &out);
    sw_answer_span(&out, shown);
    sw_buf_add_cstr(&out, ",\"entries\":[");
    for (uint32_t i = 0; !err && i < count; i++) {
        if (i) sw_buf_add_byte(&out, ',');
        add_entry(&out, &entries[i]);
    }
    sw_buf_add_byte(&out, ']');
    if (!err) sw_answer_next(&out, after);
    sw_answer_end(x, &out, err, "the list");
}

void sw_answer_url_text(sw_buf *out, sw_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            sw_buf_add_byte(out, c);
        else
            sw_buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

void sw_answer_list_url(sw_buf *out, sw_slice indicator, const sw_figure_span *span,
                        sw_slice split) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(span->from, from);
    sw_date_text(span->to, to);
    sw_buf_add_cstr(out, "\"/v1/figures/");
    sw_answer_url_text(out, indicator);
    sw_buf_printf(out, "/list?org=%.*s&from=%s&to=%s", SW_FMT(span->org), from, to);
    if (split.len) {
        sw_buf_add_cstr(out, "&split=");
        sw_answer_url_text(out, split);
    }
    sw_buf_add_byte(out, '"');
}

void sw_answer_share(sw_buf *out, uint64_t part, uint64_t whole) {
    if (whole == 0)
        sw_buf_add_cstr(out, "null");
    else
        sw_json_write_double(out, (double)part / (double)whole);
}

void sw_answer_unit_name(sw_buf *out, const sw_unit_names *names, const char *member,
                         sw_slice org) {
    const sw_police_unit *unit = names ? sw_unit_names_find(names, org) : NULL;
    if (unit) sw_answer_text(out, member, unit->name);
}

uint64_t sw_counts_part(const sw_indicators *all, const sw_indicator *indicator,
                        const uint64_t *counts) {
    if (!counts) return 0;
    if (indicator->kind == SW_INDICATOR_RATIO) indicator = &all->list[indicator->part];
    return counts[indicator->index];
}

uint64_t sw_counts_whole(const sw_indicators *all, const sw_indicator *indicator,
                         const uint64_t *counts) {
    return counts && indicator->kind == SW_INDICATOR_RATIO
               ? counts[all->list[indicator->whole].index]
               : 0;
}

void sw_answer_bare(sw_buf *out, const sw_indicators *all, const sw_indicator *indicator,
                    const uint64_t *counts) {
    const uint64_t part = sw_counts_part(all, indicator, counts);
    if (indicator->kind == SW_INDICATOR_RATIO)
        sw_answer_share(out, part, sw_counts_whole(all, indicator, counts));
    else
        sw_buf_printf(out, "%llu", (unsigned long long)part);
}

/* A ratio of nothing is null, not zero. */
void sw_answer_value(sw_buf *out, const char *name, const sw_indicators *all,
                     const sw_indicator *indicator, const uint64_t *counts) {
    sw_buf_printf(out, "\"%s\":", name);
    sw_answer_bare(out, all, indicator, counts);
    if (indicator->kind == SW_INDICATOR_RATIO)
        sw_buf_printf(out, ",\"%s_part\":%llu,\"%s_whole\":%llu", name,
                      (unsigned long long)sw_counts_part(all, indicator, counts), name,
                      (unsigned long long)sw_counts_whole(all, indicator, counts));
}
