#include <inttypes.h>

#include "cel/run.h"

/* Where the words of a cause need no more than the part of the text. */
static const char *const plain[] = {
    [CEL_WHY_ABSENT] = "is not carried: ask has(…) first",
    [CEL_WHY_BOUND_KIND] = "has a value of another type than declared",
    [CEL_WHY_OVERFLOW] = "is too big for its type",
    [CEL_WHY_DIVIDE] = "divides by zero",
    [CEL_WHY_TOO_BIG] = "is outside of what the type can hold",
    [CEL_WHY_UTF8] = "is no valid UTF-8",
    [CEL_WHY_TIME] = "is a time outside of the years 1 to 9999",
    [CEL_WHY_DURATION] = "is longer than 292 years",
    [CEL_WHY_REGEX_COST] = "takes too many steps to match",
    [CEL_WHY_COST] = "is where the steps allowed were used up",
    [CEL_WHY_MEMORY] = "is where the memory allowed was used up",
};

static sw_slice key_text(const sw_value *key, sw_arena *arena) {
    switch (key->kind) {
    case SW_STRING:
        return sw_arena_printf(arena, "\"%.*s\"", SW_FMT(key->s));
    case SW_INT:
        return sw_arena_printf(arena, "%" PRId64, key->i);
    case SW_UINT:
        return sw_arena_printf(arena, "%" PRIu64 "u", key->u);
    case SW_BOOL:
        return key->b ? SW_S("true") : SW_S("false");
    default:
        return SW_S("?");
    }
}

sw_slice cel_why_text(const cel_fault *fault, sw_slice part, sw_arena *arena) {
    sw_slice key;
    switch (fault->why) {
    case CEL_WHY_INDEX:
        return sw_arena_printf(arena, "%.*s: there is no item %" PRId64 " in a list of %" PRId64,
                               SW_FMT(part), fault->a, fault->b);
    case CEL_WHY_NO_KEY:
    case CEL_WHY_TWICE:
        key = key_text(&fault->value, arena);
        return sw_arena_printf(arena, "%.*s: the map has %s key %.*s%s", SW_FMT(part),
                               fault->why == CEL_WHY_NO_KEY ? "no" : "the", SW_FMT(key),
                               fault->why == CEL_WHY_NO_KEY ? "" : " twice");
    case CEL_WHY_TEXT:
        return sw_arena_printf(arena, "%.*s: the text is not %s", SW_FMT(part), fault->words);
    case CEL_WHY_REGEX:
        return sw_arena_printf(arena, "%.*s: wrong regular expression: %s", SW_FMT(part),
                               fault->words);
    default:
        return sw_arena_printf(arena, "%.*s %s", SW_FMT(part), plain[fault->why]);
    }
}
