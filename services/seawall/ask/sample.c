#include "seawall/ask/sample.h"

#include <stdlib.h>

#include "env/clock.h"

bool sw_sample_read(sw_ask *ask, sw_arena *arena, sw_sample *ret) {
    sw_client_reply reply;
    sw_clock clock;
    ask->code = SW_EXIT_FAILED;
    if (sw_client_send(ask->client, "GET", "/metrics", NULL, SW_SLICE_NONE, &reply) != SW_OK) {
        ask->code = sw_ask_unanswered(ask);
        return false;
    }
    if (reply.status != 200) {
        ask->code = sw_client_tell(ask->command, &reply, arena);
        return false;
    }
    sw_clock_system(&clock);
    ret->at_ms = sw_clock_now_ms(&clock);
    /* a NUL behind it, for strtod */
    char *text = sw_arena_alloc(arena, reply.body.len + 1);
    if (!text) return false;
    if (reply.body.len) memcpy(text, reply.body.ptr, reply.body.len);
    text[reply.body.len] = '\0';
    ret->text = sw_slice_of(text, reply.body.len);
    return true;
}

/* The next line of a metric from `at` on: its labels and its value. */
static bool next(const sw_sample *sample, const char *name, size_t *at, sw_slice *ret_labels,
                 double *ret_value) {
    const size_t len = strlen(name);
    while (*at < sample->text.len) {
        const char *line = sample->text.ptr + *at;
        const char *end = memchr(line, '\n', sample->text.len - *at);
        const size_t size = end ? (size_t)(end - line) : sample->text.len - *at;
        *at += size + 1;
        if (size <= len || memcmp(line, name, len) != 0) continue;
        if (line[len] != ' ' && line[len] != '{') continue;
        const char *close = line[len] == '{' ? memchr(line, '}', size) : line + len;
        if (!close) continue;
        *ret_labels = sw_slice_of(line + len, (size_t)(close - line) - len);
        *ret_value = strtod(close + 1, NULL);
        return true;
    }
    return false;
}

double sw_sample_sum(const sw_sample *sample, const char *name, const char *label) {
    double sum = 0, value;
    sw_slice labels;
    for (size_t at = 0; next(sample, name, &at, &labels, &value);)
        if (!*label || memmem(labels.ptr, labels.len, label, strlen(label))) sum += value;
    return sum;
}

sw_slice sw_sample_label(const sw_sample *sample, const char *name, const char *label, uint32_t n) {
    double value;
    sw_slice labels;
    const size_t len = strlen(label);
    for (size_t at = 0; next(sample, name, &at, &labels, &value);) {
        const char *found = memmem(labels.ptr, labels.len, label, len);
        if (!found || n-- > 0) continue;
        const char *from = found + len + 2; /* ="… */
        const char *stop = memchr(from, '"', (size_t)(labels.ptr + labels.len - from));
        return stop ? sw_slice_of(from, (size_t)(stop - from)) : SW_S("");
    }
    return SW_S("");
}
