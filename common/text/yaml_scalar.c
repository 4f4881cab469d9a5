#include "text/yaml_scalar.h"

#include <math.h>

#include "text/number.h"

static bool one_of(sw_slice text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (sw_slice_is(text, words[i])) return true;
    return false;
}

static bool resolve_word(sw_yaml *node) {
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
    static const char *const trues[] = {"true", "True", "TRUE"};
    static const char *const falses[] = {"false", "False", "FALSE"};
    if (one_of(node->text, nulls, SW_COUNT(nulls))) {
        node->kind = SW_YAML_NULL;
        return true;
    }
    node->truth = one_of(node->text, trues, SW_COUNT(trues));
    if (!node->truth && !one_of(node->text, falses, SW_COUNT(falses))) return false;
    node->kind = SW_YAML_BOOL;
    return true;
}

static bool resolve_special(sw_yaml *node) {
    static const char *const infinite[] = {".inf", ".Inf", ".INF"};
    static const char *const no_number[] = {".nan", ".NaN", ".NAN"};
    sw_slice text = node->text;
    bool sign = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+');
    if (one_of(sign ? sw_slice_sub(text, 1, text.len) : text, infinite, SW_COUNT(infinite)))
        node->real = text.ptr[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    else if (one_of(text, no_number, SW_COUNT(no_number)))
        node->real = (double)NAN;
    else
        return false;
    node->kind = SW_YAML_FLOAT;
    return true;
}

static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

/* "0o17" and "0x1f". SW_E_SYNTAX if it is neither. */
static sw_err resolve_based(sw_yaml *node) {
    sw_slice text = node->text;
    if (text.len < 3 || text.ptr[0] != '0') return SW_E_SYNTAX;
    int base = text.ptr[1] == 'o' ? 8 : text.ptr[1] == 'x' ? 16 : 0;
    int64_t n = 0;
    bool fits = true;
    for (size_t i = 2; i < text.len; i++) {
        int digit = digit_of(text.ptr[i]);
        if (digit >= base) return SW_E_SYNTAX;
        fits =
            fits && !__builtin_mul_overflow(n, base, &n) && !__builtin_add_overflow(n, digit, &n);
    }
    if (!fits) return SW_E_RANGE;
    node->kind = SW_YAML_INT;
    node->number = n;
    node->real = (double)n;
    return SW_OK;
}

static sw_err resolve_number(sw_yaml *node) {
    sw_slice text = node->text;
    bool point = false;
    for (size_t i = 0; i < text.len; i++) point = point || strchr(".eE", text.ptr[i]);
    double real;
    sw_err err = sw_double_parse(text, &real);
    if (err) return err;
    if (!point) {
        bool plus = text.ptr[0] == '+';
        int64_t n;
        if (!sw_slice_int(plus ? sw_slice_sub(text, 1, text.len) : text, &n)) return SW_E_RANGE;
        node->number = n;
    }
    node->kind = point ? SW_YAML_FLOAT : SW_YAML_INT;
    node->real = real;
    return SW_OK;
}

sw_err sw_yaml_resolve(sw_yaml *node) {
    if (resolve_word(node) || resolve_special(node)) return SW_OK;
    sw_err err = resolve_based(node);
    if (err == SW_E_SYNTAX) err = resolve_number(node);
    if (err != SW_E_SYNTAX) return err;
    node->kind = SW_YAML_STRING;
    return SW_OK;
}
