/* Where a character of a scalar's text stands in its file: YAML 1.2, chapters 7.3 and 8.1. */
#include "rules/load/draft.h"

/* Walks the raw text of a scalar, one character of its value at a time. */
typedef struct walker {
    sw_slice raw;
    size_t at;
    uint32_t line, col;
    char style;      /* '\'' '"' '|' or 0: plain */
    uint32_t indent; /* of a block scalar's lines */
} walker;

static bool index_lines(loader *l, pack_file *file) {
    if (file->lines) return true;
    uint32_t count = 1;
    for (size_t i = 0; i < file->text.len; i++) count += file->text.ptr[i] == '\n';
    uint32_t *lines = load_zero(l, count, sizeof *lines);
    if (!lines) return false;
    uint32_t line = 1;
    for (size_t i = 0; i < file->text.len; i++)
        if (file->text.ptr[i] == '\n') lines[line++] = (uint32_t)(i + 1);
    file->lines = lines;
    file->line_count = count;
    return true;
}

static char peek(const walker *w, size_t ahead) {
    return w->at + ahead < w->raw.len ? w->raw.ptr[w->at + ahead] : '\0';
}

/* One raw character. */
static void step(walker *w) {
    if (w->at >= w->raw.len) return;
    if (w->raw.ptr[w->at] == '\n') {
        w->line++;
        w->col = 1;
        w->at++;
        return;
    }
    w->at++;
    while (w->at < w->raw.len && ((unsigned char)w->raw.ptr[w->at] & 0xc0) == 0x80) w->at++;
    w->col++;
}

static void steps(walker *w, uint32_t count) {
    while (count--) step(w);
}

static void skip_blanks(walker *w) {
    while (peek(w, 0) == ' ' || peek(w, 0) == '\t') step(w);
}

static bool at_line_end(const walker *w) {
    size_t ahead = 0;
    while (peek(w, ahead) == ' ' || peek(w, ahead) == '\t') ahead++;
    return peek(w, ahead) == '\n' || peek(w, ahead) == '\r';
}

/* A folded line break: one gives a space, n give n - 1 line feeds. Returns the characters given. */
static uint32_t fold(walker *w) {
    uint32_t breaks = 0;
    while (at_line_end(w)) {
        while (peek(w, 0) != '\n' && peek(w, 0)) step(w);
        step(w);
        breaks++;
    }
    skip_blanks(w);
    return breaks > 1 ? breaks - 1 : 1;
}

static uint32_t escape(walker *w) {
    char c = peek(w, 1);
    uint32_t digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (c == '\n' || c == '\r') { /* an escaped line break gives nothing */
        steps(w, c == '\r' ? 3 : 2);
        skip_blanks(w);
        return 0;
    }
    steps(w, 2 + digits);
    return 1;
}

/* Moves past what gives the next character or characters of the value; returns how many. */
static uint32_t walk(walker *w) {
    if (w->style == '|') {
        bool line_end = peek(w, 0) == '\n';
        step(w);
        for (uint32_t i = 0; line_end && i < w->indent && peek(w, 0) == ' '; i++) step(w);
        return 1;
    }
    if (at_line_end(w)) return fold(w);
    if (w->style == '\'' && peek(w, 0) == '\'') return steps(w, 2), 1;
    if (w->style == '"' && peek(w, 0) == '\\') return escape(w);
    step(w);
    return 1;
}

static void enter(walker *w) {
    char c = peek(w, 0);
    if (c == '\'' || c == '"') {
        w->style = c;
        step(w);
    } else if (c == '|' || c == '>') {
        w->style = '|';
        while (peek(w, 0) && peek(w, 0) != '\n') step(w);
        step(w);
        size_t ahead = 0;
        while (peek(w, ahead) == ' ') ahead++;
        w->indent = (uint32_t)ahead;
        steps(w, w->indent);
    }
}

void load_scalar_place(loader *l, const sw_yaml *node, uint32_t chars, uint32_t *ret_line,
                       uint32_t *ret_col) {
    *ret_line = node->line;
    *ret_col = node->col;
    const sw_yaml *entry = l->rule ? l->rule->entry : NULL;
    if (entry && entry->line == node->line && entry->col == node->col) return; /* borrowed */
    if (!l->file || !index_lines(l, l->file) || node->line == 0 || node->line > l->file->line_count)
        return;
    walker w = {
        .raw = l->file->text, .at = l->file->lines[node->line - 1], .line = node->line, .col = 1};
    while (w.col < node->col && w.at < w.raw.len) step(&w);
    enter(&w);
    for (uint32_t seen = 0; seen < chars && w.at < w.raw.len;) seen += walk(&w);
    *ret_line = w.line;
    *ret_col = w.col;
}
