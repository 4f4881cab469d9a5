#include <math.h>

#include "report/bulletin/bulletin.h"

sw_slice sw_bulletin_name(const sw_indicator *indicator, sw_language language) {
    return language == SW_ENGLISH && indicator->name_en.len ? indicator->name_en : indicator->name;
}

void sw_bulletin_span_text(const sw_bulletin *bulletin, sw_buf *out) {
    char from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    sw_date_text(bulletin->span.from, from);
    sw_date_text(bulletin->span.to, to);
    switch (bulletin->kind) {
    case SW_BULLETIN_DAILY:
        sw_buf_add_cstr(out, from);
        return;
    case SW_BULLETIN_WEEKLY:
        sw_buf_printf(out, "%s – %s", from, to);
        return;
    case SW_BULLETIN_MONTHLY:
        sw_buf_add(out, sw_slice_of(from, 7));
        return;
    }
}

bool sw_measure_number(const sw_indicator *indicator, const sw_measure *measure, double *ret) {
    if (indicator->kind == SW_INDICATOR_RATIO) {
        if (measure->whole == 0) return false;
        *ret = (double)measure->count / (double)measure->whole;
        return true;
    }
    *ret = (double)measure->count;
    return true;
}

static void grouped(sw_buf *out, uint64_t n) {
    if (n >= 1000) {
        grouped(out, n / 1000);
        sw_buf_printf(out, ",%03u", (unsigned)(n % 1000));
    } else {
        sw_buf_printf(out, "%u", (unsigned)n);
    }
}

void sw_measure_text(const sw_indicator *indicator, const sw_measure *measure, sw_buf *out) {
    double number;
    if (!sw_measure_number(indicator, measure, &number))
        sw_buf_add_cstr(out, "–");
    else if (indicator->kind == SW_INDICATOR_RATIO)
        sw_buf_printf(out, "%.1f %%", number * 100);
    else
        grouped(out, measure->count);
}

void sw_change_text(const sw_indicator *indicator, const sw_measure *now, const sw_measure *then,
                    sw_buf *out) {
    double a, b;
    const bool ratio = indicator->kind == SW_INDICATOR_RATIO;
    if (!sw_measure_number(indicator, now, &a) || !sw_measure_number(indicator, then, &b) ||
        (!ratio && b == 0))
        sw_buf_add_cstr(out, "–");
    else if (ratio)
        sw_buf_printf(out, "%+.1f pp", (a - b) * 100);
    else
        sw_buf_printf(out, "%+.1f %%", (a - b) / b * 100);
}

int sw_change_sign(const sw_indicator *indicator, const sw_measure *now, const sw_measure *then) {
    double a, b;
    if (!sw_measure_number(indicator, now, &a) || !sw_measure_number(indicator, then, &b)) return 0;
    if (fabs(a - b) < 1e-12 || indicator->better == SW_BETTER_NEITHER) return 0;
    return (a < b) == (indicator->better == SW_BETTER_LESS) ? 1 : -1;
}
