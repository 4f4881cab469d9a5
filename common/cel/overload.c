#include "cel/run.h"

#define ANY SW_ABSENT

#define OPERATOR(name, a, b, result, fn)                                                           \
    { name, 'o', 2, {a, b}, result, fn }
#define NUMERIC(name, fn)                                                                          \
    OPERATOR(name, SW_INT, SW_INT, SW_INT, fn), OPERATOR(name, SW_UINT, SW_UINT, SW_UINT, fn),     \
        OPERATOR(name, SW_DOUBLE, SW_DOUBLE, SW_DOUBLE, fn)
#define PREFIX(name, a, fn)                                                                        \
    { name, 'o', 1, {a}, a, fn }
#define CONVERSION(name, from, to, fn)                                                             \
    { name, 'f', 1, {from}, to, fn }
#define SIZE(of)                                                                                   \
    { "size", 'b', 1, {of}, SW_INT, cel_do_size }
#define ON_TEXT(name, style, fn)                                                                   \
    { name, style, 2, {SW_STRING, SW_STRING}, SW_BOOL, fn }
#define PART(name)                                                                                 \
    {name, 'm', 1, {SW_TIMESTAMP}, SW_INT, cel_get_part}, {                                        \
        name, 'm', 2, {SW_TIMESTAMP, SW_STRING}, SW_INT, cel_get_part                              \
    }
#define LENGTH(name)                                                                               \
    { name, 'm', 1, {SW_DURATION}, SW_INT, cel_get_part }

/* cel-spec, doc/langdef.md, Standard Definitions, without dyn. Lists are added in check.c: their
 * result depends on their items. */
const cel_overload cel_overloads[] = {
    NUMERIC("+", cel_do_add),
    OPERATOR("+", SW_STRING, SW_STRING, SW_STRING, cel_do_join),
    OPERATOR("+", SW_BYTES, SW_BYTES, SW_BYTES, cel_do_join),
    OPERATOR("+", SW_TIMESTAMP, SW_DURATION, SW_TIMESTAMP, cel_add_moments),
    OPERATOR("+", SW_DURATION, SW_TIMESTAMP, SW_TIMESTAMP, cel_add_moments),
    OPERATOR("+", SW_DURATION, SW_DURATION, SW_DURATION, cel_add_moments),
    NUMERIC("-", cel_do_sub),
    OPERATOR("-", SW_TIMESTAMP, SW_TIMESTAMP, SW_DURATION, cel_sub_moments),
    OPERATOR("-", SW_TIMESTAMP, SW_DURATION, SW_TIMESTAMP, cel_sub_moments),
    OPERATOR("-", SW_DURATION, SW_DURATION, SW_DURATION, cel_sub_moments),
    NUMERIC("*", cel_do_mul),
    NUMERIC("/", cel_do_div),
    OPERATOR("%", SW_INT, SW_INT, SW_INT, cel_do_mod),
    OPERATOR("%", SW_UINT, SW_UINT, SW_UINT, cel_do_mod),
    PREFIX("-", SW_INT, cel_do_negate),
    PREFIX("-", SW_DOUBLE, cel_do_negate),
    PREFIX("!", SW_BOOL, cel_do_not),

    SIZE(SW_STRING),
    SIZE(SW_BYTES),
    SIZE(SW_LIST),
    SIZE(SW_MAP),
    ON_TEXT("contains", 'm', cel_do_contains),
    ON_TEXT("startsWith", 'm', cel_do_starts),
    ON_TEXT("endsWith", 'm', cel_do_ends),
    ON_TEXT("matches", 'b', cel_do_matches),

    CONVERSION("int", SW_INT, SW_INT, cel_to_itself),
    CONVERSION("int", SW_UINT, SW_INT, cel_to_int),
    CONVERSION("int", SW_DOUBLE, SW_INT, cel_to_int),
    CONVERSION("int", SW_STRING, SW_INT, cel_to_int),
    CONVERSION("int", SW_TIMESTAMP, SW_INT, cel_to_int),
    CONVERSION("uint", SW_UINT, SW_UINT, cel_to_itself),
    CONVERSION("uint", SW_INT, SW_UINT, cel_to_uint),
    CONVERSION("uint", SW_DOUBLE, SW_UINT, cel_to_uint),
    CONVERSION("uint", SW_STRING, SW_UINT, cel_to_uint),
    CONVERSION("double", SW_DOUBLE, SW_DOUBLE, cel_to_itself),
    CONVERSION("double", SW_INT, SW_DOUBLE, cel_to_double),
    CONVERSION("double", SW_UINT, SW_DOUBLE, cel_to_double),
    CONVERSION("double", SW_STRING, SW_DOUBLE, cel_to_double),
    CONVERSION("string", SW_STRING, SW_STRING, cel_to_itself),
    CONVERSION("string", SW_BOOL, SW_STRING, cel_to_string),
    CONVERSION("string", SW_INT, SW_STRING, cel_to_string),
    CONVERSION("string", SW_UINT, SW_STRING, cel_to_string),
    CONVERSION("string", SW_DOUBLE, SW_STRING, cel_to_string),
    CONVERSION("string", SW_BYTES, SW_STRING, cel_to_string),
    CONVERSION("string", SW_TIMESTAMP, SW_STRING, cel_to_string),
    CONVERSION("string", SW_DURATION, SW_STRING, cel_to_string),
    CONVERSION("bytes", SW_BYTES, SW_BYTES, cel_to_itself),
    CONVERSION("bytes", SW_STRING, SW_BYTES, cel_to_bytes),
    CONVERSION("bool", SW_BOOL, SW_BOOL, cel_to_itself),
    CONVERSION("bool", SW_STRING, SW_BOOL, cel_to_bool),
    CONVERSION("timestamp", SW_TIMESTAMP, SW_TIMESTAMP, cel_to_itself),
    CONVERSION("timestamp", SW_STRING, SW_TIMESTAMP, cel_to_timestamp),
    CONVERSION("timestamp", SW_INT, SW_TIMESTAMP, cel_to_timestamp),
    CONVERSION("duration", SW_DURATION, SW_DURATION, cel_to_itself),
    CONVERSION("duration", SW_STRING, SW_DURATION, cel_to_duration),
    CONVERSION("type", ANY, SW_TYPE, cel_to_type),

    PART("getDate"),
    PART("getDayOfMonth"),
    PART("getDayOfWeek"),
    PART("getDayOfYear"),
    PART("getFullYear"),
    PART("getHours"),
    PART("getMilliseconds"),
    PART("getMinutes"),
    PART("getMonth"),
    PART("getSeconds"),
    LENGTH("getHours"),
    LENGTH("getMilliseconds"),
    LENGTH("getMinutes"),
    LENGTH("getSeconds"),
};
const size_t cel_overload_count = SW_COUNT(cel_overloads);
