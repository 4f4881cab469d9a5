#include "rules/load/versions.h"

#include "text/sort.h"

static int cmp_ms(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* The claim that holds in [from, until), or -1. */
static int64_t holder(const span_claim *claims, uint32_t count, int64_t from_ms, int64_t until_ms) {
    int64_t best = -1;
    for (uint32_t i = 0; i < count; i++) {
        if (claims[i].from_ms > from_ms || claims[i].until_ms < until_ms) continue;
        if (best < 0 || claims[i].rank_ms >= claims[best].rank_ms) best = i;
    }
    return best;
}

bool versions_cut(loader *l, const span_claim *claims, uint32_t count, span_piece **ret,
                  uint32_t *ret_count) {
    SW_ASSERT(count <= SW_CLAIMS_MAX);
    size_t n = (size_t)count * 2;
    const void **edges = load_zero(l, n, sizeof *edges), **scratch = load_zero(l, n, sizeof *edges);
    span_piece *pieces = load_zero(l, n, sizeof *pieces);
    if (!edges || !scratch || !pieces) return false;
    for (uint32_t i = 0; i < count; i++) {
        edges[2 * i] = &claims[i].from_ms;
        edges[2 * i + 1] = &claims[i].until_ms;
    }
    sw_sort(edges, scratch, n, cmp_ms);
    uint32_t made = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        int64_t from_ms = *(const int64_t *)edges[i], until_ms = *(const int64_t *)edges[i + 1];
        int64_t which = from_ms < until_ms ? holder(claims, count, from_ms, until_ms) : -1;
        if (which < 0) continue;
        span_piece *last = made ? &pieces[made - 1] : NULL;
        if (last && last->which == which && last->until_ms == from_ms)
            last->until_ms = until_ms;
        else
            pieces[made++] = (span_piece){from_ms, until_ms, (uint32_t)which};
    }
    *ret = pieces;
    *ret_count = made;
    return true;
}

static sw_slice next_part(sw_slice *rest) {
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '.') end++;
    sw_slice part = sw_slice_sub(*rest, 0, end);
    *rest = end < rest->len ? sw_slice_sub(*rest, end + 1, rest->len) : SW_SLICE_NONE;
    return part;
}

int versions_cmp(sw_slice a, sw_slice b) {
    sw_slice whole_a = a, whole_b = b;
    while (a.len && b.len) {
        sw_slice x = next_part(&a), y = next_part(&b);
        int64_t n, m;
        if (sw_slice_int(x, &n) && sw_slice_int(y, &m)) {
            if (n != m) return n < m ? -1 : 1;
        } else if (sw_slice_cmp(x, y)) {
            return sw_slice_cmp(x, y);
        }
    }
    if (a.len || b.len) return a.len ? 1 : -1;
    return sw_slice_cmp(whole_a, whole_b);
}

/* When each pack version holds among the versions of its name. */
typedef struct pack_pieces {
    span_piece *pieces;
    uint32_t count, first; /* first: number in `packs` of the name's first version */
} pack_pieces;

static bool cut_packs(loader *l, pack_draft *const *packs, uint32_t count, pack_pieces *ret) {
    for (uint32_t i = 0; i < count;) {
        uint32_t n = 1;
        while (i + n < count && sw_slice_eq(packs[i]->name, packs[i + n]->name)) n++;
        span_claim *claims = load_zero(l, n, sizeof *claims);
        if (!claims) return false;
        for (uint32_t j = 0; j < n && j < SW_CLAIMS_MAX; j++) {
            const sw_pack *pack = &packs[i + j]->pack;
            claims[j] = (span_claim){pack->from_ms, pack->until_ms, pack->from_ms};
        }
        if (n > SW_CLAIMS_MAX) {
            load_error(l, SW_E_LIMIT, 0, 0, NULL, "%u versions of the pack %.*s; at most %d", n,
                       SW_FMT(packs[i]->name), SW_CLAIMS_MAX);
            return false;
        }
        pack_pieces cut = {.first = i};
        if (!versions_cut(l, claims, n, &cut.pieces, &cut.count)) return false;
        for (uint32_t j = 0; j < n; j++) ret[i + j] = cut;
        i += n;
    }
    return true;
}

/* What a rule claims: its own interval in each piece in which its pack holds. */
typedef struct claim_list {
    span_claim *claims;
    const rule_draft **drafts; /* whose each claim is */
    uint32_t count;
} claim_list;

static void claim(claim_list *list, const rule_draft *draft, const pack_pieces *pack,
                  uint32_t number) {
    for (uint32_t i = 0; i < pack->count; i++) {
        const span_piece *piece = &pack->pieces[i];
        int64_t from_ms = draft->rule.from_ms, until_ms = draft->rule.until_ms;
        if (piece->which != number - pack->first) continue;
        if (piece->from_ms > from_ms) from_ms = piece->from_ms;
        if (piece->until_ms < until_ms) until_ms = piece->until_ms;
        if (from_ms >= until_ms || list->count >= SW_CLAIMS_MAX) continue;
        list->claims[list->count] = (span_claim){from_ms, until_ms, draft->rule.from_ms};
        list->drafts[list->count++] = draft;
    }
}

static int cmp_draft(const void *a, const void *b) {
    const rule_draft *x = *(rule_draft *const *)a, *y = *(rule_draft *const *)b;
    return sw_slice_cmp(x->rule.id, y->rule.id);
}

/* One rule in one piece of time. */
typedef struct made {
    const rule_draft *draft;
    int64_t from_ms, until_ms;
} made;

typedef struct made_list {
    made *items;
    uint32_t count, cap;
} made_list;

static bool append(loader *l, made_list *list, made item) {
    if (list->count == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 64;
        made *items = load_zero(l, cap, sizeof *items);
        if (!items) return false;
        if (list->count) memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    list->items[list->count++] = item;
    return true;
}

/* The rules of one id, `drafts[0…n)`. */
static bool resolve_line(loader *l, const void *const *drafts, uint32_t n, claim_list *list,
                         const pack_pieces *cuts, made_list *out) {
    list->count = 0;
    for (uint32_t i = 0; i < n; i++) {
        const rule_draft *draft = *(rule_draft *const *)drafts[i];
        claim(list, draft, &cuts[draft->pack->number], draft->pack->number);
    }
    span_piece *pieces = NULL;
    uint32_t count = 0;
    if (list->count && !versions_cut(l, list->claims, list->count, &pieces, &count)) return false;
    for (uint32_t i = 0; i < count; i++) {
        if (list->drafts[pieces[i].which]->off) continue;
        made item = {list->drafts[pieces[i].which], pieces[i].from_ms, pieces[i].until_ms};
        if (!append(l, out, item)) return false;
    }
    return true;
}

/* In the order in which the packs stand, then of their files. */
static int cmp_place(const void *a, const void *b) {
    uint32_t x = ((const made *)a)->draft->rule.index, y = ((const made *)b)->draft->rule.index;
    return x < y ? -1 : x > y;
}

static bool in_order(loader *l, const made_list *list, const sw_rule **ret) {
    const void **ptrs = load_zero(l, list->count, sizeof *ptrs);
    const void **scratch = load_zero(l, list->count, sizeof *scratch);
    sw_rule *rules = load_zero(l, list->count, sizeof *rules);
    if (!ptrs || !scratch || !rules) return false;
    for (uint32_t i = 0; i < list->count; i++) ptrs[i] = &list->items[i];
    sw_sort(ptrs, scratch, list->count, cmp_place);
    for (uint32_t i = 0; i < list->count; i++) {
        const made *item = ptrs[i];
        rules[i] = item->draft->rule;
        rules[i].index = i;
        rules[i].pack =
            item->draft->overlay ? &item->draft->overlay->pack : &item->draft->pack->pack;
        rules[i].from_ms = item->from_ms;
        rules[i].until_ms = item->until_ms;
    }
    *ret = rules;
    return true;
}

bool versions_resolve(loader *l, rule_draft *const *drafts, uint32_t count,
                      pack_draft *const *packs, uint32_t pack_count, const sw_rule **ret,
                      uint32_t *ret_count) {
    pack_pieces *cuts = load_zero(l, pack_count, sizeof *cuts);
    const void **sorted = load_zero(l, count, sizeof *sorted);
    const void **scratch = load_zero(l, count, sizeof *scratch);
    claim_list list = {load_zero(l, SW_CLAIMS_MAX, sizeof *list.claims),
                       load_zero(l, SW_CLAIMS_MAX, sizeof *list.drafts), 0};
    made_list out = {0};
    if (!cuts || !sorted || !scratch || !list.claims || !list.drafts) return false;
    if (!cut_packs(l, packs, pack_count, cuts)) return false;
    for (uint32_t i = 0; i < count; i++) sorted[i] = &drafts[i];
    sw_sort(sorted, scratch, count, cmp_draft);
    for (uint32_t i = 0, n; i < count; i += n) {
        const sw_slice id = (*(rule_draft *const *)sorted[i])->rule.id;
        for (n = 1; i + n < count; n++)
            if (!sw_slice_eq((*(rule_draft *const *)sorted[i + n])->rule.id, id)) break;
        if (!resolve_line(l, sorted + i, n, &list, cuts, &out)) return false;
    }
    *ret_count = out.count;
    return in_order(l, &out, ret);
}
