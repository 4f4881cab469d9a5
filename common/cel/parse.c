#include "cel/lex.h"

#include <stdio.h>

/* By precedence climbing; the table is the grammar's ladder of infix operators. */
static const struct {
    const char *sign;
    int level; /* higher binds tighter */
} infix[] = {
    {"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<", 3}, {"<=", 3}, {">", 3},
    {">=", 3}, {"in", 3}, {"+", 4},  {"-", 4},  {"*", 5}, {"/", 5},  {"%", 5},
};

typedef struct parser {
    cel_lexer lex;
    cel_source *src;
    cel_token token; /* the next one */
    uint32_t before; /* end of the one before */
    uint32_t depth;
} parser;

/* Grows by doubling in the arena. */
typedef struct node_list {
    cel_node **items;
    uint32_t count, cap;
} node_list;

static cel_node *parse_expr(parser *p);

static bool push(parser *p, node_list *list, cel_node *node) {
    if (!node) return false;
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        cel_node **grown = sw_arena_zero(p->src->arena, cap, sizeof *grown);
        if (!grown) return cel_find(p->src, SW_E_LIMIT, node->from, NULL, "out of memory"), false;
        if (list->count) memcpy(grown, list->items, list->count * sizeof *grown);
        list->items = grown;
        list->cap = cap;
    }
    list->items[list->count++] = node;
    return true;
}

static bool next(parser *p) {
    p->before = p->token.to;
    return cel_lex(&p->lex, &p->token);
}

static bool at_sign(const parser *p, const char *sign) {
    return p->token.word == CEL_SIGN && sw_slice_is(p->token.text, sign);
}

static cel_node *refuse(parser *p, const char *hint, const char *wanted) {
    if (p->token.word == CEL_END)
        cel_find(p->src, SW_E_SYNTAX, p->token.from, hint,
                 "the expression ends where %s is expected", wanted);
    else if (p->token.word == CEL_RESERVED)
        cel_find(p->src, SW_E_SYNTAX, p->token.from, NULL, "'%.*s' is a reserved word",
                 SW_FMT(p->token.text));
    else
        cel_find(p->src, SW_E_SYNTAX, p->token.from, hint, "'%.*s' stands where %s is expected",
                 (int)(p->token.to - p->token.from), p->src->text.ptr + p->token.from, wanted);
    return NULL;
}

static bool expect(parser *p, const char *sign) {
    char wanted[8] = {'\'', sign[0], '\''};
    if (!at_sign(p, sign)) return refuse(p, NULL, wanted), false;
    return next(p);
}

static cel_node *finish(parser *p, cel_node *node, uint32_t from) {
    node->from = from;
    node->to = p->before;
    return cel_node_close(p->src, node) ? node : NULL;
}

/* Items up to `end`; a comma may stand before it. With `pairs`, "key: value" each. */
static bool parse_items(parser *p, const char *end, bool pairs, bool comma_last, node_list *list) {
    while (!at_sign(p, end)) {
        if (!push(p, list, parse_expr(p))) return false;
        if (pairs && (!expect(p, ":") || !push(p, list, parse_expr(p)))) return false;
        if (at_sign(p, end)) break;
        if (!at_sign(p, ",")) {
            char wanted[24];
            snprintf(wanted, sizeof wanted, "',' or '%s'", end);
            return refuse(p, NULL, wanted), false;
        }
        if (!next(p)) return false;
        if (at_sign(p, end) && !comma_last) return refuse(p, NULL, "an argument"), false;
    }
    return next(p);
}

static cel_node *parse_bracket(parser *p, const char *end, cel_op op) {
    uint32_t from = p->token.from;
    node_list list = {0};
    if (!next(p) || !parse_items(p, end, op == CEL_MAP, true, &list)) return NULL;
    cel_node *node = cel_node_new(p->src, op, from, p->before);
    if (!node) return NULL;
    node->items = list.items;
    node->count = list.count;
    return finish(p, node, from);
}

/* `receiver` NULL: a function. The next token is the opening parenthesis. */
static cel_node *parse_call(parser *p, cel_node *receiver, sw_slice name, uint32_t at,
                            uint32_t from) {
    node_list list = {0};
    if (receiver && !push(p, &list, receiver)) return NULL;
    if (!next(p) || !parse_items(p, ")", false, false, &list)) return NULL;
    cel_node *node = cel_node_new(p->src, CEL_CALL, from, p->before);
    if (!node) return NULL;
    node->name = name;
    node->at = at;
    node->aux = receiver != NULL;
    node->items = list.items;
    node->count = list.count;
    return finish(p, node, from);
}

static cel_node *parse_name(parser *p, bool dotted, uint32_t from) {
    if (p->token.word != CEL_IDENT) return refuse(p, NULL, "a name");
    sw_slice name = p->token.text;
    uint32_t at = p->token.from;
    if (!next(p)) return NULL;
    if (at_sign(p, "(")) return parse_call(p, NULL, name, at, from);
    cel_node *node = cel_node_new(p->src, CEL_NAME, from, p->before);
    if (!node) return NULL;
    node->name = name;
    node->at = at;
    node->aux = dotted;
    return finish(p, node, from);
}

static cel_node *literal(parser *p, sw_value value, uint32_t from) {
    if (!next(p)) return NULL;
    cel_node *node = cel_node_new(p->src, CEL_CONST, from, p->before);
    if (!node) return NULL;
    node->value = value;
    return finish(p, node, from);
}

static cel_node *parse_primary(parser *p) {
    uint32_t from = p->token.from;
    if (p->token.word == CEL_LITERAL) {
        if (p->token.huge)
            return cel_find(p->src, SW_E_SYNTAX, from, "the largest int is 9223372036854775807",
                            "this number is too big"),
                   NULL;
        return literal(p, p->token.value, from);
    }
    if (at_sign(p, "(")) {
        cel_node *inner = next(p) ? parse_expr(p) : NULL;
        return inner && expect(p, ")") ? inner : NULL;
    }
    if (at_sign(p, "[")) return parse_bracket(p, "]", CEL_LIST);
    if (at_sign(p, "{")) return parse_bracket(p, "}", CEL_MAP);
    bool dotted = at_sign(p, ".");
    if (dotted && !next(p)) return NULL;
    if (dotted || p->token.word == CEL_IDENT) return parse_name(p, dotted, from);
    return refuse(p, NULL, "a value");
}

static cel_node *parse_select(parser *p, cel_node *of, uint32_t from) {
    cel_word word = p->token.word;
    sw_slice name = p->token.text;
    uint32_t at = p->token.from;
    if (word != CEL_IDENT && word != CEL_RESERVED && word != CEL_QUOTED)
        return refuse(p, NULL, "a name");
    if (!next(p)) return NULL;
    if (word != CEL_QUOTED && at_sign(p, "(")) return parse_call(p, of, name, at, from);
    cel_node *node = cel_node_new(p->src, CEL_SELECT, from, p->before);
    if (!node) return NULL;
    node->name = name;
    node->at = at;
    node->count = 1;
    node->aux = word == CEL_QUOTED;
    node->kid[0] = of;
    return finish(p, node, from);
}

static cel_node *parse_index(parser *p, cel_node *of, uint32_t from) {
    cel_node *index = parse_expr(p);
    if (!index || !expect(p, "]")) return NULL;
    cel_node *node = cel_node_new(p->src, CEL_INDEX, from, p->before);
    if (!node) return NULL;
    node->at = index->from;
    node->count = 2;
    node->kid[0] = of;
    node->kid[1] = index;
    return finish(p, node, from);
}

static cel_node *parse_member(parser *p, cel_node *node, uint32_t from) {
    while (node) {
        if (at_sign(p, ".")) {
            node = next(p) ? parse_select(p, node, from) : NULL;
        } else if (at_sign(p, "[")) {
            node = next(p) ? parse_index(p, node, from) : NULL;
        } else if (at_sign(p, "{") && (node->op == CEL_NAME || node->op == CEL_SELECT)) {
            cel_find(p->src, SW_E_INVALID, node->from, "use a map: {'name': value}",
                     "messages can't be constructed in conditions");
            return NULL;
        } else {
            return node;
        }
    }
    return NULL;
}

static cel_node *parse_unary(parser *p);

static bool deeper(parser *p) {
    if (p->depth++ < SW_CEL_DEPTH_MAX) return true;
    cel_find(p->src, SW_E_LIMIT, p->token.from, "split the condition",
             "the expression is nested more than %u levels deep", SW_CEL_DEPTH_MAX);
    return false;
}

/* The sign is the next token. A minus before a number belongs to the number. */
static cel_node *parse_prefix(parser *p, bool minus) {
    uint32_t from = p->token.from;
    if (!next(p)) return NULL;
    sw_value *v = &p->token.value;
    if (minus && p->token.word == CEL_LITERAL && (v->kind == SW_INT || v->kind == SW_DOUBLE)) {
        if (v->kind == SW_INT && !p->token.huge) v->i = -v->i;
        if (v->kind == SW_DOUBLE) v->d = -v->d;
        return parse_member(p, literal(p, *v, from), from);
    }
    cel_node *kid = deeper(p) ? parse_unary(p) : NULL;
    p->depth--;
    cel_node *node = kid ? cel_node_new(p->src, CEL_UNARY, from, p->before) : NULL;
    if (!node) return NULL;
    node->name = minus ? SW_S("-") : SW_S("!");
    node->count = 1;
    node->kid[0] = kid;
    return finish(p, node, from);
}

static cel_node *parse_unary(parser *p) {
    uint32_t from = p->token.from;
    if (at_sign(p, "-")) return parse_prefix(p, true);
    if (at_sign(p, "!")) return parse_prefix(p, false);
    return parse_member(p, parse_primary(p), from);
}

static int level_of(const parser *p, sw_slice *ret_sign) {
    if (p->token.word != CEL_SIGN) return 0;
    for (size_t i = 0; i < SW_COUNT(infix); i++) {
        if (!at_sign(p, infix[i].sign)) continue;
        *ret_sign = sw_slice_cstr(infix[i].sign);
        return infix[i].level;
    }
    return 0;
}

static cel_node *parse_infix(parser *p, int level_min);

/* "a && b && c" is one node of three: long chains are wide, not deep. */
static cel_node *parse_chain(parser *p, cel_node *first, int level, const char *sign) {
    node_list list = {0};
    if (!push(p, &list, first)) return NULL;
    while (at_sign(p, sign))
        if (!next(p) || !push(p, &list, parse_infix(p, level + 1))) return NULL;
    cel_node *node = cel_node_new(p->src, level == 1 ? CEL_OR : CEL_AND, first->from, p->before);
    if (!node) return NULL;
    node->items = list.items;
    node->count = list.count;
    return finish(p, node, first->from);
}

static cel_node *parse_infix(parser *p, int level_min) {
    uint32_t from = p->token.from;
    cel_node *left = parse_unary(p);
    sw_slice sign;
    int level;
    while (left && (level = level_of(p, &sign)) >= level_min && level > 0) {
        if (level <= 2) {
            left = parse_chain(p, left, level, sign.ptr);
            continue;
        }
        uint32_t at = p->token.from;
        cel_node *right = next(p) ? parse_infix(p, level + 1) : NULL;
        cel_node *node = right ? cel_node_new(p->src, CEL_BINARY, from, p->before) : NULL;
        if (!node) return NULL;
        node->name = sign;
        node->at = at;
        node->count = 2;
        node->kid[0] = left;
        node->kid[1] = right;
        left = finish(p, node, from);
    }
    return left;
}

static cel_node *parse_choice(parser *p) {
    uint32_t from = p->token.from;
    cel_node *cond = parse_infix(p, 1);
    if (!cond || !at_sign(p, "?")) return cond;
    uint32_t at = p->token.from;
    cel_node *yes = next(p) ? parse_infix(p, 1) : NULL;
    cel_node *no = yes && expect(p, ":") ? parse_expr(p) : NULL;
    cel_node *node = no ? cel_node_new(p->src, CEL_COND, from, p->before) : NULL;
    if (!node) return NULL;
    node->at = at;
    node->count = 3;
    node->kid[0] = cond;
    node->kid[1] = yes;
    node->kid[2] = no;
    return finish(p, node, from);
}

static cel_node *parse_expr(parser *p) {
    cel_node *node = deeper(p) ? parse_choice(p) : NULL;
    p->depth--;
    return node;
}

cel_node *cel_parse(cel_source *src) {
    SW_ASSERT(src && src->arena);
    parser p = {.lex = {.src = src}, .src = src};
    if (!cel_lex(&p.lex, &p.token)) return NULL;
    cel_node *top = parse_expr(&p);
    if (!top) return NULL;
    if (p.token.word != CEL_END) return refuse(&p, NULL, "an operator or the end");
    return top;
}
