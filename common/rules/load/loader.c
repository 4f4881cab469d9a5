#include "rules/load/loader.h"

#include <stdarg.h>
#include <stdio.h>

void *load_zero(loader *l, size_t count, size_t size) {
    void *ptr = sw_arena_zero(l->arena, count ? count : 1, size);
    if (!ptr) l->full = true;
    return ptr;
}

static void path_add(loader *l, const char *text, int len) {
    size_t room = sizeof l->path - 1 - l->path_len;
    size_t take = len < 0 ? 0 : (size_t)len < room ? (size_t)len : room;
    memcpy(l->path + l->path_len, text, take);
    l->path_len += take;
    l->path[l->path_len] = '\0';
}

size_t load_enter_key(loader *l, sw_slice key) {
    size_t before = l->path_len;
    if (before) path_add(l, ".", 1);
    path_add(l, key.ptr, (int)(key.len < 64 ? key.len : 64));
    return before;
}

size_t load_enter_item(loader *l, uint32_t index) {
    size_t before = l->path_len;
    char text[16];
    path_add(l, text, snprintf(text, sizeof text, "[%u]", index));
    return before;
}

void load_leave(loader *l, size_t path_len) {
    SW_ASSERT(path_len <= l->path_len);
    l->path_len = path_len;
    l->path[path_len] = '\0';
}

SW_PRINTF(2, 0) static const char *format(loader *l, const char *fmt, va_list args) {
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    char *text = len < 0 ? NULL : load_zero(l, 1, (size_t)len + 1);
    if (!text) return "out of memory";
    vsnprintf(text, (size_t)len + 1, fmt, args);
    return text;
}

void load_error(loader *l, sw_err code, uint32_t line, uint32_t col, const char *hint,
                const char *fmt, ...) {
    l->errors++;
    if (!l->diags) return;
    va_list args;
    va_start(args, fmt);
    l->diags->file = l->file ? l->file->name : SW_SLICE_NONE;
    if (l->diags->count < l->diags->max)
        (void)sw_diag_at(l->diags, code, line, col, l->path, hint, "%s", format(l, fmt, args));
    else
        l->diags->count++;
    va_end(args);
}

void load_note(loader *l, const sw_yaml *node, const char *hint, const char *fmt, ...) {
    if (!l->notes) return;
    va_list args;
    va_start(args, fmt);
    l->notes->file = l->file ? l->file->name : SW_SLICE_NONE;
    (void)sw_diag_at(l->notes, SW_E_INVALID, node->line, node->col, l->path, hint, "%s",
                     format(l, fmt, args));
    va_end(args);
}
