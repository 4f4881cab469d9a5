/* What is held and due goes out: one message, a merged one, a digest; within the phone's limit. */
#include <stdlib.h>

#include "base/hash.h"
#include "notify/outbox/outbox.h"
#include "notify/words/sms.h"

#define HOUR_MS       3600000LL
#define SUBJECTS_KEPT 64u
#define CODES_KEPT    32u
#define TEXT_MAX      4096u

typedef struct gathering {
    sw_outbox_call *call;
    sw_notice **list;
    size_t count, cap;
    int64_t next_ms; /* the earliest that stays */
    uint32_t stay;
} gathering;

static bool gather(void *arg, sw_slice key, sw_slice value) {
    (void)key;
    gathering *g = arg;
    sw_notice *held;
    if (sw_pb_read(&g->call->pb, &seawall__v1__notice__descriptor, value, &held)) return false;
    /* What waits for others goes with them; what waits for the morning does not. */
    bool goes = held->at_ms <= g->call->now_ms || strcmp(held->reason, "merge") == 0;
    if (!goes) {
        if (!g->stay++ || held->at_ms < g->next_ms) g->next_ms = held->at_ms;
        return true;
    }
    if (g->count == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 16;
        sw_notice **grown = sw_pb_zero(&g->call->pb, cap, sizeof(void *));
        if (!grown) return false;
        if (g->count) memcpy(grown, g->list, g->count * sizeof(void *));
        g->list = grown;
        g->cap = cap;
    }
    g->list[g->count++] = held;
    return true;
}

/* The highest level first, then the earliest due, then by subject. */
static int by_weight(const void *a, const void *b) {
    const sw_notice *x = *(sw_notice *const *)a, *y = *(sw_notice *const *)b;
    uint32_t p = sw_level_of(sw_slice_cstr(x->telling->level));
    uint32_t q = sw_level_of(sw_slice_cstr(y->telling->level));
    if (p != q) return p < q ? 1 : -1;
    int64_t due = x->telling->due_ms - y->telling->due_ms;
    if (due) return due < 0 ? -1 : 1;
    return strcmp(x->subject, y->subject);
}

/* What each of them tells. */
static sw_err load_all(sw_outbox_call *call, gathering *g) {
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        sw_notice *notice;
        sw_err err = sw_notice_load(call, sw_slice_cstr(g->list[i]->subject), &notice);
        if (err) return err;
        if (notice) g->list[kept++] = notice;
    }
    g->count = kept;
    return SW_OK;
}

sw_err sw_outbox_flush(sw_outbox_call *call) {
    gathering g = {.call = call};
    sw_slice from = sw_outbox_key(call, SW_SLICE_NONE), to = sw_outbox_key(call, SW_S("\xff"));
    if (call->pb.full) return SW_E_LIMIT;
    sw_err err = sw_ctx_scan(call->ctx, SW_OUTBOX_HELD, from, to, gather, &g);
    if (err) return err;
    if (call->pb.full) return SW_E_LIMIT;
    err = load_all(call, &g);
    if (err) return err;
    if (g.count) qsort(g.list, g.count, sizeof(void *), by_weight);
    int64_t when_ms;
    if (g.count) err = sw_outbox_send(call, g.list, (uint32_t)g.count, true, &when_ms);
    if (err == SW_E_AGAIN) { /* the limit: all of it later */
        call->person->flush_ms = when_ms;
        return SW_OK;
    }
    for (size_t i = 0; i < g.count && !err; i++) err = sw_outbox_unhold(call, g.list[i]);
    call->person->held_count = g.stay;
    call->person->flush_ms = g.stay ? g.next_ms : 0;
    return err;
}

/* No use after the deadline that it warns of; where that is over, a day. */
static int64_t expires(const sw_outbox_call *call, sw_notice *const *notices, uint32_t count) {
    int64_t last = 0;
    for (uint32_t i = 0; i < count; i++)
        if (notices[i]->telling->due_ms > last) last = notices[i]->telling->due_ms;
    int64_t most = call->now_ms + 24 * HOUR_MS;
    return last > call->now_ms && last < most ? last : most;
}

static const char *new_code(sw_outbox_call *call, const char *message, sw_notice *const *notices,
                            uint32_t count) {
    Seawall__V1__Inbox *p = call->person;
    Seawall__V1__Code *code = sw_pb_new(&call->pb, &seawall__v1__code__descriptor);
    if (!code) return "";
    p->next_code_count =
        p->next_code_count < 1000 || p->next_code_count >= 9999 ? 1000 : p->next_code_count + 1;
    code->code = sw_pb_printf(&call->pb, "%04u", p->next_code_count);
    code->message = (char *)(uintptr_t)message;
    for (uint32_t i = 0; i < count && i < SUBJECTS_KEPT; i++)
        (void)!sw_pb_append(&call->pb, &code->n_warnings, &code->warnings,
                            notices[i]->telling->warning_id);
    if (p->n_codes == CODES_KEPT) {
        memmove(p->codes, p->codes + 1, (CODES_KEPT - 1) * sizeof(void *));
        p->n_codes--;
    }
    (void)!sw_pb_append(&call->pb, &p->n_codes, &p->codes, code);
    return code->code;
}

static char *message_id(sw_outbox_call *call, const char *channel, const char *subject,
                        uint32_t count) {
    const sw_slice parts[] = {
        call->recipient, sw_slice_cstr(channel), sw_slice_cstr(subject),
        sw_slice_cstr(sw_pb_printf(&call->pb, "%lld/%u", (long long)call->now_ms, count))};
    char hex[SW_HASH128_TEXT];
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), hex);
    return sw_pb_printf(&call->pb, "%s", hex);
}

static sw_err intend(sw_outbox_call *call, const char *channel, const char *to, const char *text,
                     const char *code, sw_notice *const *notices, uint32_t count, char *id) {
    sw_message *m = sw_pb_new(&call->pb, &seawall__v1__message__descriptor);
    if (!m) return SW_E_LIMIT;
    m->id = id;
    m->recipient = sw_pb_text(&call->pb, call->recipient);
    m->channel = (char *)(uintptr_t)channel;
    m->to = (char *)(uintptr_t)to;
    m->text = (char *)(uintptr_t)text;
    m->code = (char *)(uintptr_t)code;
    m->part_count = sw_sms_parts(sw_slice_cstr(text));
    m->level = notices[0]->telling->level;
    m->decided_ms = call->now_ms;
    m->expires_ms = expires(call, notices, count);
    m->subject_count = count;
    m->attempt_count = 1;
    m->kind = count > 1 ? (char *)(uintptr_t)(count > call->shared->policy->digest_over ? "digest"
                                                                                        : "merged")
                        : notices[0]->telling->kind;
    for (uint32_t i = 0; i < count && i < SUBJECTS_KEPT; i++)
        (void)!sw_pb_append(&call->pb, &m->n_subjects, &m->subjects, notices[i]->subject);
    sw_err err = sw_message_save(call, m, "intended");
    return err ? err : sw_notice_tell(call, notices[0]->subject, "intended", "", m);
}

static bool wants(sw_notice *const *notices, uint32_t count, const char *channel) {
    for (uint32_t i = 0; i < count; i++)
        for (size_t c = 0; c < notices[i]->telling->n_channels; c++)
            if (strcmp(notices[i]->telling->channels[c], channel) == 0) return true;
    return false;
}

/* Whether the phone may get so many parts now; breach and liberty always. */
static bool takes_tokens(sw_outbox_call *call, uint32_t parts, bool within_limit,
                         int64_t *ret_when_ms) {
    const sw_policy *policy = call->shared->policy;
    Seawall__V1__Inbox *p = call->person;
    int64_t need = (int64_t)parts * 1000, most = policy->phone_burst * 1000;
    if (need > most) need = most;
    if (within_limit && p->token_count < need) {
        int64_t per_hour = policy->phone_parts_hour * 1000;
        *ret_when_ms = call->now_ms + ((need - p->token_count) * HOUR_MS + per_hour - 1) / per_hour;
        return false;
    }
    p->token_count -= need;
    if (p->token_count < -most) p->token_count = -most;
    return true;
}

static const char *json_of(sw_outbox_call *call, const sw_notice *notice) {
    sw_buf json;
    sw_buf_init(&json, 4 * TEXT_MAX);
    sw_outbox_write_json(notice, &json);
    const char *copy = sw_pb_text(&call->pb, sw_buf_slice(&json));
    if (json.err) call->pb.full = true;
    sw_buf_done(&json);
    return copy;
}

sw_err sw_outbox_send(sw_outbox_call *call, sw_notice **notices, uint32_t count, bool within_limit,
                      int64_t *ret_when_ms) {
    static const char *const channels[] = {"sms", "email", "webhook", "file"};
    const sw_telling *first = notices[0]->telling;
    enum { WEBHOOK = 2 };
    const char *to[] = {first->phone, first->email, notices[0]->recipient, notices[0]->recipient};
    char *id = message_id(call, "", notices[0]->subject, count);
    bool code_wanted = strcmp(first->kind, "event") != 0 && strcmp(first->kind, "task") != 0;
    sw_buf text;
    sw_buf_init(&text, TEXT_MAX);
    /* The code has four digits always: parts are known before it is given. */
    sw_outbox_write(call->shared, notices, count, call->now_ms, SW_S("0000"), &text);
    bool sms = wants(notices, count, "sms") && *first->phone;
    bool may =
        !sms || takes_tokens(call, sw_sms_parts(sw_buf_slice(&text)), within_limit, ret_when_ms);
    const char *code = may && code_wanted ? new_code(call, id, notices, count) : "";
    sw_buf_clear(&text);
    sw_outbox_write(call->shared, notices, count, call->now_ms, sw_slice_cstr(code), &text);
    const char *copy = sw_pb_text(&call->pb, sw_buf_slice(&text));
    sw_err err = text.err;
    sw_buf_done(&text);
    if (err || !may) return err ? err : SW_E_AGAIN;
    char *last = id;
    for (size_t i = 0; i < SW_COUNT(channels) && !err; i++) {
        if (!wants(notices, count, channels[i]) || !*to[i]) continue;
        last = i ? message_id(call, channels[i], notices[0]->subject, count) : id;
        const char *words = i == WEBHOOK ? json_of(call, notices[0]) : copy;
        err = intend(call, channels[i], to[i], words, code, notices, count, last);
        for (uint32_t n = 0; n < count && !err; n++)
            sw_notice_handed(call, notices[n], channels[i], last);
    }
    const char *state = count > 1 ? "merged" : "intended";
    const char *reason = count > call->shared->policy->digest_over ? "digest" : "";
    for (uint32_t i = 0; i < count && !err; i++)
        err = sw_notice_save(call, notices[i], state, reason, sms ? id : last);
    return err;
}
