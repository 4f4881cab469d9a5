#include "ingest/check.h"

#include "ingest/ce_header.h"
#include "text/utf8.h"

/* Of attributes among the headers. */
static sw_slice prefix_of(const sw_post *post) {
    return post->binding == SW_BINDING_KAFKA ? SW_S("ce_") : SW_S("ce-");
}

enum { NODES_MAX = 100000, LEVELS_MAX = 64, FINDINGS_MAX = 8 };

#define STRUCTURED_TYPE "application/cloudevents+json"
#define BATCH_TYPE      "application/cloudevents-batch+json"

/* ---- refusals ---- */

static uint32_t status_of(const char *code) {
    if (strcmp(code, "conflict") == 0) return 409;
    return strcmp(code, "forbidden") == 0 ? 403 : 400;
}

static sw_refusal refusal(const char *code, const char *field, const char *message,
                          const char *hint) {
    return (sw_refusal){code, status_of(code), sw_slice_cstr(field), sw_slice_cstr(message),
                        sw_slice_cstr(hint)};
}

static sw_refusal whole(uint32_t status, const char *code, const char *message, const char *hint) {
    sw_refusal r = refusal(code, "", message, hint);
    r.status = status;
    return r;
}

/* Of the first finding; where there is place and field, both are said. */
static sw_refusal of_finding(sw_err err, const sw_diag *first, bool place, sw_arena *arena) {
    sw_refusal r = {.code = sw_reject_code(err), .status = status_of(sw_reject_code(err))};
    if (!first) {
        r.message = SW_S("the event can't be read");
        return r;
    }
    r.field = first->field;
    r.message = first->message;
    r.hint = first->hint;
    if (!place || first->line == 0 || first->field.len) return r;
    sw_slice text = sw_arena_printf(arena, "line %u, column %u: %.*s", first->line, first->col,
                                    SW_FMT(first->message));
    if (text.ptr) r.message = text;
    return r;
}

/* ---- one event ---- */

static sw_slice text_member(const sw_json *root, sw_slice name) {
    const sw_json *node = sw_json_get(root, name);
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

static uint32_t count_nodes(const sw_json *node) {
    uint32_t count = 1;
    for (const sw_json *n = node->first; n; n = n->next) count += count_nodes(n);
    return count;
}

/* A publisher writes for its own unit. What has no unit belongs to nobody's subtree; corrections
 * belong to their target's unit, which is asked where the target is known. */
static bool may_write(const sw_principal *principal, const sw_event *event) {
    if (event->orgcode.len == 0 && event->correction) return true;
    return sw_principal_may(principal, event->orgcode);
}

static sw_refusal judge(const sw_post *post, const sw_event *event) {
    const sw_event *new = event->correction ? event->correction->replacement : NULL;
    int64_t latest_ms = post->now_ms + SW_FUTURE_MS_MAX;
    static const char ahead[] = "the time is more than 24 hours ahead of the clock",
                      check[] = "check the clock and the offset";
    if (!may_write(post->principal, event))
        return event->orgcode.len
                   ? refusal("forbidden", "orgcode", "the token is not good for this unit",
                             "use a token of the unit, or of one above it")
                   : refusal("forbidden", "orgcode",
                             "the event names no unit, and the token is good for one unit only",
                             "add the attribute orgcode");
    if (new && !may_write(post->principal, new))
        return refusal("forbidden", "data.event.orgcode",
                       "the token is not good for the unit of the new content",
                       "use a token of the unit, or of one above it");
    if (event->time_ms > latest_ms) return refusal("time-in-future", "time", ahead, check);
    if (new &&new->time_ms > latest_ms)
        return refusal("time-in-future", "data.event.time", ahead, check);
    return (sw_refusal){0};
}

static void check_node(const sw_post *post, sw_slice text, const sw_json *node, bool place,
                       sw_arena *arena, sw_post_item *item) {
    sw_diags diags;
    sw_event *event;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, FINDINGS_MAX);
    item->source = text_member(node, SW_S("source"));
    item->id = text_member(node, SW_S("id"));
    item->orgcode = text_member(node, SW_S("orgcode"));
    if (item->raw.len > SW_EVENT_BYTES_MAX) {
        item->refusal =
            refusal("limit", "", "the event is over 1 MiB", "send large things by reference");
        return;
    }
    if (item->raw.len > 2 * NODES_MAX && count_nodes(node) > NODES_MAX) {
        item->refusal = refusal("limit", "", "the event has more than 100,000 values",
                                "send less in one event");
        return;
    }
    sw_err err = sw_event_from_node(arena, post->catalogue, text, node, &diags, &event);
    item->refusal = err ? of_finding(err, diags.first, place, arena) : judge(post, event);
    if (!item->refusal.code) item->event = event;
}

static sw_err give(const sw_post_sink *sink, const sw_post_item *item) {
    return sink->item(sink->ctx, item);
}

/* ---- the three modes ---- */

static bool parse(sw_slice text, sw_json_limits limits, sw_arena *arena, const sw_json **ret,
                  sw_refusal *ret_refusal) {
    sw_diags diags;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1);
    sw_err err = sw_json_parse(arena, text, limits, &diags, ret);
    if (err) *ret_refusal = of_finding(err, diags.first, true, arena);
    return err == SW_OK;
}

static sw_err check_structured(const sw_post *post, sw_arena *arena, const sw_post_sink *sink) {
    sw_post_item item = {.raw = post->body};
    const sw_json *root;
    if (post->body.len > SW_EVENT_BYTES_MAX)
        item.refusal =
            refusal("limit", "", "the event is over 1 MiB", "send large things by reference");
    else if (parse(post->body, (sw_json_limits){.nodes_max = NODES_MAX}, arena, &root,
                   &item.refusal))
        check_node(post, post->body, root, false, arena, &item);
    return give(sink, &item);
}

/* The text of an item: from where it begins to the comma or bracket behind it. */
static sw_slice item_text(sw_slice body, const sw_json *item) {
    size_t end = item->next ? item->next->at : body.len;
    for (bool behind = false; end > item->at; end--) {
        char c = body.ptr[end - 1];
        if (!behind && (c == ',' || c == ']'))
            behind = true;
        else if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
            break;
    }
    return sw_slice_sub(body, item->at, end);
}

static sw_err check_batch(const sw_post *post, sw_arena *arena, const sw_post_sink *sink,
                          sw_refusal *ret_whole) {
    const sw_json *root;
    if (!parse(post->body, (sw_json_limits){.depth_max = LEVELS_MAX + 1}, arena, &root, ret_whole))
        return SW_OK;
    if (root->kind != SW_JSON_ARRAY) {
        *ret_whole = whole(400, "type", "a batch is a list of events", "write [{…}, {…}]");
        return SW_OK;
    }
    if (root->count > SW_BATCH_EVENTS_MAX) {
        *ret_whole = whole(413, "limit", "the batch has more than 1,000 events",
                           "send at most 1,000 events in one request");
        return SW_OK;
    }
    uint32_t index = 0;
    sw_err err = SW_OK;
    for (const sw_json *node = root->first; !err && node; node = node->next) {
        sw_arena_mark mark = sw_arena_save(arena);
        sw_post_item item = {.index = index++, .raw = item_text(post->body, node)};
        check_node(post, post->body, node, false, arena, &item);
        err = give(sink, &item);
        sw_arena_rewind(arena, mark);
    }
    return err;
}

/* ---- binary mode ---- */

typedef struct binary {
    const sw_post *post;
    sw_arena *arena;
    sw_json *members; /* linked in order */
    uint32_t count;
    sw_refusal refusal;
} binary;

static sw_json *find_member(const binary *b, sw_slice name) {
    for (uint32_t i = 0; i < b->count; i++)
        if (sw_slice_eq(b->members[i].name, name)) return &b->members[i];
    return NULL;
}

static void refuse_header(binary *b, sw_slice name, const char *why) {
    sw_slice prefix = prefix_of(b->post);
    sw_slice field = sw_arena_printf(b->arena, "%.*s%.*s", SW_FMT(prefix), SW_FMT(name));
    bool kafka = b->post->binding == SW_BINDING_KAFKA;
    b->refusal = refusal("syntax", "", why,
                         kafka ? "see the Kafka binding of CloudEvents 1.0, 3.2"
                               : "see the HTTP binding of CloudEvents 1.0, 3.1.3");
    b->refusal.field = field.ptr ? field : prefix;
}

static bool add_member(binary *b, sw_slice name, sw_slice text) {
    if (find_member(b, name)) {
        refuse_header(b, name, "the header stands twice");
        return false;
    }
    b->members[b->count++] = (sw_json){.kind = SW_JSON_STRING, .name = name, .text = text};
    return true;
}

static bool add_header(binary *b, const sw_http_field *header) {
    const char *why = "";
    sw_slice name = sw_slice_sub(header->name, prefix_of(b->post).len, header->name.len);
    sw_slice text = header->value;
    if (sw_slice_is(name, "data")) {
        refuse_header(b, name, "data is no attribute: it is the body");
        return false;
    }
    sw_err err = SW_OK;
    if (b->post->binding == SW_BINDING_HTTP) {
        err = sw_ce_header_decode(header->value, b->arena, &text, &why);
    } else if (!sw_utf8_valid(text)) {
        err = SW_E_SYNTAX;
        why = "it is not UTF-8";
    }
    if (err) {
        refuse_header(b, name, err == SW_E_SYNTAX ? why : "the headers need too much memory");
        return false;
    }
    return add_member(b, name, text);
}

static bool add_body(binary *b) {
    const sw_json *data;
    if (b->post->body.len == 0) return true;
    if (!parse(b->post->body, (sw_json_limits){.nodes_max = NODES_MAX}, b->arena, &data,
               &b->refusal)) {
        b->refusal.field = SW_S("data");
        return false;
    }
    sw_json *member = &b->members[b->count++];
    *member = *data;
    member->name = SW_S("data");
    return true;
}

static bool collect(binary *b) {
    for (uint32_t i = 0; i < b->post->header_count; i++)
        if (sw_slice_starts(b->post->headers[i].name, prefix_of(b->post)) &&
            !add_header(b, &b->post->headers[i]))
            return false;
    if (b->post->content_type.len && !add_member(b, SW_S("datacontenttype"), b->post->content_type))
        return false;
    return add_body(b);
}

static sw_err check_binary(const sw_post *post, sw_arena *arena, const sw_post_sink *sink) {
    binary b = {.post = post, .arena = arena};
    sw_post_item item = {0};
    sw_buf raw;
    b.members = sw_arena_zero(arena, post->header_count + 2, sizeof *b.members);
    if (!b.members) return SW_E_LIMIT;
    bool good = collect(&b);
    for (uint32_t i = 0; i + 1 < b.count; i++) b.members[i].next = &b.members[i + 1];
    if (b.count) b.members[b.count - 1].next = NULL;
    sw_json root = {.kind = SW_JSON_OBJECT, .count = b.count, .first = b.count ? b.members : NULL};
    sw_buf_init(&raw, 2 * SW_EVENT_BYTES_MAX);
    sw_json_write(&raw, &root);
    item.raw = sw_buf_slice(&raw);
    item.source = text_member(&root, SW_S("source"));
    item.id = text_member(&root, SW_S("id"));
    item.refusal = b.refusal;
    if (raw.err)
        item.refusal = refusal("limit", "", "the event is over 1 MiB", "send less in one event");
    else if (good)
        check_node(post, post->body, &root, false, arena, &item);
    sw_err err = give(sink, &item);
    sw_buf_done(&raw);
    return err;
}

/* ---- requests ---- */

sw_post_mode sw_post_mode_of(const sw_post *post) {
    if (sw_media_type_foreign_charset(post->content_type)) return SW_POST_NONE;
    bool kafka = post->binding == SW_BINDING_KAFKA;
    if (sw_media_type_is(post->content_type, BATCH_TYPE))
        return kafka ? SW_POST_NONE : SW_POST_BATCH;
    if (sw_media_type_is(post->content_type, STRUCTURED_TYPE)) return SW_POST_STRUCTURED;
    bool json =
        post->content_type.len == 0 || sw_media_type_is(post->content_type, "application/json");
    for (uint32_t i = 0; json && i < post->header_count; i++)
        if (sw_slice_starts(post->headers[i].name, prefix_of(post))) return SW_POST_BINARY;
    return kafka && json ? SW_POST_STRUCTURED : SW_POST_NONE;
}

sw_err sw_post_check(const sw_post *post, sw_arena *scratch, const sw_post_sink *sink,
                     sw_post_mode *ret_mode, sw_refusal *ret_whole) {
    SW_ASSERT(post && scratch && sink && ret_mode && ret_whole);
    *ret_whole = (sw_refusal){0};
    *ret_mode = sw_post_mode_of(post);
    switch (*ret_mode) {
    case SW_POST_STRUCTURED:
        return check_structured(post, scratch, sink);
    case SW_POST_BATCH:
        return check_batch(post, scratch, sink, ret_whole);
    case SW_POST_BINARY:
        return check_binary(post, scratch, sink);
    default:
        if (post->binding == SW_BINDING_KAFKA) {
            sw_post_item item = {.raw = post->body};
            item.refusal = whole(415, "content-type", "the record is no CloudEvent in JSON",
                                 "content-type: " STRUCTURED_TYPE
                                 ", or application/json with ce_ headers, one event a record");
            return give(sink, &item);
        }
        *ret_whole = whole(415, "content-type", "the request is no CloudEvent in JSON",
                           "send " STRUCTURED_TYPE ", " BATCH_TYPE
                           ", or application/json with ce- headers, in UTF-8");
        return SW_OK;
    }
}
