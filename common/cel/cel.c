#include "cel/cel.h"

#include <stdarg.h>
#include <stdio.h>

#include "cel/run.h"
#include "text/utf8.h"

/* The place of a byte in the file. Lines after the first are counted from their own beginning. */
static void place_of(const cel_source *src, uint32_t at, uint32_t *ret_line, uint32_t *ret_col) {
    uint32_t line, col;
    sw_utf8_place(src->text, at, &line, &col);
    *ret_line = src->place.line ? src->place.line + line - 1 : line;
    *ret_col = src->place.line && line == 1 ? src->place.col + col - 1 : col;
}

sw_err cel_find(cel_source *src, sw_err code, uint32_t at, const char *hint, const char *fmt, ...) {
    char message[512];
    va_list args;
    uint32_t line, col;
    SW_ASSERT(code != SW_OK);
    if (!src->err) src->err = code;
    va_start(args, fmt);
    vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    place_of(src, at, &line, &col);
    return sw_diag_at(src->diags, code, line, col, src->place.field, hint, "%s", message);
}

cel_node *cel_node_new(cel_source *src, cel_op op, uint32_t from, uint32_t to) {
    if (++src->nodes > SW_CEL_NODES_MAX) {
        cel_find(src, SW_E_LIMIT, from, "split the condition",
                 "the expression has more than %u parts", SW_CEL_NODES_MAX);
        return NULL;
    }
    cel_node *node = sw_arena_zero(src->arena, 1, sizeof *node);
    if (!node) {
        cel_find(src, SW_E_LIMIT, from, NULL, "out of memory");
        return NULL;
    }
    *node = (cel_node){.op = (uint16_t)op, .height = 1, .from = from, .to = to, .at = from};
    return node;
}

bool cel_node_close(cel_source *src, cel_node *node) {
    bool wide = node->op == CEL_CALL || node->op == CEL_LIST || node->op == CEL_MAP ||
                node->op == CEL_AND || node->op == CEL_OR;
    cel_node *const *kids = wide ? node->items : node->kid;
    for (uint32_t i = 0; i < node->count; i++)
        if (kids[i]->height >= node->height) node->height = (uint16_t)(kids[i]->height + 1);
    if (node->height <= SW_CEL_DEPTH_MAX) return true;
    cel_find(src, SW_E_LIMIT, node->at, "split the condition",
             "the expression is nested more than %u levels deep", SW_CEL_DEPTH_MAX);
    return false;
}

static bool text_allowed(cel_source *src, sw_slice text) {
    size_t valid = sw_utf8_valid_bytes(text);
    if (text.len > SW_CEL_TEXT_MAX) {
        cel_find(src, SW_E_LIMIT, 0, "split the condition",
                 "the expression is longer than %u bytes", SW_CEL_TEXT_MAX);
        return false;
    }
    if (valid == text.len) return true;
    src->text = sw_slice_sub(text, 0, valid);
    cel_find(src, SW_E_SYNTAX, (uint32_t)valid, "save the file as UTF-8", "this is no valid UTF-8");
    return false;
}

static void want_type(cel_source *src, const cel_node *top, const sw_cel_type *want) {
    if (!want || src->err || cel_type_any(top->type) || cel_type_eq(top->type, want)) return;
    const char *is = cel_type_name(src->arena, top->type);
    const char *hint = want->kind != SW_BOOL          ? NULL
                       : top->type->kind == SW_STRING ? "compare it: … == \"…\""
                                                      : "compare it with something";
    cel_find(src, SW_E_TYPE, top->from, hint, "%s is wanted here, and this is %s",
             cel_type_name(src->arena, want), is);
}

sw_err sw_cel_compile(sw_arena *arena, const sw_cel_env *env, sw_slice text,
                      const sw_cel_type *want, sw_cel_place place, sw_diags *diags,
                      const sw_cel **ret) {
    SW_ASSERT(arena && env && ret);
    cel_source src = {.arena = arena, .place = place, .diags = diags};
    sw_cel *cel = sw_arena_zero(arena, 1, sizeof *cel);
    if (!text_allowed(&src, text)) return src.err;
    if (!cel || !sw_arena_copy(arena, text, &src.text))
        return cel_find(&src, SW_E_LIMIT, 0, NULL, "out of memory");
    cel->text = src.text;
    cel_node *top = cel_parse(&src);
    SW_ASSERT(top || src.err);
    if (!top || cel_check(&src, env, top, cel)) return src.err;
    want_type(&src, top, want);
    if (src.err) return src.err;
    *ret = cel;
    return SW_OK;
}

const sw_cel_type *sw_cel_result_type(const sw_cel *cel) {
    return cel->top->type;
}

sw_slice sw_cel_text(const sw_cel *cel) {
    return cel->text;
}

const sw_cel_read *sw_cel_reads_list(const sw_cel *cel, uint32_t *ret_count) {
    SW_ASSERT(cel && ret_count);
    *ret_count = cel->read_count;
    return cel->reads;
}

bool sw_cel_reads(const sw_cel *cel, uint32_t root) {
    SW_ASSERT(cel);
    for (uint32_t i = 0; i < cel->read_count; i++)
        if (cel->reads[i].root == root) return true;
    return false;
}

static void tell(const sw_cel *cel, const cel_fault *fault, sw_arena *arena, sw_cel_failure *ret) {
    const cel_node *node = fault->node;
    sw_slice part = sw_slice_sub(cel->text, node->from, node->to);
    *ret = (sw_cel_failure){
        .code = fault->code,
        .offset = (uint32_t)sw_utf8_count(sw_slice_sub(cel->text, 0, node->from)),
        .part = part,
        .message = cel_why_text(fault, part, arena),
    };
    if (!ret->message.ptr)
        ret->message = SW_S("the condition fails, and no memory is left to say why");
}

sw_err sw_cel_eval(const sw_cel *cel, const sw_cel_bind *bind, sw_arena *arena, uint32_t cost_max,
                   sw_value *ret, sw_cel_failure *ret_failure) {
    SW_ASSERT(cel && arena && ret);
    SW_ASSERT(bind || cel->read_count == 0);
    sw_value vars[SW_CEL_LOOPS_MAX], value;
    cel_run run;
    run.bind = bind;
    run.arena = arena;
    run.steps = cost_max;
    run.vars = vars;
    sw_err err = cel_eval(&run, cel->top, &value);
    if (err) {
        if (ret_failure) tell(cel, &run.fault, arena, ret_failure);
        return err;
    }
    *ret = value;
    return SW_OK;
}
