/* What is posted, in any mode: "TYPE\nname: value\n…\n\nbody". Each event is good or refused with a
 * code; what a dead letter would keep of a good one is the same event; sealing and opening give it
 * back. */
#include "event.h"
#include "ingest/check.h"
#include "ingest/intake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct trial {
    sw_arena *arena;
    const sw_catalogue *cat;
    sw_post_mode mode;
    uint32_t items;
} trial;

/* "Locks" by turning every byte over. */
static sw_err turn_over(sw_slice bytes, sw_buf *out) {
    for (size_t i = 0; i < bytes.len; i++) sw_buf_add_byte(out, (char)(bytes.ptr[i] ^ 0x55));
    return out->err;
}

static sw_err seal(void *ctx, const sw_event *event, sw_slice personal, sw_buf *out) {
    (void)ctx, (void)event;
    return turn_over(personal, out);
}

static sw_err open_seal(void *ctx, sw_hash128 identity, sw_slice sealed, sw_buf *out) {
    (void)ctx, (void)identity;
    return turn_over(sealed, out);
}

static void check_sealing(trial *t, const sw_event *event) {
    const sw_event_sealer sealer = {t, seal};
    const sw_event_opener opener = {t, open_seal};
    sw_buf plain, sealed, opened;
    sw_buf_init(&plain, 8 << 20);
    sw_buf_init(&sealed, 8 << 20);
    sw_buf_init(&opened, 8 << 20);
    SW_ASSERT(sw_event_to_pb(event, &plain) == SW_OK);
    SW_ASSERT(sw_event_to_pb_sealed(event, &sealer, &sealed) == SW_OK);
    SW_ASSERT(sw_event_pb_open(sw_buf_slice(&sealed), &opener, &opened) == SW_OK);
    SW_ASSERT(sw_slice_eq(sw_buf_slice(&plain), sw_buf_slice(&opened)));
    sw_buf_done(&plain);
    sw_buf_done(&sealed);
    sw_buf_done(&opened);
}

static void check_intake(trial *t, const sw_event *event) {
    sw_intake intake, again;
    sw_buf buf;
    if (sw_intake_of(event, t->cat, t->arena, &intake) != SW_OK) return;
    intake.event = SW_S("x");
    sw_buf_init(&buf, 8 << 20);
    sw_intake_write(&intake, &buf);
    SW_ASSERT(sw_intake_read(sw_buf_slice(&buf), t->arena, &again) == SW_OK);
    SW_ASSERT(again.key_count == intake.key_count && again.correction == intake.correction);
    SW_ASSERT(sw_hash128_eq(again.content, event->content));
    sw_buf_done(&buf);
}

static sw_err take(void *ctx, const sw_post_item *item) {
    trial *t = ctx;
    SW_ASSERT(item->index == t->items);
    t->items++;
    SW_ASSERT((item->event == NULL) == (item->refusal.code != NULL));
    if (!item->event) {
        SW_ASSERT(item->refusal.status >= 400 && item->refusal.message.len > 0);
        return SW_OK;
    }
    sw_event *again;
    SW_ASSERT(sw_event_from_json(t->arena, t->cat, item->raw, NULL, &again) == SW_OK);
    SW_ASSERT(sw_hash128_eq(again->content, item->event->content));
    check_sealing(t, item->event);
    check_intake(t, item->event);
    return SW_OK;
}

/* The next line of `rest`, without its end. */
static sw_slice next_line(sw_slice *rest) {
    const char *end = rest->len ? memchr(rest->ptr, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    sw_slice line = sw_slice_sub(*rest, 0, len);
    *rest = sw_slice_sub(*rest, end ? len + 1 : len, rest->len);
    return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_arena arena, scratch;
    sw_http_field headers[32];
    sw_principal principal = {.sub = "fuzz", .roles = SW_ROLE_ALL};
    sw_refusal whole;
    sw_slice rest = sw_slice_of(data, size);
    sw_arena_init(&arena, 64 << 20);
    sw_arena_init(&scratch, 64 << 20);
    sw_post post = {.headers = headers, .principal = &principal, .now_ms = 1772323200000};
    post.catalogue = fuzz_load(&arena);
    post.content_type = next_line(&rest);
    for (sw_slice line; (line = next_line(&rest)).len && post.header_count < SW_COUNT(headers);) {
        const char *colon = memchr(line.ptr, ':', line.len);
        if (!colon) continue;
        size_t at = (size_t)(colon - line.ptr);
        headers[post.header_count++] =
            (sw_http_field){sw_slice_sub(line, 0, at), sw_slice_sub(line, at + 1, line.len)};
    }
    post.body = rest;
    trial t = {.arena = &arena, .cat = post.catalogue};
    const sw_post_sink sink = {&t, take};
    sw_err err = sw_post_check(&post, &scratch, &sink, &t.mode, &whole);
    SW_ASSERT(err == SW_OK || err == SW_E_LIMIT);
    if (whole.code) SW_ASSERT(t.items == 0 && whole.status >= 400);
    if (!err && !whole.code && t.mode != SW_POST_BATCH) SW_ASSERT(t.items == 1);
    sw_arena_done(&arena);
    sw_arena_done(&scratch);
    return 0;
}
