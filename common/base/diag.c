#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void sw_diags_init(sw_diags *diags, sw_arena *arena, sw_slice file, uint32_t max) {
    SW_ASSERT(diags && arena && max > 0);
    *diags = (sw_diags){.arena = arena, .file = file, .max = max};
}

static sw_slice copy_cstr(sw_arena *arena, const char *text) {
    sw_slice ret = SW_SLICE_NONE;
    if (!text || !*text || !sw_arena_copy(arena, sw_slice_cstr(text), &ret)) return SW_SLICE_NONE;
    return ret;
}

sw_err sw_diag_at(sw_diags *diags, sw_err code, uint32_t line, uint32_t col, const char *field,
                  const char *hint, const char *fmt, ...) {
    SW_ASSERT(code != SW_OK);
    if (!diags) return code;
    diags->count++;
    if (diags->count > diags->max) return code;
    sw_diag *diag = sw_arena_zero(diags->arena, 1, sizeof *diag);
    if (!diag) return code;
    *diag = (sw_diag){.code = code, .file = diags->file, .line = line, .col = col};
    diag->field = copy_cstr(diags->arena, field);
    diag->hint = copy_cstr(diags->arena, hint);
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = len >= 0 ? sw_arena_alloc(diags->arena, (size_t)len + 1) : NULL;
    if (text) {
        vsnprintf(text, (size_t)len + 1, fmt, again);
        diag->message = sw_slice_of(text, (size_t)len);
    }
    va_end(again);
    if (diags->last)
        diags->last->next = diag;
    else
        diags->first = diag;
    diags->last = diag;
    return code;
}

sw_slice sw_diag_text(sw_arena *arena, const sw_diag *diag) {
    char place[48] = "";
    if (diag->line) snprintf(place, sizeof place, ":%u:%u", diag->line, diag->col);
    bool named = diag->file.len || diag->line;
    return sw_arena_printf(arena, "%.*s%s%s%.*s%s%.*s%s%.*s%s", SW_FMT(diag->file), place,
                           named ? ": " : "", SW_FMT(diag->field), diag->field.len ? ": " : "",
                           SW_FMT(diag->message), diag->hint.len ? " (" : "", SW_FMT(diag->hint),
                           diag->hint.len ? ")" : "");
}
