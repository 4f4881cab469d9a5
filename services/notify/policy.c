#include "notify/policy.h"

#include "notify/directory/duty.h"

#define HOUR_MS   3600000LL
#define ITEMS_MAX 64u

static void check_duties(sw_reading *r, const sw_yaml *at, const char *field,
                         const char *const *words, uint32_t count) {
    size_t known;
    const char *const *names = sw_duty_names(&known);
    for (uint32_t i = 0; i < count; i++)
        if (!sw_duty_find(sw_slice_cstr(words[i])))
            sw_reading_fault(r, at, SW_E_UNKNOWN, field,
                             sw_did_you_mean(r->pb.arena, sw_slice_cstr(words[i]), names, known,
                                             "the roles are in docs/directory.md"),
                             "there is no role '%s'", words[i]);
}

const char *const sw_channel_names[SW_CHANNELS] = {"inbox", "sms", "email", "webhook", "file"};

uint32_t sw_channel_of(const char *name) {
    for (uint32_t i = 0; i < SW_CHANNELS; i++)
        if (strcmp(name, sw_channel_names[i]) == 0) return 1u << i;
    return 0;
}

static uint32_t channel_bits(sw_reading *r, const sw_yaml *map, const char *key,
                             const char *const *words, uint32_t count) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bit = sw_channel_of(words[i]);
        if (!bit)
            sw_reading_fault(r, sw_yaml_get(map, key), SW_E_UNKNOWN, key,
                             "inbox sms email webhook file", "there is no channel '%s'", words[i]);
        bits |= bit;
    }
    return bits;
}

static void read_channels(sw_reading *r, const sw_yaml *map, sw_level_policy *level) {
    uint32_t count;
    const char **words = sw_reading_words(r, map, "channels", &count);
    if (words) level->channels |= channel_bits(r, map, "channels", words, count);
    level->fallback = sw_reading_words(r, map, "fallback", &level->fallback_count);
    uint32_t bits = channel_bits(r, map, "fallback", level->fallback, level->fallback_count);
    if (bits & (SW_CHANNEL_INBOX | SW_CHANNEL_WEBHOOK))
        sw_reading_fault(r, sw_yaml_get(map, "fallback"), SW_E_INVALID, "fallback", "[email]",
                         "inbox and webhook are no way out where a message has failed");
}

static void read_rungs(sw_reading *r, const sw_yaml *list, sw_level_policy *level) {
    static const char *const names[] = {"after", "to"};
    if (!list || list->kind == SW_YAML_NULL) return;
    if (list->kind != SW_YAML_SEQ || list->count > ITEMS_MAX) {
        sw_reading_fault(r, list, SW_E_TYPE, "escalate", "[{after: 30m, to: [unit_leader]}]",
                         "the steps of a ladder are a list");
        return;
    }
    level->rungs = sw_pb_zero(&r->pb, list->count + 1, sizeof *level->rungs);
    int64_t last = 0;
    for (const sw_yaml *item = level->rungs ? list->first : NULL; item; item = item->next) {
        sw_rung *rung = &level->rungs[level->rung_count++];
        sw_reading_keys(r, item, names, SW_COUNT(names), "a step of a ladder");
        rung->after_ms = sw_reading_duration(r, item, "after", 0);
        rung->to = sw_reading_words(r, item, "to", &rung->to_count);
        check_duties(r, item, "to", rung->to, rung->to_count);
        if (rung->after_ms <= last || !rung->to_count)
            sw_reading_fault(r, item, SW_E_INVALID, "after", "{after: 30m, to: [unit_leader]}",
                             "a step comes after the one before, and tells somebody");
        last = rung->after_ms;
    }
}

static void read_levels(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"channels", "fallback",      "merge",
                                        "escalate", "indeterminate", "unreached"};
    const sw_yaml *levels = sw_yaml_get(root, "levels");
    if (!levels) {
        sw_reading_fault(r, root, SW_E_MISSING, "levels", NULL, "'levels' is missing");
        return;
    }
    sw_reading_keys(r, levels, sw_level_words, SW_NOTIFY_LEVELS, "levels");
    for (uint32_t i = 0; i < SW_NOTIFY_LEVELS; i++) {
        const sw_yaml *map = sw_yaml_get(levels, sw_level_words[i]);
        sw_level_policy *level = &policy->levels[i];
        level->channels = SW_CHANNEL_INBOX;
        if (!map) continue;
        sw_reading_keys(r, map, names, SW_COUNT(names), "a level");
        read_channels(r, map, level);
        const char *unreached = sw_reading_text(r, map, "unreached", false);
        level->up = strcmp(unreached, "up") == 0;
        if (*unreached && !level->up && strcmp(unreached, "leave") != 0)
            sw_reading_fault(r, map, SW_E_UNKNOWN, "unreached", "up or leave",
                             "'%s' says not who is told instead", unreached);
        level->merge_ms = sw_reading_duration(r, map, "merge", 0);
        read_rungs(r, sw_yaml_get(map, "escalate"), level);
        const char *word = sw_reading_text(r, map, "indeterminate", false);
        level->repeats = strcmp(word, "repeat") == 0;
        if (*word && !level->repeats && strcmp(word, "leave") != 0)
            sw_reading_fault(r, map, SW_E_UNKNOWN, "indeterminate", "repeat or leave",
                             "'%s' says not what to do with an indeterminate message", word);
        if (i == SW_LEVEL_BREACH && level->merge_ms)
            sw_reading_fault(r, map, SW_E_INVALID, "merge", "leave it out",
                             "a breach is never merged or held back");
    }
}

static int64_t clock_of(sw_reading *r, const sw_yaml *map, const char *key) {
    const char *text = sw_reading_text(r, map, key, true);
    int64_t hour, minute;
    sw_slice s = sw_slice_cstr(text);
    if (s.len == 5 && s.ptr[2] == ':' && sw_slice_int(sw_slice_sub(s, 0, 2), &hour) &&
        sw_slice_int(sw_slice_sub(s, 3, 5), &minute) && hour >= 0 && hour < 24 && minute >= 0 &&
        minute < 60)
        return hour * HOUR_MS + minute * 60000;
    sw_reading_fault(r, sw_yaml_get(map, key), SW_E_SYNTAX, key, "write '22:00'",
                     "'%s' is no time of day", text);
    return 0;
}

static void read_quiet(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"from", "until", "pass"};
    const sw_yaml *quiet = sw_yaml_get(root, "quiet");
    policy->quiet_pass = 3;
    if (!quiet || quiet->kind == SW_YAML_NULL) return;
    sw_reading_keys(r, quiet, names, SW_COUNT(names), "quiet");
    policy->quiet_from_ms = clock_of(r, quiet, "from");
    policy->quiet_until_ms = clock_of(r, quiet, "until");
    policy->quiet_pass = sw_reading_level(r, quiet, "pass", 3);
}

static void read_limits(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"phone_parts_per_hour", "phone_burst",
                                        "gateway_parts_per_second", "digest_over"};
    const sw_yaml *limits = sw_yaml_get(root, "limits");
    if (limits) sw_reading_keys(r, limits, names, SW_COUNT(names), "limits");
    policy->phone_parts_hour = sw_reading_number(r, limits, "phone_parts_per_hour", 1, 100000, 40);
    policy->phone_burst = sw_reading_number(r, limits, "phone_burst", 1, 100000, 20);
    policy->gateway_parts_s =
        sw_reading_number(r, limits, "gateway_parts_per_second", 1, 1000000, 20);
    policy->digest_over = (uint32_t)sw_reading_number(r, limits, "digest_over", 1, 1000, 5);
}

static uint32_t items_of(sw_reading *r, const sw_yaml *root, const char *key,
                         const sw_yaml **ret_first) {
    const sw_yaml *list = sw_yaml_get(root, key);
    *ret_first = NULL;
    if (!list || list->kind == SW_YAML_NULL) return 0;
    if (list->kind == SW_YAML_SEQ && list->count <= ITEMS_MAX) {
        *ret_first = list->first;
        return list->count;
    }
    sw_reading_fault(r, list, SW_E_TYPE, key, "write a list", "'%s' is not a list of at most %u",
                     key, ITEMS_MAX);
    return 0;
}

static void read_events(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"on", "level", "to"};
    const sw_yaml *item;
    uint32_t count = items_of(r, root, "events", &item);
    policy->events = sw_pb_zero(&r->pb, count + 1, sizeof *policy->events);
    for (; item && policy->events; item = item->next) {
        sw_event_policy *event = &policy->events[policy->event_count++];
        sw_reading_keys(r, item, names, SW_COUNT(names), "an event");
        event->type = sw_reading_text(r, item, "on", true);
        event->level = sw_reading_level(r, item, "level", 1);
        event->to = sw_reading_words(r, item, "to", &event->to_count);
        check_duties(r, item, "to", event->to, event->to_count);
    }
}

const char *const sw_each_names[4] = {"day", "week", "month", "quarter"};

static void read_plans(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"name", "each", "of", "by"};
    const sw_yaml *item;
    uint32_t count = items_of(r, root, "patrols", &item);
    policy->plans = sw_pb_zero(&r->pb, count + 1, sizeof *policy->plans);
    for (; item && policy->plans; item = item->next) {
        sw_plan_policy *plan = &policy->plans[policy->plan_count++];
        sw_reading_keys(r, item, names, SW_COUNT(names), "a patrol plan");
        plan->name = sw_reading_text(r, item, "name", true);
        plan->of = sw_reading_text(r, item, "of", true);
        plan->by = sw_reading_words(r, item, "by", &plan->by_count);
        const char *each = sw_reading_text(r, item, "each", true);
        size_t n = 0;
        while (n < SW_COUNT(sw_each_names) && strcmp(each, sw_each_names[n]) != 0) n++;
        plan->each = n < SW_COUNT(sw_each_names) ? (sw_each)n : SW_EACH_WEEK;
        if (n == SW_COUNT(sw_each_names))
            sw_reading_fault(r, item, SW_E_UNKNOWN, "each", "day week month quarter",
                             "'%s' is no period of the calendar", each);
        if (sw_tier_find(sw_slice_cstr(plan->of)) == SW_TIER_COUNT)
            sw_reading_fault(r, item, SW_E_UNKNOWN, "of", "station", "there is no tier '%s'",
                             plan->of);
        if (!plan->by_count)
            sw_reading_fault(r, item, SW_E_MISSING, "by", "[county, case_centre]",
                             "a plan says who patrols");
    }
}

static void read_gates(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"again", "on"};
    static const char *const own[] = {"type", "field", "values"};
    const sw_yaml *gate = sw_yaml_get(root, "gate"), *item;
    policy->gate_again_ms = HOUR_MS / 6;
    if (!gate || gate->kind == SW_YAML_NULL) return;
    sw_reading_keys(r, gate, names, SW_COUNT(names), "the gate");
    policy->gate_again_ms = sw_reading_duration(r, gate, "again", policy->gate_again_ms);
    uint32_t count = items_of(r, gate, "on", &item);
    policy->gates = sw_pb_zero(&r->pb, count + 1, sizeof *policy->gates);
    for (; item && policy->gates; item = item->next) {
        sw_gate_policy *one = &policy->gates[policy->gate_count++];
        sw_reading_keys(r, item, own, SW_COUNT(own), "a question of the gate");
        one->type = sw_reading_text(r, item, "type", true);
        one->field = sw_reading_text(r, item, "field", false);
        one->values = sw_reading_words(r, item, "values", &one->value_count);
        if (*one->field && !one->value_count)
            sw_reading_fault(r, item, SW_E_MISSING, "values", "values: [interrogate]",
                             "a field is compared with values");
    }
}

static void read_webhooks(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"name", "url", "secret_file", "from", "org"};
    const sw_yaml *item;
    uint32_t count = items_of(r, root, "webhooks", &item);
    policy->webhooks = sw_pb_zero(&r->pb, count + 1, sizeof *policy->webhooks);
    for (; item && policy->webhooks; item = item->next) {
        sw_webhook *hook = &policy->webhooks[policy->webhook_count++];
        sw_reading_keys(r, item, names, SW_COUNT(names), "a webhook");
        hook->name = sw_reading_text(r, item, "name", true);
        hook->url = sw_reading_text(r, item, "url", true);
        hook->secret_file = sw_reading_text(r, item, "secret_file", true);
        hook->from_level = sw_reading_level(r, item, "from", 0);
        hook->org = sw_reading_text(r, item, "org", false);
        if (strncmp(hook->url, "http://", 7) != 0 && strncmp(hook->url, "https://", 8) != 0)
            sw_reading_fault(r, item, SW_E_INVALID, "url", "http://… or https://…",
                             "'%s' is no address of a webhook", hook->url);
    }
}

static void read_findings(sw_reading *r, const sw_yaml *root, sw_policy *policy) {
    static const char *const names[] = {"minor", "major", "critical", "to", "departments"};
    const sw_yaml *map = sw_yaml_get(root, "findings");
    if (map) sw_reading_keys(r, map, names, SW_COUNT(names), "findings");
    for (uint32_t i = 0; i < 3; i++)
        policy->finding_levels[i] = sw_reading_level(r, map, names[i], 2 + i);
    policy->finding_to = sw_reading_words(r, map, "to", &policy->finding_to_count);
    check_duties(r, map, "to", policy->finding_to, policy->finding_to_count);
    policy->departments = sw_reading_words(r, map, "departments", &policy->department_count);
}

sw_err sw_policy_load(sw_arena *arena, const char *path, sw_diags *diags, const sw_policy **ret) {
    static const char *const names[] = {
        "apiVersion", "kind",   "timezone", "language", "max_age",  "quiet", "limits",  "settle",
        "task_from",  "levels", "events",   "webhooks", "findings", "gate",  "patrols", "keep"};
    sw_reading r = {.pb = {arena, false}, .diags = diags};
    const sw_yaml *root = sw_reading_file(&r, path, "Notify");
    if (!root) return r.err;
    sw_policy *policy = sw_pb_zero(&r.pb, 1, sizeof *policy);
    if (!policy) return SW_E_LIMIT;
    sw_reading_keys(&r, root, names, SW_COUNT(names), "the settings of notify");
    const char *zone = sw_reading_text(&r, root, "timezone", true);
    if (sw_zone_load(arena, sw_slice_cstr(zone), &policy->zone))
        sw_reading_fault(&r, root, SW_E_UNKNOWN, "timezone", "Asia/Shanghai",
                         "there is no time zone '%s'", zone);
    policy->language = sw_reading_text(&r, root, "language", false);
    policy->max_age_ms = sw_reading_duration(&r, root, "max_age", 24 * HOUR_MS);
    policy->keep_ms = sw_reading_duration(&r, root, "keep", 365 * 24 * HOUR_MS);
    policy->settle_ms = sw_reading_duration(&r, root, "settle", HOUR_MS / 6);
    policy->task_from = sw_reading_level(&r, root, "task_from", 2);
    read_levels(&r, root, policy);
    read_quiet(&r, root, policy);
    read_limits(&r, root, policy);
    read_events(&r, root, policy);
    read_plans(&r, root, policy);
    read_gates(&r, root, policy);
    read_webhooks(&r, root, policy);
    read_findings(&r, root, policy);
    if (r.pb.full) return SW_E_LIMIT;
    if (!r.err) *ret = policy;
    return r.err;
}

bool sw_policy_is_quiet(const sw_policy *policy, int64_t at_ms, int64_t *ret_until_ms) {
    int64_t from = policy->quiet_from_ms, until = policy->quiet_until_ms;
    if (from == until) return false;
    int64_t local = sw_zone_to_local(policy->zone, at_ms);
    int64_t day = sw_floor_div(local, SW_DAY_MS), clock = local - day * SW_DAY_MS;
    bool over_midnight = from > until;
    bool quiet = over_midnight ? clock >= from || clock < until : clock >= from && clock < until;
    if (!quiet) return false;
    if (over_midnight && clock >= from) day++;
    *ret_until_ms = sw_zone_from_local(policy->zone, day * SW_DAY_MS + until);
    return true;
}
