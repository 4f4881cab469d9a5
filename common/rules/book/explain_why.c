#include "rules/book/explain_fire.h"

typedef enum why {
    WHY_RUNNING,
    WHY_FALSE,
    WHY_FAILED,
    WHY_LIMIT,
    WHY_VERSION,
    WHY_OTHER_VERSION,
    WHY_TO_COME,
    WHY_RETRACTED,
    WHY_CORRECTED,
    WHY_LACKS_KEY,
    WHY_CANCELLED
} why;

static const struct {
    const char *code, *words;
} names[] = {
    [WHY_RUNNING] = {"already-running", "an instance was already running, opened by another event"},
    [WHY_FALSE] = {"condition-false", "its condition does not hold"},
    [WHY_FAILED] = {"condition-failed", "its condition failed, which counts as false"},
    [WHY_LIMIT] = {"no-limit", "no entry of the rule's limits holds for it"},
    [WHY_VERSION] = {"no-version", "no version of the rule is in effect at its moment"},
    [WHY_OTHER_VERSION] = {"other-version",
                           "the version that is in effect at its moment does not begin with it"},
    [WHY_TO_COME] = {"to-come", "its time is still to come"},
    [WHY_RETRACTED] = {"retracted", "it was retracted"},
    [WHY_CORRECTED] = {"corrected", "it was corrected to something that does not begin the rule"},
    [WHY_LACKS_KEY] = {"lacks-key", "it carries no value of a field of the rule's key"},
    [WHY_CANCELLED] = {"cancelled", "what it opened was cancelled"},
};

/* How one clause took the event. */
typedef struct attempt {
    const sw_use *use;
    why why;
    int64_t at_ms;
    const sw_rule *holds;   /* the version that is in effect then, or NULL */
    const sw_cel *cel;      /* FALSE, FAILED */
    sw_cel_failure failure; /* FAILED */
} attempt;

static bool is_opening(const sw_use *use) {
    return use->part == SW_PART_START || use->part == SW_PART_ON || use->part == SW_PART_LEFT;
}

static sw_scope scope_of(const sw_ledger *l, const sw_unopened *item, const sw_rule *rule) {
    return sw_scope_of(l->book, l->arena, NULL, rule, &item->view, &item->group);
}

static attempt try_use(sw_ledger *l, const sw_unopened *item, const sw_use *use) {
    const sw_strand *strand = &l->book->plan->strands[item->touch->strand];
    const sw_on *on = sw_use_on(use);
    sw_scope scope = scope_of(l, item, use->rule);
    sw_cel_failure at_failure;
    sw_value value;
    sw_life life;
    attempt a = {
        .use = use, .why = WHY_RUNNING, .at_ms = sw_unopened_moment(&scope, use, &at_failure)};
    a.holds = sw_rule_line_at(strand->line, a.at_ms);
    if (a.holds != use->rule) {
        a.why = a.holds ? WHY_OTHER_VERSION : WHY_VERSION;
    } else if (on->when && !sw_scope_try(&scope, on->when, &value, &a.failure)) {
        a.why = WHY_FAILED;
        a.cel = on->when;
    } else if (on->when && !value.b) {
        a.why = WHY_FALSE;
        a.cel = on->when;
    } else if (at_failure.code) {
        a.why = WHY_FAILED;
        a.cel = on->at;
        a.failure = at_failure;
    } else if (use->part == SW_PART_START && !sw_life_open(&scope, strand, use->entry, &life)) {
        a.why = WHY_LIMIT;
    }
    if (scope.err) l->err = scope.err;
    return a;
}

static bool is_of_version(const attempt *a) {
    return a->why != WHY_VERSION && a->why != WHY_OTHER_VERSION;
}

/* --- writing ------------------------------------------------------------------------------ */

static void write_failure(sw_ledger *l, const sw_cel_failure *failure) {
    sw_ledger_name(l, "failure");
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "part", failure->part);
    sw_ledger_text(l, "code", sw_slice_cstr(sw_err_name(failure->code)));
    sw_ledger_text(l, "message", failure->message);
    sw_ledger_close(l, '}');
}

static void write_version(sw_ledger *l, const sw_rule *rule) {
    sw_ledger_open(l, '{');
    sw_ledger_pack(l, rule->pack);
    sw_ledger_time(l, "from", rule->from_ms);
    sw_ledger_time(l, "until", rule->until_ms);
    sw_ledger_close(l, '}');
}

static void write_versions(sw_ledger *l, const sw_unopened *item, const attempt *a) {
    const sw_rule_line *line = l->book->plan->strands[item->touch->strand].line;
    sw_ledger_time(l, "at", a->at_ms);
    sw_ledger_name(l, "versions");
    sw_ledger_open(l, '[');
    for (uint32_t i = line->version_count; i-- > 0;)
        if (!a->holds || a->holds == line->versions[i]) write_version(l, line->versions[i]);
    sw_ledger_close(l, ']');
}

/* An expression with the values that it read, and how it failed, if it did. */
static void write_tried(sw_ledger *l, const char *name, const sw_cel *cel, sw_scope *scope) {
    sw_value value;
    sw_cel_failure failure;
    if (!cel) return;
    sw_ledger_condition(l, name, cel, scope);
    if (!sw_scope_try(scope, cel, &value, &failure) && !scope->err) write_failure(l, &failure);
}

static void write_limits(sw_ledger *l, const sw_unopened *item, const sw_use *use) {
    const sw_rule *rule = use->rule;
    sw_ledger_name(l, "limits");
    sw_ledger_open(l, '[');
    for (uint32_t i = 0; i < rule->limit_count; i++) {
        const sw_limit *limit = &rule->limits[i];
        const sw_cel *when = limit->when ? limit->when[use->entry] : NULL;
        const sw_cel *n = limit->n ? limit->n[use->entry] : NULL;
        sw_scope scope = scope_of(l, item, rule);
        sw_ledger_open(l, '{');
        if (!n) sw_ledger_span(l, "limit", limit->span);
        write_tried(l, "condition", when, &scope);
        if (!when || sw_scope_holds(&scope, when)) write_tried(l, "number", n, &scope);
        if (scope.err) l->err = scope.err;
        sw_ledger_close(l, '}');
    }
    sw_ledger_close(l, ']');
}

static void open_why(sw_ledger *l, why which) {
    sw_ledger_open(l, '{');
    sw_ledger_text(l, "code", sw_slice_cstr(names[which].code));
    sw_ledger_text(l, "words", sw_slice_cstr(names[which].words));
}

static void write_attempt(sw_ledger *l, const sw_unopened *item, const attempt *a) {
    if (a->why == WHY_RUNNING && a->use->part != SW_PART_START) {
        sw_explain_unfired(l, item, a->use);
        return;
    }
    open_why(l, a->why);
    if (a->cel) {
        sw_scope scope = scope_of(l, item, a->use->rule);
        sw_ledger_condition(l, "condition", a->cel, &scope);
        if (scope.err) l->err = scope.err;
    }
    if (a->why == WHY_FAILED) write_failure(l, &a->failure);
    if (a->why == WHY_LIMIT) write_limits(l, item, a->use);
    if (!is_of_version(a)) write_versions(l, item, a);
    if (a->why == WHY_RUNNING && item->running_by) sw_ledger_event(l, "running", item->running_by);
    sw_ledger_close(l, '}');
}

static void write_fate(sw_ledger *l, const sw_unopened *item, const sw_rule *rule) {
    static const why whys[] = {[SW_FATE_TO_COME] = WHY_TO_COME,
                               [SW_FATE_RETRACTED] = WHY_RETRACTED,
                               [SW_FATE_CORRECTED] = WHY_CORRECTED,
                               [SW_FATE_LACKS_KEY] = WHY_LACKS_KEY,
                               [SW_FATE_CANCELLED] = WHY_CANCELLED};
    open_why(l, whys[item->fate]);
    if (item->fate == SW_FATE_LACKS_KEY) {
        const sw_catalogue *cat = sw_ruleset_catalogue(l->book->plan->set);
        sw_ledger_text(l, "field", sw_catalogue_key_name(cat, rule->key_ids[item->lacks]));
    }
    if (item->by_rec) sw_ledger_event(l, "by", item->by_rec);
    sw_ledger_close(l, '}');
}

/* Of the clauses those of the version in effect; if there is none, that is said once. */
static void write_attempts(sw_ledger *l, const sw_unopened *item, const attempt *attempts,
                           uint32_t count) {
    bool any = false;
    for (uint32_t i = 0; i < count; i++) any = any || is_of_version(&attempts[i]);
    for (uint32_t i = 0; i < count; i++)
        if (is_of_version(&attempts[i]) || (!any && i == 0)) write_attempt(l, item, &attempts[i]);
}

/* The version whose words stand in the head: that in effect, else the newest that has the event. */
static const sw_rule *head_of(const attempt *attempts, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (is_of_version(&attempts[i])) return attempts[i].use->rule;
    return attempts[0].use->rule;
}

void sw_unopened_write(sw_ledger *l, const sw_unopened *item) {
    uint32_t count = 0;
    attempt *attempts = sw_arena_zero(l->arena, item->touch->use_count, sizeof *attempts);
    if (!attempts) {
        l->err = SW_E_NOMEM;
        return;
    }
    bool lacks = item->fate == SW_FATE_LACKS_KEY;
    for (uint32_t i = 0; i < item->touch->use_count; i++) {
        const sw_use *use = &item->touch->uses[i];
        if (!is_opening(use)) continue;
        attempts[count++] = lacks ? (attempt){.use = use} : try_use(l, item, use);
    }
    SW_ASSERT(count > 0); /* the touch opens something */
    const sw_rule *rule = head_of(attempts, count);
    l->zone = rule->pack->zone;
    sw_ledger_open(l, '{');
    sw_ledger_rule(l, rule, lacks ? NULL : &item->group);
    sw_ledger_bool(l, "opened", false);
    sw_ledger_event(l, "event", item->view.at);
    sw_ledger_name(l, "why");
    sw_ledger_open(l, '[');
    if (item->fate == SW_FATE_TRIED)
        write_attempts(l, item, attempts, count);
    else
        write_fate(l, item, rule);
    sw_ledger_close(l, ']');
    sw_ledger_close(l, '}');
}
