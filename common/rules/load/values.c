/* Texts that a condition compares with a field: a misspelt one is never equal and says nothing. */
#include "rules/load/cond.h"

static bool is_word(char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static size_t skip_spaces(sw_slice text, size_t at) {
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\n')) at++;
    return at;
}

static bool next_is(sw_slice text, size_t at, const char *token) {
    return sw_slice_starts(sw_slice_sub(text, at, text.len), sw_slice_cstr(token));
}

/* A text literal without escapes at `at`; false if there is none. */
static bool literal(sw_slice text, size_t at, sw_slice *ret, size_t *ret_end) {
    if (at >= text.len || (text.ptr[at] != '\'' && text.ptr[at] != '"')) return false;
    for (size_t end = at + 1; end < text.len; end++) {
        if (text.ptr[end] == '\\') return false;
        if (text.ptr[end] != text.ptr[at]) continue;
        *ret = sw_slice_sub(text, at + 1, end);
        *ret_end = end + 1;
        return true;
    }
    return false;
}

static uint32_t chars_of(sw_slice text, size_t at) {
    uint32_t chars = 0;
    for (size_t i = 0; i < at; i++) chars += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return chars;
}

static void check_value(loader *l, const sw_yaml *node, const sw_field *field, sw_slice value,
                        size_t at) {
    sw_slice known = SW_S("it knows");
    for (uint32_t i = 0; i < field->value_count; i++) {
        if (sw_slice_eq(field->values[i], value)) return;
        if (i < 12)
            known = sw_arena_printf(l->arena, "%.*s%s %.*s", SW_FMT(known), i ? "," : "",
                                    SW_FMT(field->values[i]));
    }
    sw_yaml place = *node;
    load_scalar_place(l, node, chars_of(node->text, at), &place.line, &place.col);
    load_note(l, &place, known.ptr, "'%.*s' is not among the known values of %.*s", SW_FMT(value),
              SW_FMT(field->name));
}

/* What follows data.FIELD: `== 'x'`, `!= 'x'`, `in ['x', 'y']`. */
static void check_compared(loader *l, const sw_yaml *node, const sw_field *field, size_t at) {
    sw_slice text = node->text, value;
    size_t end;
    at = skip_spaces(text, at);
    if (next_is(text, at, "==") || next_is(text, at, "!=")) {
        at = skip_spaces(text, at + 2);
        if (literal(text, at, &value, &end)) check_value(l, node, field, value, at);
        return;
    }
    if (!next_is(text, at, "in")) return;
    at = skip_spaces(text, at + 2);
    if (!next_is(text, at, "[")) return;
    for (at = skip_spaces(text, at + 1); literal(text, at, &value, &end);) {
        check_value(l, node, field, value, at);
        at = skip_spaces(text, end);
        if (next_is(text, at, ",")) at = skip_spaces(text, at + 1);
    }
}

void cond_note_values(loader *l, const sw_yaml *node, const sw_event_type *type) {
    sw_slice text = node->text;
    if (!l->notes) return;
    for (size_t at = 0; at + 5 < text.len; at++) {
        if (text.ptr[at] != 'd' || !next_is(text, at, "data.")) continue;
        if (at > 0 && (is_word(text.ptr[at - 1]) || text.ptr[at - 1] == '.')) continue;
        size_t from = at + 5, to = from;
        while (to < text.len && is_word(text.ptr[to])) to++;
        int32_t index = sw_event_type_field(type, sw_slice_sub(text, from, to));
        if (index >= 0 && type->fields[index].value_count)
            check_compared(l, node, &type->fields[index], to);
        at = to - 1;
    }
}
