#include "host/logger.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "text/json.h"
#include "text/time.h"
#include "text/utf8.h"

enum { LINE_BYTES_MAX = 16 << 10, EVENTS_MAX = 128, LINES_PER_WINDOW = 20, WINDOW_MS = 1000 };

typedef struct repeat {
    const char *name; /* literals: compared by address, then by text */
    int64_t window_ms;
    uint32_t lines;
    uint64_t repeated;
} repeat;

struct sw_logger {
    sw_logger_options options;
    sw_trace_sink sink;
    pthread_mutex_t lock;
    int level, audit_fd;
    sw_buf line;
    repeat repeats[EVENTS_MAX];
    uint32_t repeat_count;
    sw_metric *lines, *dropped, *failed;
};

static void take(void *arg, const sw_trace_event *event) {
    sw_logger_write(arg, event);
}

static sw_err open_audit(const char *path, sw_diags *diags, int *ret) {
    *ret = -1;
    if (!path) return SW_OK;
    *ret = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (*ret >= 0) return SW_OK;
    return sw_diag_at(diags, SW_E_IO, 0, 0, NULL, "the audit file must be writable",
                      "%s can't be opened: %s", path, strerror(errno));
}

sw_err sw_logger_open(const sw_logger_options *options, sw_diags *diags, sw_logger **ret) {
    SW_ASSERT(options && options->clock && ret);
    sw_logger *log = sw_heap_zero(1, sizeof *log);
    if (!log) return SW_E_NOMEM;
    log->options = *options;
    log->sink = (sw_trace_sink){take, log};
    log->level = (int)options->level;
    sw_metrics *m = options->metrics;
    sw_err err = open_audit(options->audit_path, diags, &log->audit_fd);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_log_lines_total", "",
                             "Lines written to the log.", &log->lines);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_log_repeats_total", "",
                             "Lines that repeated another and were counted only.", &log->dropped);
    if (!err)
        err = sw_metrics_get(m, SW_METRIC_COUNTER, "seawall_audit_failures_total", "",
                             "Audit lines that could not be written to their file.", &log->failed);
    if (err) {
        if (log->audit_fd >= 0) close(log->audit_fd);
        sw_heap_free(log);
        return err;
    }
    pthread_mutex_init(&log->lock, NULL);
    sw_buf_init(&log->line, LINE_BYTES_MAX);
    *ret = log;
    return SW_OK;
}

void sw_logger_close(sw_logger *log) {
    if (!log) return;
    if (log->audit_fd >= 0) close(log->audit_fd);
    sw_buf_done(&log->line);
    pthread_mutex_destroy(&log->lock);
    sw_heap_free(log);
}

sw_err sw_logger_reopen(sw_logger *log) {
    int fd;
    sw_err err = open_audit(log->options.audit_path, NULL, &fd);
    if (err || fd < 0) return err;
    pthread_mutex_lock(&log->lock);
    close(log->audit_fd);
    log->audit_fd = fd;
    pthread_mutex_unlock(&log->lock);
    return SW_OK;
}

void sw_logger_set_level(sw_logger *log, sw_trace_level level) {
    __atomic_store_n(&log->level, (int)level, __ATOMIC_RELAXED);
}

const sw_trace_sink *sw_logger_sink(sw_logger *log) {
    return &log->sink;
}

bool sw_logger_level_parse(sw_slice name, sw_trace_level *ret) {
    for (int level = SW_TRACE_DEBUG; level <= SW_TRACE_ERROR; level++) {
        if (!sw_slice_is(name, sw_trace_level_name((sw_trace_level)level))) continue;
        *ret = (sw_trace_level)level;
        return true;
    }
    return false;
}

/* Valid UTF-8 up to the first byte that is none; long texts are cut. */
static void add_text(sw_buf *line, const char *name, sw_slice text) {
    enum { TEXT_MAX = 2048 };
    if (text.len > TEXT_MAX) text.len = TEXT_MAX;
    sw_buf_printf(line, ",\"%s\":", name);
    sw_json_write_string(line, sw_slice_sub(text, 0, sw_utf8_valid_bytes(text)));
}

static void begin_line(sw_logger *log, const char *level) {
    sw_buf_clear(&log->line);
    sw_buf_add_cstr(&log->line, "{\"time\":\"");
    sw_time_write(&log->line, log->options.clock->wall_ms(log->options.clock), 0);
    sw_buf_printf(&log->line, "\",\"level\":\"%s\"", level);
}

/* One write, so that lines of several processes don't mix. A pipe that nobody empties holds it up,
 * as everywhere; an error leaves nothing to be done. */
static bool write_line(int fd, sw_slice line) {
    while (line.len) {
        ssize_t n = write(fd, line.ptr, line.len);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        line = sw_slice_sub(line, (size_t)n, line.len);
    }
    return true;
}

/* False: it is counted only. `ret_repeated`: how many were since its last line. */
static bool admit(sw_logger *log, const char *name, uint64_t *ret_repeated) {
    int64_t now = sw_clock_mono_us(log->options.clock) / 1000;
    repeat *r = NULL;
    for (uint32_t i = 0; i < log->repeat_count && !r; i++)
        if (log->repeats[i].name == name || strcmp(log->repeats[i].name, name) == 0)
            r = &log->repeats[i];
    *ret_repeated = 0;
    if (!r) {
        if (log->repeat_count == EVENTS_MAX) return true;
        r = &log->repeats[log->repeat_count++];
        *r = (repeat){.name = name, .window_ms = now};
    }
    if (now - r->window_ms >= WINDOW_MS) {
        r->window_ms = now;
        r->lines = 0;
    }
    if (r->lines >= LINES_PER_WINDOW) {
        r->repeated++;
        sw_metric_add(log->dropped, 1);
        return false;
    }
    r->lines++;
    *ret_repeated = r->repeated;
    r->repeated = 0;
    return true;
}

static void end_line(sw_logger *log, uint64_t repeated) {
    if (repeated) sw_buf_printf(&log->line, ",\"repeated\":%llu", (unsigned long long)repeated);
    sw_buf_add_cstr(&log->line, "}\n");
    if (!log->line.err) write_line(log->options.fd, sw_buf_slice(&log->line));
    sw_metric_add(log->lines, 1);
}

void sw_logger_write(sw_logger *log, const sw_trace_event *event) {
    if (!log || (int)event->level < __atomic_load_n(&log->level, __ATOMIC_RELAXED)) return;
    uint64_t repeated;
    pthread_mutex_lock(&log->lock);
    if (admit(log, event->name, &repeated)) {
        begin_line(log, sw_trace_level_name(event->level));
        sw_buf_printf(&log->line, ",\"event\":\"%s\"", event->name);
        if (event->err) sw_buf_printf(&log->line, ",\"error\":\"%s\"", sw_err_name(event->err));
        for (uint32_t i = 0; i < SW_TRACE_FIELDS_MAX && event->fields[i].name; i++) {
            const sw_trace_field *field = &event->fields[i];
            if (field->text.ptr) {
                add_text(&log->line, field->name, field->text);
            } else {
                sw_buf_printf(&log->line, ",\"%s\":", field->name);
                sw_buf_add_int(&log->line, field->number);
            }
        }
        end_line(log, repeated);
    }
    pthread_mutex_unlock(&log->lock);
}

static const char *outcome_of(uint32_t status) {
    return status < 400 ? "done" : status < 500 ? "refused" : "failed";
}

/* Its end is the caller's: the log may have more to say. */
static void audit_line(sw_logger *log, const sw_audit *audit) {
    char roles[SW_ROLES_TEXT];
    sw_roles_text(audit->principal->roles, roles);
    begin_line(log, "info");
    sw_buf_add_cstr(&log->line, ",\"event\":\"audit\"");
    add_text(&log->line, "who", sw_slice_cstr(audit->principal->sub));
    add_text(&log->line, "org", sw_slice_cstr(audit->principal->org));
    add_text(&log->line, "roles", sw_slice_cstr(roles));
    add_text(&log->line, "client", audit->client);
    add_text(&log->line, "action", sw_slice_cstr(audit->action));
    if (audit->object.len) add_text(&log->line, "object", audit->object);
    add_text(&log->line, "outcome", sw_slice_cstr(outcome_of(audit->status)));
    sw_buf_add_cstr(&log->line, ",\"status\":");
    sw_buf_add_int(&log->line, audit->status);
    if (audit->code) add_text(&log->line, "code", sw_slice_cstr(audit->code));
    if (audit->detail.len) add_text(&log->line, "detail", audit->detail);
}

void sw_logger_audit(sw_logger *log, const sw_audit *audit) {
    if (!log) return;
    uint64_t repeated = 0;
    pthread_mutex_lock(&log->lock);
    audit_line(log, audit);
    size_t len = log->line.len;
    sw_buf_add_cstr(&log->line, "}\n");
    bool file = log->audit_fd >= 0, good = !log->line.err;
    if (good && file) good = write_line(log->audit_fd, sw_buf_slice(&log->line));
    if (!good) sw_metric_add(log->failed, 1);
    bool told = !file || (audit->status >= 400 && admit(log, audit->action, &repeated));
    if (!log->line.err && told) {
        log->line.len = len;
        end_line(log, repeated);
    }
    pthread_mutex_unlock(&log->lock);
}
