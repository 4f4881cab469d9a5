#include "text/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Digits beyond these can't change the nearest double other than by being there at all. */
#define DIGITS_MAX 800
#define EXACT_MAX  9007199254740992.0 /* 2^53 */
#define EXP_MAX    100000

typedef struct decimal {
    bool negative;
    char digits[DIGITS_MAX + 2]; /* significant ones, no leading zeros */
    uint32_t count;
    int32_t exp; /* value = DIGITS × 10^exp */
} decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static void add_digit(decimal *dec, char c, int32_t scale) {
    if (dec->count == 0 && c == '0') {
        dec->exp += scale;
    } else if (dec->count < DIGITS_MAX) {
        dec->digits[dec->count++] = c;
        dec->exp += scale;
    } else {
        if (c != '0') dec->digits[DIGITS_MAX - 1] |= 1; /* sticky: no tie any more */
        dec->exp += scale + 1;
    }
}

/* Returns the place after the exponent, or SIZE_MAX. */
static size_t read_exponent(sw_slice text, size_t at, int32_t *ret_exp) {
    bool negative = at < text.len && text.ptr[at] == '-';
    if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+')) at++;
    if (at == text.len) return SIZE_MAX;
    int32_t exp = 0;
    for (; at < text.len && is_digit(text.ptr[at]); at++)
        if (exp < EXP_MAX) exp = exp * 10 + (text.ptr[at] - '0');
    *ret_exp = negative ? -exp : exp;
    return at;
}

static bool read_decimal(sw_slice text, decimal *dec) {
    size_t at = 0, digits = 0;
    dec->count = 0;
    dec->exp = 0;
    if (text.len > INT32_MAX / 2) return false;
    dec->negative = text.len > 0 && text.ptr[0] == '-';
    if (text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+')) at++;
    for (; at < text.len && is_digit(text.ptr[at]); at++, digits++) add_digit(dec, text.ptr[at], 0);
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && is_digit(text.ptr[at]); at++, digits++)
            add_digit(dec, text.ptr[at], -1);
    if (digits == 0) return false;
    if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
        int32_t exp = 0;
        at = read_exponent(text, at + 1, &exp);
        if (at == SIZE_MAX) return false;
        dec->exp += exp;
    }
    return at == text.len;
}

static double pow10_exact(int32_t n) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    SW_ASSERT(n >= 0 && (size_t)n < SW_COUNT(powers));
    return powers[n];
}

sw_err sw_double_parse(sw_slice text, double *ret) {
    decimal dec;
    if (!read_decimal(text, &dec)) return SW_E_SYNTAX;
    double d = 0;
    if (dec.count <= 15 && dec.exp >= -22 && dec.exp <= 22) {
        /* Both are exact as doubles, so that one operation rounds once (Clinger). */
        for (uint32_t i = 0; i < dec.count; i++) d = d * 10 + (dec.digits[i] - '0');
        d = dec.exp < 0 ? d / pow10_exact(-dec.exp) : d * pow10_exact(dec.exp);
    } else if (dec.count > 0) {
        char plain[DIGITS_MAX + 16];
        memcpy(plain, dec.digits, dec.count);
        snprintf(plain + dec.count, sizeof plain - dec.count, "e%d", dec.exp);
        d = strtod(plain, NULL); /* without a point: the locale has no say */
    }
    if (isinf(d)) return SW_E_RANGE;
    *ret = dec.negative ? -d : d;
    return SW_OK;
}

sw_err sw_integral_parse(sw_slice text, int64_t *ret) {
    decimal dec;
    if (!read_decimal(text, &dec)) return SW_E_SYNTAX;
    while (dec.count > 0 && dec.digits[dec.count - 1] == '0') {
        dec.count--;
        dec.exp++;
    }
    if (dec.count == 0) {
        *ret = 0;
        return SW_OK;
    }
    if (dec.exp < 0) return SW_E_TYPE;
    if (dec.exp > 19 || dec.count > 19) return SW_E_RANGE;
    int64_t n = 0; /* kept negative: INT64_MIN has no positive twin */
    for (uint32_t i = 0; i < dec.count + (uint32_t)dec.exp; i++) {
        int digit = i < dec.count ? dec.digits[i] - '0' : 0;
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_sub_overflow(n, digit, &n))
            return SW_E_RANGE;
    }
    if (!dec.negative && n == INT64_MIN) return SW_E_RANGE;
    *ret = dec.negative ? n : -n;
    return SW_OK;
}

/* `count` digits, by printf, the last one rounded. */
static void round_to(double d, uint32_t count, char digits[18], int32_t *ret_exp) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", (int)count - 1, d);
    uint32_t used = 0;
    const char *at = text;
    for (; *at && *at != 'e'; at++)
        if (is_digit(*at)) digits[used++] = *at;
    SW_ASSERT(used == count);
    *ret_exp = (int32_t)strtol(at + 1, NULL, 10) + 1;
}

static uint32_t without_zeros(const char *digits, uint32_t count) {
    while (count > 1 && digits[count - 1] == '0') count--;
    return count;
}

static bool reads_back(const char *digits, uint32_t count, int32_t exp, double d) {
    char text[40];
    memcpy(text, digits, count);
    snprintf(text + count, sizeof text - count, "e%d", exp - (int32_t)count);
    return strtod(text, NULL) == d;
}

/* One more in the last place; false where that would carry. */
static bool next_up(char *digits, uint32_t count) {
    if (digits[count - 1] == '9') return false;
    digits[count - 1]++;
    return true;
}

/* Decimal of few places, the usual case: n / 10^p with n below 10^15 reads back, and such a decimal
 * is the only one of its length. */
static uint32_t few_places(double d, char digits[18], int32_t *ret_exp) {
    for (int32_t p = 0; p <= 4; p++) {
        double scaled = d * pow10_exact(p);
        if (scaled >= 1e15) return 0;
        double n = (double)(uint64_t)(scaled + 0.5);
        if (n < 1 || n / pow10_exact(p) != d) continue;
        uint64_t rest = (uint64_t)n;
        char back[20];
        uint32_t count = 0;
        while (rest) {
            back[count++] = (char)('0' + rest % 10);
            rest /= 10;
        }
        for (uint32_t i = 0; i < count; i++) digits[i] = back[count - 1 - i];
        *ret_exp = (int32_t)count - p;
        return without_zeros(digits, count);
    }
    return 0;
}

uint32_t sw_double_digits(double d, char ret_digits[18], int32_t *ret_exp) {
    SW_ASSERT(isfinite(d) && d > 0);
    uint32_t count = few_places(d, ret_digits, ret_exp);
    if (count) return count;
    int power;
    /* Below a power of two doubles are denser: not only the nearest decimal may read back. */
    bool narrow = frexp(d, &power) == 0.5;
    for (count = d < 1e-290 || narrow ? 1 : 15; count < 17; count++) {
        round_to(d, count, ret_digits, ret_exp);
        if (reads_back(ret_digits, count, *ret_exp, d)) break;
        if (narrow && next_up(ret_digits, count) && reads_back(ret_digits, count, *ret_exp, d))
            break;
    }
    if (count == 17) round_to(d, count, ret_digits, ret_exp);
    return without_zeros(ret_digits, count);
}

static void add_zeros(sw_buf *buf, int32_t count) {
    for (int32_t i = 0; i < count; i++) sw_buf_add_byte(buf, '0');
}

/* ECMA-262 Number::toString(10): plain from 1e-6 to below 1e21, else with exponent. */
void sw_double_write(sw_buf *buf, double d) {
    if (isnan(d) || isinf(d)) {
        sw_buf_add_cstr(buf, isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
        return;
    }
    if (fabs(d) < EXACT_MAX && d == (double)(int64_t)d) {
        sw_buf_add_int(buf, (int64_t)d);
        return;
    }
    if (d < 0) sw_buf_add_byte(buf, '-');
    char digits[18];
    int32_t exp;
    int32_t count = (int32_t)sw_double_digits(fabs(d), digits, &exp);
    if (exp > 21 || exp < -5) {
        sw_buf_add_byte(buf, digits[0]);
        if (count > 1) sw_buf_add_byte(buf, '.');
        sw_buf_add(buf, sw_slice_of(digits + 1, (size_t)count - 1));
        sw_buf_add_cstr(buf, exp > 0 ? "e+" : "e");
        sw_buf_add_int(buf, exp - 1);
    } else if (exp <= 0) {
        sw_buf_add_cstr(buf, "0.");
        add_zeros(buf, -exp);
        sw_buf_add(buf, sw_slice_of(digits, (size_t)count));
    } else if (count <= exp) {
        sw_buf_add(buf, sw_slice_of(digits, (size_t)count));
        add_zeros(buf, exp - count);
    } else {
        sw_buf_add(buf, sw_slice_of(digits, (size_t)exp));
        sw_buf_add_byte(buf, '.');
        sw_buf_add(buf, sw_slice_of(digits + exp, (size_t)(count - exp)));
    }
}
