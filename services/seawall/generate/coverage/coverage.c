#include "seawall/generate/coverage/coverage.h"

#include <stdlib.h>

#include "rules/book.h"
#include "rules/use.h"
#include "seawall/generate/coverage/clauses.h"
#include "seawall/generate/coverage/coverage_print.h"
#include "seawall/replay/replay_route.h"

#define ARENA_BYTES  ((size_t)512 << 20)
#define MEMORY_BYTES ((size_t)128 << 20)
#define HORIZON_MS   (1096LL * 86400000) /* the longest period of the law, and more */

/* An event of the book at hand, found again by identity. */
typedef struct kept {
    const sw_event *event;
    struct kept *next;
} kept;

#define BUCKETS 1024u

struct sw_coverage {
    const sw_ruleset *set;
    sw_diags *diags;
    sw_replay_options options;
    sw_replay_stats stats;
    sw_replay_route *route;
    sw_arena arena, events, scratch, reading;
    sw_buf ledger;
    const sw_plan **plans;
    clauses clauses;
    kept *buckets[BUCKETS];
    sw_book *book;
    int64_t last_ms;
    uint64_t taken;
};

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    (void)ctx, (void)origin, (void)code, (void)source, (void)id; /* counted in the stats */
}

sw_err sw_coverage_open(const sw_ruleset *set, sw_diags *diags, sw_coverage **ret) {
    sw_coverage *cov = sw_heap_zero(1, sizeof *cov);
    if (!cov) return SW_E_NOMEM;
    const char *tmp = getenv("TMPDIR");
    cov->set = set;
    cov->diags = diags;
    cov->options = (sw_replay_options){.set = set,
                                       .until_ms = SW_TIME_NONE,
                                       .known_at_ms = SW_TIME_NONE,
                                       .memory_bytes = MEMORY_BYTES,
                                       .tmp_dir = tmp && *tmp ? tmp : "/tmp",
                                       .ctx = cov,
                                       .refused = refused};
    sw_arena_init(&cov->arena, ARENA_BYTES);
    sw_arena_init(&cov->events, ARENA_BYTES);
    sw_arena_init(&cov->scratch, ARENA_BYTES);
    sw_arena_init(&cov->reading, ARENA_BYTES);
    sw_buf_init(&cov->ledger, ARENA_BYTES);
    cov->plans = sw_arena_zero(&cov->arena, sw_catalogue_key_count(sw_ruleset_catalogue(set)) + 1,
                               sizeof(const sw_plan *));
    sw_err err = cov->plans ? clauses_init(&cov->clauses, &cov->arena, set) : SW_E_NOMEM;
    if (!err) err = sw_replay_route_open(&cov->options, diags, &cov->stats, &cov->route);
    if (err) return sw_coverage_close(cov), err;
    *ret = cov;
    return SW_OK;
}

void sw_coverage_close(sw_coverage *cov) {
    if (!cov) return;
    sw_book_close(cov->book);
    sw_replay_route_close(cov->route);
    sw_arena_done(&cov->arena);
    sw_arena_done(&cov->events);
    sw_arena_done(&cov->scratch);
    sw_arena_done(&cov->reading);
    sw_buf_done(&cov->ledger);
    sw_heap_free(cov);
}

sw_err sw_coverage_take(sw_coverage *cov, sw_slice json) {
    sw_event *event;
    sw_err err =
        sw_event_from_json(&cov->reading, sw_ruleset_catalogue(cov->set), json, cov->diags, &event);
    if (!err) {
        int64_t clock_ms = sw_event_clock(event);
        if (clock_ms > cov->last_ms) cov->last_ms = clock_ms;
        err = sw_replay_route_add(cov->route, event, clock_ms, (sw_origin){0, ++cov->taken});
    }
    if (!err) sw_arena_reset(&cov->reading); /* findings live there */
    return err;
}

static uint32_t bucket_of(sw_hash128 identity) {
    return (identity.bytes[0] | (uint32_t)identity.bytes[1] << 8) % BUCKETS;
}

static const sw_event *find_event(const sw_coverage *cov, const sw_json *ref) {
    const sw_json *source = sw_json_get(ref, SW_S("source")), *id = sw_json_get(ref, SW_S("id"));
    if (!source || !id) return NULL;
    sw_hash128 identity = sw_event_identity(source->text, id->text);
    for (const kept *k = cov->buckets[bucket_of(identity)]; k; k = k->next)
        if (sw_hash128_eq(k->event->identity, identity)) return k->event;
    return NULL;
}

static const sw_rule *find_rule(const sw_coverage *cov, const sw_json *id) {
    for (uint32_t i = 0; id && i < sw_ruleset_rule_count(cov->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(cov->set, i);
        if (sw_slice_eq(rule->id, id->text)) return rule;
    }
    return NULL;
}

static void count(sw_coverage *cov, const sw_rule *rule, clause_part part, const sw_json *ref) {
    const sw_event *event = ref ? find_event(cov, ref) : NULL;
    if (event) clauses_took(&cov->clauses, rule, part, event, &cov->scratch);
}

static void count_ledger(sw_coverage *cov, const sw_json *ledger) {
    const sw_rule *rule = find_rule(cov, sw_json_get(ledger, SW_S("rule")));
    if (!rule) return;
    bool deadline = rule->kind == SW_DEADLINE;
    count(cov, rule, CLAUSE_START,
          sw_json_get(ledger, deadline ? SW_S("opened_by") : SW_S("event")));
    count(cov, rule, CLAUSE_RESTART, sw_json_get(ledger, SW_S("restarted_by")));
    count(cov, rule, CLAUSE_STOP, sw_json_get(sw_json_get(ledger, SW_S("stop")), SW_S("event")));
    const sw_json *pauses = sw_json_get(ledger, SW_S("pauses"));
    for (const sw_json *p = pauses ? pauses->first : NULL; p; p = p->next)
        count(cov, rule, CLAUSE_PAUSE, sw_json_get(p, SW_S("from_event")));
    const sw_json *steps = sw_json_get(ledger, SW_S("steps"));
    for (const sw_json *s = steps ? steps->first : NULL; s; s = s->next) {
        const sw_json *fate = sw_json_get(s, SW_S("fate"));
        if (fate && sw_slice_is(fate->text, "taken"))
            count(cov, rule, CLAUSE_EXTEND, sw_json_get(s, SW_S("event")));
    }
}

/* What was cancelled is in no ledger any more: the events that can cancel are counted. */
static void count_cancels(sw_coverage *cov, const sw_event *event, uint32_t key_id) {
    uint32_t n;
    const sw_use *uses = sw_ruleset_uses_by_key(cov->set, event->type, key_id, &n);
    const sw_rule *last = NULL;
    for (uint32_t i = 0; i < n; i++) {
        if (uses[i].part != SW_PART_CANCEL || uses[i].rule == last) continue;
        last = uses[i].rule;
        clauses_took(&cov->clauses, last, CLAUSE_CANCEL, event, &cov->scratch);
    }
}

static sw_err tell(void *ctx, const sw_transition *transition) {
    (void)ctx, (void)transition;
    return SW_OK;
}

static sw_err finish_book(sw_coverage *cov) {
    static const sw_sink sink = {.tell = tell};
    static const sw_explain all = {0};
    const sw_json_limits limits = {0, 100u * 1000 * 1000};
    const sw_json *root = NULL;
    if (!cov->book) return SW_OK;
    int64_t end_ms = cov->last_ms + HORIZON_MS;
    sw_err err = sw_book_tell(cov->book, end_ms, &cov->scratch, &sink);
    sw_arena_reset(&cov->scratch);
    sw_buf_clear(&cov->ledger);
    if (!err) err = sw_book_explain(cov->book, &all, end_ms, &cov->scratch, &cov->ledger);
    sw_arena_reset(&cov->scratch);
    if (!err)
        err = sw_json_parse(&cov->reading, sw_buf_slice(&cov->ledger), limits, cov->diags, &root);
    for (const sw_json *l = !err && root ? root->first : NULL; l; l = l->next) count_ledger(cov, l);
    sw_book_close(cov->book);
    cov->book = NULL;
    memset(cov->buckets, 0, sizeof cov->buckets);
    sw_arena_reset(&cov->scratch);
    sw_arena_reset(&cov->reading);
    sw_arena_reset(&cov->events);
    return err == SW_E_NOT_FOUND ? SW_OK : err;
}

static sw_err begin_book(sw_coverage *cov, const sw_delivery *delivery) {
    const sw_plan **plan = &cov->plans[delivery->key_id];
    sw_err err = *plan ? SW_OK : sw_plan_new(&cov->arena, cov->set, delivery->key_id, plan);
    return err ? err : sw_book_open(*plan, delivery->key_value, &cov->book);
}

static sw_err take(sw_coverage *cov, const sw_delivery *delivery) {
    sw_slice bytes;
    sw_event *event;
    kept *k = sw_arena_zero(&cov->events, 1, sizeof *k);
    if (!k || !sw_arena_copy(&cov->events, delivery->event, &bytes)) return SW_E_LIMIT;
    sw_err err =
        sw_event_from_pb(&cov->events, sw_ruleset_catalogue(cov->set), bytes, cov->diags, &event);
    if (!err) err = sw_book_take(cov->book, event, &cov->scratch);
    sw_arena_reset(&cov->scratch);
    if (err) return err;
    kept **bucket = &cov->buckets[bucket_of(event->identity)];
    *k = (kept){event, *bucket};
    *bucket = k;
    count_cancels(cov, event, delivery->key_id);
    sw_arena_reset(&cov->scratch);
    return SW_OK;
}

sw_err sw_coverage_print(sw_coverage *cov, bool json, FILE *to) {
    sw_delivery delivery;
    sw_err err = sw_replay_route_sort(cov->route);
    while (!err && !(err = sw_replay_route_next(cov->route, &delivery))) {
        if (delivery.first) err = finish_book(cov);
        if (!err && delivery.first) err = begin_book(cov, &delivery);
        if (!err) err = take(cov, &delivery);
    }
    if (err == SW_E_END) err = finish_book(cov);
    if (err) return err;
    return coverage_print(&cov->clauses, json, &cov->scratch, to);
}
