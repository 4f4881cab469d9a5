#include "cel/check.h"
#include "text/yaml.h"

#define SEGMENTS_MAX 16 /* of a path that may name a root's member */

/* a.b.c as its names, first to last. */
typedef struct path {
    sw_slice segments[SEGMENTS_MAX];
    uint32_t count;
    const cel_node *base;
} path;

static bool read_path(const cel_node *node, path *ret) {
    uint32_t count = 1;
    const cel_node *at = node;
    for (; at->op == CEL_SELECT && !at->aux; at = at->kid[0]) count++;
    if (at->op != CEL_NAME || count > SEGMENTS_MAX) return false;
    ret->count = count;
    ret->base = at;
    for (at = node; count > 0; at = at->kid[0]) {
        ret->segments[--count] = at->name;
        if (at->op == CEL_NAME) break;
    }
    return true;
}

/* How many names of `p` the dotted text takes up if it is their beginning; 0 if not. */
static uint32_t match(const char *dotted, const path *p) {
    sw_slice rest = sw_slice_cstr(dotted);
    for (uint32_t i = 0; i < p->count; i++) {
        sw_slice segment = p->segments[i];
        if (!sw_slice_starts(rest, segment)) return 0;
        rest = sw_slice_sub(rest, segment.len, rest.len);
        if (rest.len == 0) return i + 1;
        if (rest.ptr[0] != '.') return 0;
        rest = sw_slice_sub(rest, 1, rest.len);
    }
    return 0;
}

static const cel_scope *local(const cel_checker *c, sw_slice name) {
    for (const cel_scope *s = c->scope; s; s = s->outer)
        if (sw_slice_eq(s->name, name)) return s;
    return NULL;
}

static void remember_read(cel_checker *c, uint32_t root, uint32_t slot, const cel_node *node) {
    for (uint32_t i = 0; i < c->read_count; i++)
        if (c->reads[i].root == root && c->reads[i].slot == slot) return;
    if (c->read_count == c->read_cap) {
        uint32_t cap = c->read_cap ? c->read_cap * 2 : 8;
        sw_cel_read *grown = sw_arena_zero(c->src->arena, cap, sizeof *grown);
        if (!grown) {
            cel_find(c->src, SW_E_LIMIT, node->at, NULL, "out of memory");
            return;
        }
        if (c->read_count) memcpy(grown, c->reads, c->read_count * sizeof *grown);
        c->reads = grown;
        c->read_cap = cap;
    }
    c->reads[c->read_count++] =
        (sw_cel_read){root, slot, sw_slice_sub(c->src->text, node->from, node->to)};
}

static void wrong_member(cel_checker *c, cel_node *node, const sw_cel_root *root,
                         const char *refusal) {
    const char *hint = NULL;
    if (refusal) {
        cel_find(c->src, SW_E_INVALID, node->at, NULL, "%s.%.*s: %s", root->path,
                 SW_FMT(node->name), refusal);
        return;
    }
    sw_slice near = root->nearest ? root->nearest(root->ctx, node->name) : SW_SLICE_NONE;
    if (near.len)
        hint =
            sw_arena_printf(c->src->arena, "did you mean %s.%.*s?", root->path, SW_FMT(near)).ptr;
    cel_find(c->src, SW_E_UNKNOWN, node->at, hint, "%s has no %.*s", root->path,
             SW_FMT(node->name));
}

/* The node is root number `i`, or a member of it. */
static void settle_member(cel_checker *c, cel_node *node, uint32_t i, bool presence) {
    const sw_cel_root *root = &c->env->roots[i];
    const sw_cel_type *type = root->type;
    const char *refusal = NULL;
    int32_t slot = root->find ? root->find(root->ctx, node->name, &type, &refusal) : 0;
    if (slot < 0) {
        wrong_member(c, node, root, refusal);
        cel_settle_wrong(node);
        return;
    }
    SW_ASSERT(type);
    remember_read(c, i, (uint32_t)slot, node);
    node->op = presence ? CEL_HAS_MEMBER : CEL_MEMBER;
    node->count = 0;
    node->root = i;
    node->slot = (uint32_t)slot;
    cel_settle(node, presence ? sw_cel_type_of(SW_BOOL) : type);
}

static bool settle_type_name(const cel_checker *c, cel_node *node, const path *p) {
    if (p->count != 1 && p->count != 3) return false;
    sw_slice whole = sw_slice_sub(c->src->text, p->base->at, node->to);
    for (sw_value_kind kind = SW_NULL; kind <= SW_TYPE; kind++) {
        if (!sw_slice_eq(whole, cel_type_denotation(kind))) continue;
        node->op = CEL_CONST;
        node->count = 0;
        node->value = (sw_value){.kind = SW_TYPE, .s = cel_type_denotation(kind)};
        cel_settle(node, sw_cel_type_of(SW_TYPE));
        return true;
    }
    return false;
}

bool cel_check_path(cel_checker *c, cel_node *node, bool presence) {
    path p;
    if (!read_path(node, &p)) return false;
    if (!p.base->aux) {
        const cel_scope *var = local(c, p.segments[0]);
        if (var && node->op != CEL_NAME) return false;
        if (var) {
            node->op = CEL_VAR;
            node->aux = var->slot;
            cel_settle(node, var->type);
            return true;
        }
    }
    uint32_t longest = 0, best = 0;
    for (uint32_t i = 0; i < c->env->root_count; i++) {
        const sw_cel_root *root = &c->env->roots[i];
        uint32_t covers = match(root->path, &p);
        if (covers && root->find) covers++;
        if (covers > p.count || covers < longest) continue;
        if (covers == longest && root->find) continue; /* the variable before the member */
        longest = covers;
        best = i;
    }
    if (longest == 0) return settle_type_name(c, node, &p);
    if (longest < p.count) return false;
    settle_member(c, node, best, presence);
    return true;
}

/* "did you mean": a root with such a member, or a root, or a part of one's path. */
static const char *name_hint(cel_checker *c, sw_slice name) {
    const char *paths[SEGMENTS_MAX];
    size_t count = 0;
    for (uint32_t i = 0; i < c->env->root_count; i++) {
        const sw_cel_root *root = &c->env->roots[i];
        sw_slice whole = sw_slice_cstr(root->path);
        if (sw_slice_eq(whole, name))
            return sw_arena_printf(c->src->arena, "name one of its members: %s.…", root->path).ptr;
        if (whole.len > name.len && whole.ptr[name.len] == '.' && sw_slice_starts(whole, name))
            return sw_arena_printf(c->src->arena, "did you mean %s?", root->path).ptr;
        if (count < SW_COUNT(paths)) paths[count++] = root->path;
    }
    for (uint32_t i = 0; i < c->env->root_count; i++) {
        const sw_cel_root *root = &c->env->roots[i];
        const sw_cel_type *type = NULL;
        const char *refusal = NULL;
        if (root->find && root->find(root->ctx, name, &type, &refusal) >= 0)
            return sw_arena_printf(c->src->arena, "did you mean %s.%.*s?", root->path, SW_FMT(name))
                .ptr;
    }
    const char *near = sw_nearest(name, paths, count);
    return near ? sw_arena_printf(c->src->arena, "did you mean %s?", near).ptr : NULL;
}

void cel_unknown_name(cel_checker *c, cel_node *node) {
    const char *hint = name_hint(c, node->name);
    for (uint32_t i = 0; i < c->env->root_count; i++) {
        if (!sw_slice_is(node->name, c->env->roots[i].path)) continue;
        cel_find(c->src, SW_E_TYPE, node->at, hint, "%.*s is not a value by itself",
                 SW_FMT(node->name));
        cel_settle_wrong(node);
        return;
    }
    if (sw_slice_is(node->name, "dyn"))
        cel_find(c->src, SW_E_TYPE, node->at, "leave it out",
                 "dyn is not supported: conditions are typed");
    else
        cel_find(c->src, SW_E_UNKNOWN, node->at, hint ? hint : "a text stands in quotes",
                 "there is no %.*s here", SW_FMT(node->name));
    cel_settle_wrong(node);
}
