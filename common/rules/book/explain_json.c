#include "rules/book/explain_json.h"

#include "text/json.h"

static void comma(sw_ledger *l) {
    const sw_buf *out = l->out;
    if (out->len && !strchr("{[:,", out->ptr[out->len - 1])) sw_buf_add_byte(l->out, ',');
}

void sw_ledger_name(sw_ledger *l, const char *name) {
    comma(l);
    sw_json_write_string(l->out, sw_slice_cstr(name));
    sw_buf_add_byte(l->out, ':');
}

void sw_ledger_open(sw_ledger *l, char bracket) {
    comma(l);
    sw_buf_add_byte(l->out, bracket);
}

void sw_ledger_close(sw_ledger *l, char bracket) {
    sw_buf_add_byte(l->out, bracket);
}

void sw_ledger_text(sw_ledger *l, const char *name, sw_slice text) {
    sw_ledger_name(l, name);
    sw_json_write_string(l->out, text);
}

void sw_ledger_int(sw_ledger *l, const char *name, int64_t n) {
    sw_ledger_name(l, name);
    sw_buf_add_int(l->out, n);
}

void sw_ledger_bool(sw_ledger *l, const char *name, bool truth) {
    sw_ledger_name(l, name);
    sw_buf_add_cstr(l->out, truth ? "true" : "false");
}

static void write_time(sw_ledger *l, int64_t ms) {
    if (ms == SW_TIME_NONE || ms == SW_TIME_MAX) {
        sw_buf_add_cstr(l->out, "null");
        return;
    }
    sw_buf_add_byte(l->out, '"');
    sw_time_write(l->out, ms, sw_zone_offset(l->zone, ms));
    sw_buf_add_byte(l->out, '"');
}

void sw_ledger_time(sw_ledger *l, const char *name, int64_t ms) {
    sw_ledger_name(l, name);
    write_time(l, ms);
}

void sw_ledger_day(sw_ledger *l, const char *name, int64_t day) {
    int64_t year;
    int32_t month, of_month;
    sw_date_from_days(day, &year, &month, &of_month);
    sw_ledger_name(l, name);
    sw_buf_printf(l->out, "\"%04d-%02d-%02d\"", (int)year, (int)month, (int)of_month);
}

void sw_ledger_span(sw_ledger *l, const char *name, sw_span span) {
    static const char *const periods[] = {"day", "week", "month", "quarter", "year"};
    sw_ledger_name(l, name);
    sw_buf_add_byte(l->out, '"');
    switch (span.unit) {
    case SW_UNIT_EXACT: {
        bool hours = span.n % 3600000 == 0, minutes = span.n % 60000 == 0;
        sw_buf_add_int(l->out, span.n / (hours ? 3600000 : minutes ? 60000 : 1000));
        sw_buf_add_cstr(l->out, hours ? "h" : minutes ? "m" : "s");
        break;
    }
    case SW_UNIT_DAYS:
        sw_buf_add_int(l->out, span.n), sw_buf_add_cstr(l->out, "d");
        break;
    case SW_UNIT_WORKDAYS:
        sw_buf_add_int(l->out, span.n), sw_buf_add_cstr(l->out, "wd");
        break;
    case SW_UNIT_MONTHS:
        sw_buf_add_int(l->out, span.n), sw_buf_add_cstr(l->out, "mo");
        break;
    case SW_UNIT_END_OF:
        sw_buf_printf(l->out, "end-of-%s", periods[span.period]);
        break;
    case SW_UNIT_UNTIL:
        sw_buf_add_cstr(l->out, "until ");
        sw_time_write(l->out, span.n, l->zone ? sw_zone_offset(l->zone, span.n) : 0);
        break;
    }
    if (span.to_end) sw_buf_printf(l->out, ", then end-of-%s", periods[span.period]);
    sw_buf_add_byte(l->out, '"');
}

void sw_ledger_event(sw_ledger *l, const char *name, uint32_t rec) {
    sw_view view;
    sw_book_read(l->book, rec, &view);
    if (name) sw_ledger_name(l, name);
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "source", view.source);
    sw_ledger_text(l, "id", view.id);
    sw_ledger_text(l, "type", sw_book_type(l->book, &view)->name);
    sw_ledger_time(l, "time", view.time_ms);
    sw_ledger_close(l, '}');
}

void sw_ledger_basis(sw_ledger *l, const char *name, const sw_basis *basis, uint32_t count) {
    if (count == 0) return;
    sw_ledger_name(l, name);
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < count; i++) {
        sw_ledger_open(l, '{');
        sw_ledger_text(l, "law", basis[i].law);
        sw_ledger_text(l, "article", basis[i].article);
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
}

static void write_value(sw_ledger *l, const sw_value *value) {
    switch (value->kind) {
    case SW_BOOL:
        sw_buf_add_cstr(l->out, value->b ? "true" : "false");
        break;
    case SW_INT:
        sw_buf_add_int(l->out, value->i);
        break;
    case SW_DOUBLE:
        sw_json_write_double(l->out, value->d);
        break;
    case SW_STRING:
        sw_json_write_string(l->out, value->s);
        break;
    case SW_TIMESTAMP:
        write_time(l, value->t.seconds * 1000 + value->t.nanos / 1000000);
        break;
    case SW_LIST:
        sw_ledger_open(l, '[');
        for (uint32_t i = 0; i < value->count; i++) {
            comma(l);
            write_value(l, &value->items[i]);
        }
        sw_ledger_close(l, ']');
        break;
    default:
        sw_buf_add_cstr(l->out, "null");
        break;
    }
}

void sw_ledger_condition(sw_ledger *l, const char *name, const sw_cel *cel, sw_scope *scope) {
    if (!cel) return;
    uint32_t count;
    const sw_cel_read *reads = sw_cel_reads_list(cel, &count);
    sw_ledger_name(l, name);
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "text", sw_cel_text(cel));
    sw_ledger_name(l, "values");
    sw_ledger_open(l, '{');
    for (uint32_t i = 0; i < count; i++) {
        sw_value value = sw_scope_read(scope, reads[i].root, reads[i].slot);
        comma(l);
        sw_json_write_string(l->out, reads[i].path);
        sw_buf_add_byte(l->out, ':');
        write_value(l, &value);
    }
    sw_ledger_close(l, '}');
    sw_ledger_close(l, '}');
}

void sw_ledger_pack(sw_ledger *l, const sw_pack *pack) {
    sw_ledger_name(l, "pack");
    sw_buf_printf(l->out, "\"%.*s@%.*s\"", SW_FMT(pack->name), SW_FMT(pack->version));
}

void sw_ledger_rule(sw_ledger *l, const sw_rule *rule, const sw_group *group) {
    const sw_catalogue *cat = sw_ruleset_catalogue(l->book->plan->set);
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(rule->pack->hash, hex);
    sw_ledger_text(l, "rule", rule->id);
    if (rule->name.len) sw_ledger_text(l, "name", rule->name);
    sw_ledger_pack(l, rule->pack);
    sw_ledger_text(l, "pack_hash", sw_slice_cstr(hex));
    sw_ledger_text(l, "kind", sw_slice_cstr(sw_kind_name(rule->kind)));
    sw_ledger_basis(l, "basis", rule->basis, rule->basis_count);
    sw_ledger_name(l, "key");
    sw_ledger_open(l, '{');
    for (uint32_t i = 0; i < rule->key_count && (i == 0 || group); i++) {
        sw_slice name = sw_catalogue_key_name(cat, rule->key_ids[i]);
        char text[64] = "";
        memcpy(text, name.ptr, name.len < sizeof text ? name.len : sizeof text - 1);
        sw_ledger_text(l, text, i ? group->values[i - 1] : sw_book_value(l->book));
    }
    sw_ledger_close(l, '}');
}
