/* number.h - doubles as decimal text, exactly.  Layer 1.  Thread: any; no locale is consulted. */
#ifndef SW_TEXT_NUMBER_H
#define SW_TEXT_NUMBER_H

#include "base/buf.h"

/* [+-] digits [. digits] [e [+-] digits], with digits before or after the point, as the nearest
 * double (ties to even), whatever the length. SW_E_SYNTAX; SW_E_RANGE: too great for a double. */
SW_NODISCARD sw_err sw_double_parse(sw_slice text, double *ret);
/* The same form as an integer where it has no fraction: 3, 3.0, 3e2, 30e-1. SW_E_SYNTAX; SW_E_TYPE:
 * it has a fraction; SW_E_RANGE: not within int64. */
SW_NODISCARD sw_err sw_integral_parse(sw_slice text, int64_t *ret);

/* The fewest significant decimal digits that read back as `d`, of those the nearest (ECMA-262,
 * Number::toString). `d` must be finite and above 0. Digits without point; the value is
 * 0.DIGITS × 10^`ret_exp`. Returns how many digits, 1 to 17. */
uint32_t sw_double_digits(double d, char ret_digits[18], int32_t *ret_exp);
/* As ECMAScript writes it: "0" for -0; "NaN", "Infinity", "-Infinity". */
void sw_double_write(sw_buf *buf, double d);

#endif
