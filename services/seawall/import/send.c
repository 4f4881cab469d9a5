#include "seawall/import/send.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "seawall/cli/term.h"
#include "seawall/input/lines.h"

#define LINE_BYTES_MAX  ((size_t)1 << 20)
#define BATCH_BYTES_MAX ((size_t)3 << 20)
#define ARENA_BYTES     ((size_t)128 << 20)
#define TOLD_MAX        20u

enum { BATCH_MAX = 1000, WAIT_S_MAX = 60 };

typedef struct sending {
    const sw_send_options *options;
    sw_client *client;
    sw_arena arena;
    sw_buf body, out;
    /* The batch: where each of its lines stands. */
    size_t at[BATCH_MAX], len[BATCH_MAX];
    uint64_t line[BATCH_MAX];
    uint32_t count;
    const char *path;
    uint64_t last_line; /* read so far */
    /* Of an earlier run. */
    char *done_path;
    uint64_t done_line;
    bool behind; /* the file that the earlier run was in has not come yet */
    FILE *refused;
    sw_send_totals totals;
    sw_progress progress;
    uint64_t bytes_before; /* of earlier files */
} sending;

/* ---- what is refused ---- */

static bool tell_refused(sending *s, uint64_t line, sw_slice event, sw_slice id, sw_slice code,
                         sw_slice field, sw_slice message) {
    s->totals.refused++;
    if (s->totals.refused <= TOLD_MAX)
        fprintf(stderr, "%s:%llu: %.*s: %.*s%s%.*s\n", s->path, (unsigned long long)line,
                SW_FMT(code), SW_FMT(field), field.len ? ": " : "", SW_FMT(message));
    else if (s->totals.refused == TOLD_MAX + 1)
        fprintf(stderr, "more is refused; %s\n",
                s->refused ? "all of it is in the file" : "--refused FILE keeps all of it");
    if (!s->refused) return true;
    sw_buf *out = &s->out;
    sw_buf_clear(out);
    sw_buf_add_cstr(out, "{\"file\":");
    sw_json_write_string(out, sw_slice_cstr(s->path));
    sw_buf_printf(out, ",\"line\":%llu", (unsigned long long)line);
    const struct {
        const char *name;
        sw_slice text;
    } texts[] = {{"id", id}, {"code", code}, {"field", field}, {"message", message}};
    for (size_t i = 0; i < SW_COUNT(texts); i++) {
        if (texts[i].text.len == 0) continue;
        sw_buf_printf(out, ",\"%s\":", texts[i].name);
        sw_json_write_string(out, texts[i].text);
    }
    if (event.len) sw_buf_add_cstr(out, ",\"event\":");
    sw_buf_add(out, event);
    sw_buf_add_cstr(out, "}\n");
    return !out->err && fwrite(out->ptr, 1, out->len, s->refused) == out->len;
}

static sw_slice text_of(const sw_json *object, sw_slice name) {
    const sw_json *node = sw_json_get(object, name);
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

static uint64_t number_of(const sw_json *object, sw_slice name) {
    const sw_json *node = sw_json_get(object, name);
    int64_t n = 0;
    return node && sw_json_int(node, &n) == SW_OK && n > 0 ? (uint64_t)n : 0;
}

/* ---- how far it has come ---- */

static bool write_state(const sending *s) {
    char next[4096];
    if (!s->options->state_path) return true;
    snprintf(next, sizeof next, "%s.next", s->options->state_path);
    FILE *file = fopen(next, "we");
    if (!file) return false;
    sw_buf path;
    sw_buf_init(&path, 65536);
    sw_json_write_string(&path, sw_slice_cstr(s->path));
    bool good = fprintf(file, "{\"file\":%.*s,\"line\":%llu}\n", SW_FMT(sw_buf_slice(&path)),
                        (unsigned long long)s->last_line) > 0;
    sw_buf_done(&path);
    good = fflush(file) == 0 && fsync(fileno(file)) == 0 && good;
    good = fclose(file) == 0 && good;
    return good && rename(next, s->options->state_path) == 0;
}

/* An earlier run's file and line; a file that is not there is a first run. */
static bool read_state(sending *s) {
    char text[8192];
    FILE *file = s->options->state_path ? fopen(s->options->state_path, "re") : NULL;
    if (!file) return true;
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    const sw_json *root;
    if (sw_json_parse(&s->arena, sw_slice_of(text, len), (sw_json_limits){0}, NULL, &root) !=
            SW_OK ||
        text_of(root, SW_S("file")).len == 0) {
        fprintf(stderr, "seawall import: %s is no state of an import\n", s->options->state_path);
        return false;
    }
    sw_slice path = text_of(root, SW_S("file"));
    s->done_path = sw_heap_zero(path.len + 1, 1);
    if (!s->done_path) return false;
    memcpy(s->done_path, path.ptr, path.len);
    s->done_line = number_of(root, SW_S("line"));
    s->behind = false;
    for (uint32_t i = 0; i < s->options->path_count; i++)
        s->behind |= strcmp(s->options->paths[i], s->done_path) == 0;
    return true;
}

/* ---- one batch ---- */

static void wait_s(int64_t seconds) {
    struct timespec t = {.tv_sec = seconds};
    while (nanosleep(&t, &t) != 0 && errno == EINTR) continue;
}

static sw_slice line_text(const sending *s, uint32_t i) {
    return sw_slice_of(s->body.ptr + s->at[i], s->len[i]);
}

static bool take_answer(sending *s, uint32_t first, const sw_client_reply *reply) {
    const sw_json *root;
    if (sw_json_parse(&s->arena, reply->body, (sw_json_limits){0}, NULL, &root) != SW_OK)
        return false;
    s->totals.accepted += number_of(root, SW_S("accepted"));
    s->totals.duplicates += number_of(root, SW_S("duplicates"));
    const sw_json *rejected = sw_json_get(root, SW_S("rejected"));
    for (const sw_json *r = rejected ? rejected->first : NULL; r; r = r->next) {
        uint64_t index = first + number_of(r, SW_S("index"));
        if (index >= s->count) return false;
        if (!tell_refused(s, s->line[index], line_text(s, (uint32_t)index), text_of(r, SW_S("id")),
                          text_of(r, SW_S("code")), text_of(r, SW_S("field")),
                          text_of(r, SW_S("message")))) {
            fprintf(stderr, "seawall import: %s can't be written\n", s->options->refused_path);
            return false;
        }
    }
    return true;
}

/* Sends until it is answered for good: what is asked to come later, or is not answered, is sent
 * again, because what was accepted is told apart. */
static sw_err send_until_answered(sending *s, sw_slice body, sw_client_reply *reply) {
    for (int64_t waited = 0, pause = 1;; waited += pause, pause = pause * 2) {
        sw_err err = sw_client_send(s->client, "POST", "/v1/events",
                                    "application/cloudevents-batch+json", body, reply);
        if (err && err != SW_E_AGAIN) return err;
        bool again = err || reply->status == 429 || reply->status == 503;
        if (!again) return SW_OK;
        if (!err && reply->retry_after_s > 0) pause = reply->retry_after_s;
        if (pause > WAIT_S_MAX) pause = WAIT_S_MAX;
        if (waited + pause > s->options->patience_s) return SW_E_TIMEOUT;
        wait_s(pause);
    }
}

/* Lines first to last of the batch. One that is too big is halved. */
static int send_lines(sending *s, uint32_t first, uint32_t last) {
    sw_buf body;
    sw_client_reply reply = {0};
    sw_buf_init(&body, 2 * BATCH_BYTES_MAX);
    for (uint32_t i = first; i < last; i++) {
        sw_buf_add_byte(&body, i == first ? '[' : ',');
        sw_buf_add(&body, line_text(s, i));
    }
    sw_buf_add_byte(&body, ']');
    sw_err err = body.err ? body.err : send_until_answered(s, sw_buf_slice(&body), &reply);
    sw_buf_done(&body);
    if (err) {
        fprintf(stderr, "seawall import: %s: %s\n", s->options->client.url,
                err == SW_E_TIMEOUT && !sw_client_why(s->client)[0] ? "it is busy for too long"
                                                                    : sw_client_why(s->client));
        return SW_EXIT_FAILED;
    }
    if (reply.status == 413 && last - first > 1) {
        uint32_t middle = first + (last - first) / 2;
        int code = send_lines(s, first, middle);
        return code == SW_EXIT_OK ? send_lines(s, middle, last) : code;
    }
    if (reply.status != 202) return sw_client_tell("import", &reply, &s->arena);
    return take_answer(s, first, &reply) ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int flush_batch(sending *s) {
    int code = s->count ? send_lines(s, 0, s->count) : SW_EXIT_OK;
    sw_arena_reset(&s->arena);
    sw_buf_clear(&s->body);
    s->count = 0;
    if (code != SW_EXIT_OK) return code;
    if (s->refused && fflush(s->refused) != 0) code = SW_EXIT_FAILED;
    if (code == SW_EXIT_OK && !write_state(s)) {
        fprintf(stderr, "seawall import: %s can't be written: %s\n", s->options->state_path,
                strerror(errno));
        code = SW_EXIT_FAILED;
    }
    return code;
}

/* ---- files ---- */

/* Puts a line into the batch; what is no JSON would spoil it, and is refused here. */
static int take_line(sending *s, sw_slice line, uint64_t number) {
    const sw_json *root;
    sw_diags diags;
    sw_arena_mark mark = sw_arena_save(&s->arena);
    sw_diags_init(&diags, &s->arena, SW_SLICE_NONE, 1);
    if (sw_json_parse(&s->arena, line, (sw_json_limits){0}, &diags, &root) != SW_OK) {
        sw_slice why = diags.first ? diags.first->message : SW_S("the line is no JSON");
        bool good = tell_refused(s, number, SW_SLICE_NONE, SW_SLICE_NONE, SW_S("syntax"),
                                 SW_SLICE_NONE, why);
        return good ? SW_EXIT_OK : SW_EXIT_FAILED;
    }
    sw_arena_rewind(&s->arena, mark);
    if (s->count == s->options->batch_events || s->body.len + line.len > BATCH_BYTES_MAX) {
        uint64_t kept = s->last_line;
        s->last_line = number - 1;
        int code = flush_batch(s);
        s->last_line = kept;
        if (code != SW_EXIT_OK) return code;
    }
    s->at[s->count] = s->body.len;
    s->len[s->count] = line.len;
    s->line[s->count++] = number;
    return sw_buf_add(&s->body, line) == SW_OK ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int send_file(sending *s, const char *path) {
    sw_lines *lines;
    sw_slice line;
    sw_diags diags;
    int code = SW_EXIT_OK;
    sw_diags_init(&diags, &s->arena, sw_slice_cstr(path), 4);
    s->path = path;
    s->last_line = 0;
    bool resumed = s->done_path && strcmp(path, s->done_path) == 0;
    if (s->behind && !resumed) return SW_EXIT_OK; /* an earlier run has sent all of it */
    sw_err err = sw_lines_open(path, LINE_BYTES_MAX, &diags, &lines);
    if (err) {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        return SW_EXIT_USAGE;
    }
    while (code == SW_EXIT_OK && (err = sw_lines_next(lines, &line)) != SW_E_END) {
        if (err && err != SW_E_LIMIT) break;
        s->last_line = sw_lines_number(lines);
        sw_progress_at(&s->progress, s->bytes_before + sw_lines_bytes(lines));
        if (resumed && s->last_line <= s->done_line)
            s->totals.skipped++;
        else if (err)
            code = tell_refused(s, s->last_line, SW_SLICE_NONE, SW_SLICE_NONE, SW_S("limit"),
                                SW_SLICE_NONE, SW_S("the line is over 1 MiB"))
                       ? SW_EXIT_OK
                       : SW_EXIT_FAILED;
        else if (line.len)
            code = take_line(s, line, s->last_line);
    }
    if (code == SW_EXIT_OK && err && err != SW_E_END) code = SW_EXIT_FAILED;
    if (code == SW_EXIT_OK) code = flush_batch(s);
    s->bytes_before += sw_lines_bytes(lines);
    if (resumed) s->behind = false;
    sw_lines_close(lines);
    return code;
}

static uint64_t size_of_all(const sw_send_options *options) {
    uint64_t total = 0;
    for (uint32_t i = 0; i < options->path_count; i++) {
        sw_lines *lines;
        if (strcmp(options->paths[i], "-") == 0) return 0;
        if (sw_lines_open(options->paths[i], LINE_BYTES_MAX, NULL, &lines) != SW_OK) return 0;
        total += sw_lines_size(lines);
        sw_lines_close(lines);
    }
    return total;
}

static int send_all(sending *s) {
    const sw_send_options *o = s->options;
    int code = SW_EXIT_OK;
    if (sw_client_open(&o->client, &s->client) != SW_OK || !read_state(s)) return SW_EXIT_FAILED;
    if (o->refused_path && !(s->refused = fopen(o->refused_path, s->done_path ? "ae" : "we"))) {
        fprintf(stderr, "seawall import: %s can't be written: %s\n", o->refused_path,
                strerror(errno));
        return SW_EXIT_FAILED;
    }
    sw_progress_init(&s->progress, "sending", size_of_all(o));
    for (uint32_t i = 0; code == SW_EXIT_OK && i < o->path_count; i++)
        code = send_file(s, o->paths[i]);
    sw_progress_done(&s->progress);
    return code == SW_EXIT_OK && s->totals.refused ? SW_EXIT_REJECTED : code;
}

int sw_send_files(const sw_send_options *options, sw_send_totals *ret) {
    SW_ASSERT(options && ret && options->batch_events > 0 && options->batch_events <= BATCH_MAX);
    sending *s = sw_heap_zero(1, sizeof *s);
    if (!s) return SW_EXIT_FAILED;
    s->options = options;
    sw_arena_init(&s->arena, ARENA_BYTES);
    sw_buf_init(&s->body, 2 * BATCH_BYTES_MAX);
    sw_buf_init(&s->out, 4 * LINE_BYTES_MAX);
    int code = send_all(s);
    *ret = s->totals;
    if (s->refused && fclose(s->refused) != 0) code = SW_EXIT_FAILED;
    sw_client_close(s->client);
    sw_arena_done(&s->arena);
    sw_buf_done(&s->body);
    sw_buf_done(&s->out);
    sw_heap_free(s->done_path);
    sw_heap_free(s);
    return code;
}
