#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "cel/run.h"

#define PATTERN_BYTES_MAX 4096
#define REPEAT_MAX        1000
#define HEAP_KIB_MAX      1024

struct cel_regex {
    pcre2_code *code; /* immutable; in the arena of the condition */
};

/* PCRE2 allocates from an arena, which takes back all at once. */
static void *take(size_t size, void *arena) {
    return sw_arena_alloc(arena, size);
}

static void give_back(void *ptr, void *arena) {
    (void)ptr, (void)arena;
}

/* A pattern read to find what RE2 doesn't have, so that no condition depends on it. */
typedef struct scan {
    sw_slice pattern;
    size_t at;
    bool repeated; /* the last thing was a repetition */
    const char *words;
} scan;

static int look(const scan *s, size_t ahead) {
    return s->at + ahead < s->pattern.len ? (unsigned char)s->pattern.ptr[s->at + ahead] : -1;
}

static bool letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* After a backslash, which the scan stands on. */
static bool scan_escape(scan *s, const char *letters) {
    int c = look(s, 1);
    if (c >= '1' && c <= '9')
        s->words = "backreferences are not supported";
    else if (c == 'k' || c == 'g')
        s->words = "references to groups are not supported";
    else if (letter(c) && !strchr(letters, c))
        s->words = "there is no such escape in RE2 syntax";
    if (s->words) return false;
    if (c == 'Q') {
        while (look(s, 0) != -1 && !(look(s, 0) == '\\' && look(s, 1) == 'E')) s->at++;
    }
    s->at += 2;
    return true;
}

static bool scan_class(scan *s) {
    s->at++;
    if (look(s, 0) == '^') s->at++;
    if (look(s, 0) == ']') s->at++;
    while (look(s, 0) != -1 && look(s, 0) != ']') {
        if (look(s, 0) == '\\') {
            if (!scan_escape(s, "aftnrxpPdDsSwW")) return false;
        } else if (look(s, 0) == '[' && look(s, 1) == ':') {
            s->at += 2;
            while (look(s, 0) != -1 && look(s, 0) != ']') s->at++;
            s->at++;
        } else {
            s->at++;
        }
    }
    s->at++;
    return true;
}

static bool scan_group(scan *s) {
    if (look(s, 1) == '*') {
        s->words = "verbs are not supported";
        return false;
    }
    s->at++;
    if (look(s, 0) != '?') return true;
    size_t n = 1;
    while (strchr("imsU-", look(s, n)) && look(s, n) > 0) n++;
    bool flags = look(s, n) == ':' || (n > 1 && look(s, n) == ')');
    bool name = (look(s, 1) == 'P' && look(s, 2) == '<') ||
                (look(s, 1) == '<' && look(s, 2) != '=' && look(s, 2) != '!');
    if (!flags && !name) {
        s->words = "only (?:…), (?P<name>…) and the flags i, m, s, U are supported";
        return false;
    }
    s->at++;
    return true;
}

/* {n}, {n,} or {n,m}; anything else is text. */
static size_t braces(const scan *s, int *ret_max) {
    size_t n = 1;
    int value = 0, max = 0;
    bool digits = false;
    for (; look(s, n) != '}'; n++) {
        int c = look(s, n);
        if (c == ',' && digits) {
            max = value > max ? value : max;
            value = 0;
        } else if (c >= '0' && c <= '9') {
            digits = true;
            value = value > REPEAT_MAX ? value : value * 10 + (c - '0');
        } else {
            return 0;
        }
    }
    *ret_max = value > max ? value : max;
    return digits ? n + 1 : 0;
}

static bool scan_repeat(scan *s, size_t len, int max) {
    if (max > REPEAT_MAX) s->words = "something may be repeated at most 1000 times";
    if (s->repeated) s->words = "a repetition can't be repeated";
    if (s->words) return false;
    s->at += len;
    if (look(s, 0) == '?') s->at++;
    s->repeated = true;
    return true;
}

static bool scan_pattern(scan *s) {
    while (look(s, 0) != -1) {
        int c = look(s, 0), max = 0;
        size_t len = c == '{' ? braces(s, &max) : strchr("*+?", c) && c ? 1 : 0;
        if (len) {
            if (!scan_repeat(s, len, max)) return false;
            continue;
        }
        s->repeated = false;
        bool ok = true;
        if (c == '\\')
            ok = scan_escape(s, "aftnrxpPdDsSwWbBAzQE");
        else if (c == '[')
            ok = scan_class(s);
        else if (c == '(')
            ok = scan_group(s);
        else
            s->at++;
        if (!ok) return false;
    }
    return true;
}

/* In `arena`; NULL with PCRE2's number of the error. */
static pcre2_code *compile(sw_arena *arena, sw_slice pattern, int *ret_error, size_t *ret_at) {
    *ret_error = PCRE2_ERROR_NOMEMORY;
    *ret_at = 0;
    pcre2_general_context *memory = pcre2_general_context_create(take, give_back, arena);
    pcre2_compile_context *options = memory ? pcre2_compile_context_create(memory) : NULL;
    if (!options) return NULL;
    pcre2_set_newline(options, PCRE2_NEWLINE_LF);
    return pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len,
                         PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, ret_error,
                         ret_at, options);
}

static const char *error_words(sw_arena *arena, int error) {
    char room[160];
    if (pcre2_get_error_message(error, (PCRE2_UCHAR *)room, sizeof room) < 0) return "not valid";
    sw_slice words = sw_arena_printf(arena, "%s", room);
    return words.ptr ? words.ptr : "not valid";
}

sw_err cel_regex_new(sw_arena *arena, sw_slice pattern, const char **ret_words, uint32_t *ret_at,
                     const cel_regex **ret) {
    SW_ASSERT(arena && ret_words && ret_at && ret);
    scan s = {.pattern = pattern};
    if (pattern.len > PATTERN_BYTES_MAX) {
        *ret_words = "it is longer than 4096 bytes";
        return SW_E_LIMIT;
    }
    if (!scan_pattern(&s)) {
        *ret_words = s.words;
        *ret_at = (uint32_t)s.at;
        return SW_E_INVALID;
    }
    int error;
    size_t at;
    cel_regex *regex = sw_arena_zero(arena, 1, sizeof *regex);
    if (regex && (regex->code = compile(arena, pattern, &error, &at))) {
        *ret = regex;
        return SW_OK;
    }
    bool memory = !regex || error == PCRE2_ERROR_NOMEMORY || error == PCRE2_ERROR_HEAP_FAILED;
    *ret_words = memory ? "out of memory" : error_words(arena, error);
    *ret_at = memory ? 0 : (uint32_t)at;
    return memory ? SW_E_NOMEM : SW_E_INVALID;
}

/* A match with at most `limit` of PCRE2's own steps. 1, 0, or a negative error of PCRE2. */
static int match(sw_arena *arena, const cel_regex *regex, sw_slice text, uint32_t limit) {
    pcre2_general_context *memory = pcre2_general_context_create(take, give_back, arena);
    pcre2_match_context *limits = memory ? pcre2_match_context_create(memory) : NULL;
    pcre2_match_data *data = memory ? pcre2_match_data_create(1, memory) : NULL;
    if (!limits || !data) return PCRE2_ERROR_NOMEMORY;
    pcre2_set_match_limit(limits, limit);
    pcre2_set_heap_limit(limits, HEAP_KIB_MAX);
    int got = pcre2_match(regex->code, (PCRE2_SPTR)(text.len ? text.ptr : ""), text.len, 0, 0, data,
                          limits);
    if (got == PCRE2_ERROR_NOMATCH) return 0;
    return got >= 0 ? 1 : got;
}

/* Tried with more and more effort, so that what a match costs is what it took, within a factor. */
static sw_err match_bounded(cel_run *run, const cel_node *node, const cel_regex *regex,
                            sw_slice text, bool *ret) {
    static const struct {
        uint32_t limit, steps;
    } efforts[] = {{1000, 5}, {10000, 100}, {100000, 1000}};
    for (size_t i = 0; i < SW_COUNT(efforts); i++) {
        if (!cel_spend(run, node, efforts[i].steps + cel_bytes_cost(text.len)))
            return run->fault.code;
        sw_arena_mark mark = sw_arena_save(run->arena);
        int got = match(run->arena, regex, text, efforts[i].limit);
        sw_arena_rewind(run->arena, mark);
        if (got >= 0) {
            *ret = got == 1;
            return SW_OK;
        }
        if (got == PCRE2_ERROR_NOMEMORY) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
        if (got != PCRE2_ERROR_MATCHLIMIT) break;
    }
    return cel_fail(run, node, SW_E_LIMIT, CEL_WHY_REGEX_COST);
}

/* A pattern that is made while evaluating; what it takes is given back. */
static sw_err match_computed(cel_run *run, const cel_node *node, const sw_value *args, bool *ret) {
    const char *words = NULL;
    uint32_t at = 0;
    const cel_regex *regex;
    if (!cel_spend(run, node, 100 + args[1].s.len)) return run->fault.code;
    sw_arena_mark mark = sw_arena_save(run->arena);
    sw_err err = cel_regex_new(run->arena, args[1].s, &words, &at, &regex);
    if (err == SW_E_NOMEM) return cel_fail(run, node, SW_E_NOMEM, CEL_WHY_MEMORY);
    if (err) return cel_fail_words(run, node, SW_E_INVALID, CEL_WHY_REGEX, words);
    err = match_bounded(run, node, regex, args[0].s, ret);
    sw_arena_rewind(run->arena, mark);
    return err;
}

CEL_FN(cel_do_matches) {
    bool matches = false;
    sw_err err = node->data ? match_bounded(run, node, node->data, args[0].s, &matches)
                            : match_computed(run, node, args, &matches);
    if (err) return err;
    *ret = (sw_value){.kind = SW_BOOL, .b = matches};
    return SW_OK;
}
