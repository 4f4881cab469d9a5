#include "cel/lex.h"

#include "text/number.h"
#include "text/utf8.h"

static const char *const keywords[] = {"in"};
static const char *const reserved[] = {
    "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
    "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};

/* Longest first where one begins another. */
static const char *const signs[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">",
                                    "!",  "?",  ":",  "+",  "-",  "*",  "/", "%",
                                    "(",  ")",  "[",  "]",  "{",  "}",  ".", ","};

static int peek(const cel_lexer *lex, uint32_t ahead) {
    sw_slice text = lex->src->text;
    return lex->at + ahead < text.len ? (unsigned char)text.ptr[lex->at + ahead] : -1;
}

static bool is_digit(int c) {
    return c >= '0' && c <= '9';
}

static bool is_hex(int c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool refuse(cel_lexer *lex, uint32_t at, const char *hint, const char *message) {
    cel_find(lex->src, SW_E_SYNTAX, at, hint, "%s", message);
    return false;
}

static void skip_space(cel_lexer *lex) {
    for (;;) {
        int c = peek(lex, 0);
        if (c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r') {
            lex->at++;
        } else if (c == '/' && peek(lex, 1) == '/') {
            while (peek(lex, 0) != -1 && peek(lex, 0) != '\n') lex->at++;
        } else {
            return;
        }
    }
}

static uint32_t hex_digit(int c) {
    return (uint32_t)(is_digit(c) ? c - '0' : (c | 32) - 'a' + 10);
}

/* The value of a string literal, byte by byte. */
typedef struct quoted {
    cel_lexer *lex;
    char *out;
    size_t len;
    bool bytes;
} quoted;

/* `digits` of base 8 or 16 after the escape's letter; the lexer stands on the first. */
static bool numeric_escape(quoted *q, uint32_t at, uint32_t digits, uint32_t base, bool octet) {
    uint32_t cp = 0;
    for (uint32_t i = 0; i < digits; i++) {
        int c = peek(q->lex, 0);
        if (!(base == 8 ? c >= '0' && c <= '7' : is_hex(c)))
            return refuse(q->lex, at, base == 8 ? "write three octal digits, \\000 to \\377" : NULL,
                          "this escape lacks digits");
        cp = cp * base + hex_digit(c);
        q->lex->at++;
    }
    if (octet && cp > 0xff) return refuse(q->lex, at, NULL, "an octal escape ends at \\377");
    if (octet && q->bytes) {
        q->out[q->len++] = (char)cp;
        return true;
    }
    if (q->bytes)
        return refuse(q->lex, at, "write \\x and two digits", "bytes have no \\u escapes");
    if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
        return refuse(q->lex, at, NULL, "this escape is no Unicode character");
    q->len += sw_utf8_encode(cp, q->out + q->len);
    return true;
}

static bool escape(quoted *q) {
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    cel_lexer *lex = q->lex;
    uint32_t at = lex->at++; /* the backslash */
    int c = peek(lex, 0);
    const char *plain = c > 0 ? strchr(from, c) : NULL;
    if (plain) {
        q->out[q->len++] = to[plain - from];
        lex->at++;
        return true;
    }
    if (c >= '0' && c <= '7') return numeric_escape(q, at, 3, 8, true);
    lex->at++;
    if (c == 'x' || c == 'X') return numeric_escape(q, at, 2, 16, true);
    if (c == 'u') return numeric_escape(q, at, 4, 16, false);
    if (c == 'U') return numeric_escape(q, at, 8, 16, false);
    return refuse(lex, at, "write \\\\ for a backslash, or r'…' for a regular expression",
                  "there is no such escape");
}

static bool at_fence(const cel_lexer *lex, int fence, uint32_t width) {
    for (uint32_t i = 0; i < width; i++)
        if (peek(lex, i) != fence) return false;
    return true;
}

/* Bytes from the lexer's place to the closing quote; false if there is none. */
static bool find_fence(cel_lexer *lex, int fence, uint32_t width, bool raw, uint32_t *ret_len) {
    uint32_t start = lex->at;
    while (!at_fence(lex, fence, width)) {
        int c = peek(lex, 0);
        if (c == -1 || (width == 1 && (c == '\n' || c == '\r'))) return false;
        lex->at += c == '\\' && !raw && peek(lex, 1) != -1 ? 2 : 1;
    }
    *ret_len = lex->at - start;
    lex->at = start;
    return true;
}

/* The lexer stands on the opening quote. */
static bool lex_string(cel_lexer *lex, bool raw, bool bytes, cel_token *ret) {
    int fence = peek(lex, 0);
    uint32_t width = at_fence(lex, fence, 3) ? 3 : 1, len;
    lex->at += width;
    if (!find_fence(lex, fence, width, raw, &len))
        return refuse(lex, ret->from, "close the quote", "this text has no end");
    uint32_t end = lex->at + len;
    /* No escape is shorter than what it stands for. */
    quoted q = {lex, sw_arena_alloc(lex->src->arena, len), 0, bytes};
    if (!q.out) return cel_find(lex->src, SW_E_LIMIT, ret->from, NULL, "out of memory"), false;
    while (lex->at < end) {
        int c = peek(lex, 0);
        if (c == '\\' && !raw) {
            if (!escape(&q)) return false;
        } else {
            q.out[q.len++] = (char)c;
            lex->at++;
        }
    }
    lex->at += width;
    ret->word = CEL_LITERAL;
    ret->value.kind = bytes ? SW_BYTES : SW_STRING;
    ret->value.s = sw_slice_of(q.out, q.len);
    return true;
}

/* Is there a string here, with its prefix? */
static bool string_prefix(const cel_lexer *lex, bool *ret_raw, bool *ret_bytes, uint32_t *ret_len) {
    uint32_t n = 0;
    *ret_bytes = (peek(lex, n) | 32) == 'b';
    if (*ret_bytes) n++;
    *ret_raw = (peek(lex, n) | 32) == 'r';
    if (*ret_raw) n++;
    *ret_len = n;
    return peek(lex, n) == '\'' || peek(lex, n) == '"';
}

static bool lex_integer(cel_lexer *lex, uint32_t base, cel_token *ret) {
    uint64_t n = 0;
    bool over = false;
    for (; base == 16 ? is_hex(peek(lex, 0)) : is_digit(peek(lex, 0)); lex->at++)
        over |= __builtin_mul_overflow(n, base, &n) ||
                __builtin_add_overflow(n, hex_digit(peek(lex, 0)), &n);
    bool is_uint = (peek(lex, 0) | 32) == 'u';
    if (is_uint) lex->at++;
    ret->huge = !is_uint && n == (uint64_t)INT64_MAX + 1;
    if (over || (!is_uint && n > INT64_MAX && !ret->huge))
        return refuse(lex, ret->from,
                      "the largest int is 9223372036854775807, the largest uint "
                      "18446744073709551615u",
                      "this number is too big");
    ret->value.kind = is_uint ? SW_UINT : SW_INT;
    if (is_uint)
        ret->value.u = n;
    else
        ret->value.i = ret->huge ? INT64_MIN : (int64_t)n;
    return true;
}

/* The lexer stands on the first digit or on a dot that a digit follows. */
static bool lex_number(cel_lexer *lex, cel_token *ret) {
    ret->word = CEL_LITERAL;
    if (peek(lex, 0) == '0' && (peek(lex, 1) | 32) == 'x' && is_hex(peek(lex, 2))) {
        lex->at += 2;
        return lex_integer(lex, 16, ret);
    }
    uint32_t n = 0;
    while (is_digit(peek(lex, n))) n++;
    bool real = peek(lex, n) == '.' && is_digit(peek(lex, n + 1));
    if (real)
        for (n++; is_digit(peek(lex, n));) n++;
    uint32_t sign = peek(lex, n + 1) == '+' || peek(lex, n + 1) == '-';
    if ((peek(lex, n) | 32) == 'e' && is_digit(peek(lex, n + 1 + sign))) {
        real = true;
        for (n += 1 + sign; is_digit(peek(lex, n));) n++;
    }
    if (!real) return lex_integer(lex, 10, ret);
    ret->value.kind = SW_DOUBLE;
    if (sw_double_parse(sw_slice_sub(lex->src->text, lex->at, lex->at + n), &ret->value.d))
        return refuse(lex, ret->from, "the largest double is 1.7976931348623157e308",
                      "this number is too big");
    lex->at += n;
    return true;
}

static bool among(sw_slice word, const char *const *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (sw_slice_is(word, list[i])) return true;
    return false;
}

static void lex_name(cel_lexer *lex, cel_token *ret) {
    while (is_letter(peek(lex, 0)) || is_digit(peek(lex, 0))) lex->at++;
    ret->text = sw_slice_sub(lex->src->text, ret->from, lex->at);
    ret->word = CEL_IDENT;
    if (among(ret->text, keywords, SW_COUNT(keywords))) ret->word = CEL_SIGN;
    if (among(ret->text, reserved, SW_COUNT(reserved))) ret->word = CEL_RESERVED;
    bool truth = sw_slice_is(ret->text, "true");
    if (truth || sw_slice_is(ret->text, "false")) {
        ret->word = CEL_LITERAL;
        ret->value.kind = SW_BOOL;
        ret->value.b = truth;
    } else if (sw_slice_is(ret->text, "null")) {
        ret->word = CEL_LITERAL;
        ret->value.kind = SW_NULL;
    }
}

static bool lex_quoted_name(cel_lexer *lex, cel_token *ret) {
    for (lex->at++; peek(lex, 0) != '`'; lex->at++)
        if (peek(lex, 0) == -1 || peek(lex, 0) == '\n')
            return refuse(lex, ret->from, "close it with `", "this quoted name has no end");
    ret->word = CEL_QUOTED;
    ret->text = sw_slice_sub(lex->src->text, ret->from + 1, lex->at++);
    return ret->text.len > 0 || refuse(lex, ret->from, NULL, "this quoted name is empty");
}

static bool lex_sign(cel_lexer *lex, cel_token *ret) {
    sw_slice rest = sw_slice_sub(lex->src->text, lex->at, lex->src->text.len);
    for (size_t i = 0; i < SW_COUNT(signs); i++) {
        sw_slice sign = sw_slice_cstr(signs[i]);
        if (!sw_slice_starts(rest, sign)) continue;
        lex->at += (uint32_t)sign.len;
        ret->word = CEL_SIGN;
        ret->text = sign;
        return true;
    }
    int c = peek(lex, 0);
    const char *hint = c == '='    ? "compare with =="
                       : c == '&'  ? "write && for and"
                       : c == '|'  ? "write || for or"
                       : c >= 0x80 ? "texts stand in quotes"
                                   : NULL;
    return refuse(lex, ret->from, hint, "this character has no meaning here");
}

bool cel_lex(cel_lexer *lex, cel_token *ret) {
    SW_ASSERT(lex && ret);
    skip_space(lex);
    *ret = (cel_token){.word = CEL_END, .from = lex->at};
    int c = peek(lex, 0);
    bool raw, bytes, ok = true;
    uint32_t prefix;
    if (c == -1) {
        /* the end */
    } else if (string_prefix(lex, &raw, &bytes, &prefix)) {
        lex->at += prefix;
        ok = lex_string(lex, raw, bytes, ret);
    } else if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1)))) {
        ok = lex_number(lex, ret);
    } else if (is_letter(c)) {
        lex_name(lex, ret);
    } else if (c == '`') {
        ok = lex_quoted_name(lex, ret);
    } else {
        ok = lex_sign(lex, ret);
    }
    ret->to = lex->at;
    return ok;
}
