/* XES (IEEE 1849-2016): a log of traces of events, each with typed attributes. An attribute of the
 * trace is named "case:NAME" beside those of the event. */
#include <errno.h>
#include <expat.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "seawall/import/import.h"

#define READ_BYTES  ((size_t)256 << 10)
#define DEPTH_MAX   64u
#define TRACE_BYTES ((size_t)4 << 20)

typedef struct reading {
    XML_Parser parser;
    const sw_import_sink *sink;
    sw_err err;          /* what stopped the reading */
    const char *refusal; /* what is wrong with the file as a whole */
    uint32_t depth;      /* of open elements */
    uint32_t skip_depth; /* inside an element whose content is passed over; 0: not */
    bool in_log, in_trace, in_event;
    uint32_t attribute_depth; /* nesting within an attribute: children say more about it and are
                                 left out */
    sw_arena trace_arena, event_arena;
    sw_import_attribute attributes[SW_IMPORT_ATTRIBUTES_MAX];
    uint32_t trace_count, count; /* those of the trace come first */
    uint64_t index, event_line;
    bool too_many;
} reading;

static void stop(reading *r, sw_err err, const char *refusal) {
    r->err = err;
    r->refusal = refusal;
    XML_StopParser(r->parser, XML_FALSE);
}

static bool is_attribute(const char *name) {
    static const char *const names[] = {"string", "date", "int", "float", "boolean", "id"};
    for (size_t i = 0; i < SW_COUNT(names); i++)
        if (strcmp(name, names[i]) == 0) return true;
    return false;
}

static void add_attribute(reading *r, const char **attributes) {
    const char *key = NULL, *value = NULL;
    for (; attributes[0]; attributes += 2) {
        if (strcmp(attributes[0], "key") == 0) key = attributes[1];
        if (strcmp(attributes[0], "value") == 0) value = attributes[1];
    }
    if (!key || !value) {
        stop(r, SW_E_SYNTAX, "an attribute needs key and value");
        return;
    }
    if (r->count == SW_IMPORT_ATTRIBUTES_MAX) {
        r->too_many = true;
        return;
    }
    sw_arena *arena = r->in_event ? &r->event_arena : &r->trace_arena;
    sw_import_attribute *a = &r->attributes[r->count];
    a->name =
        r->in_event ? sw_arena_printf(arena, "%s", key) : sw_arena_printf(arena, "case:%s", key);
    if (!a->name.ptr || !sw_arena_copy(arena, sw_slice_cstr(value), &a->value))
        r->too_many = true;
    else
        r->count++;
}

static void begin_trace(reading *r) {
    sw_arena_reset(&r->trace_arena);
    r->in_trace = true;
    r->trace_count = r->count = 0;
    r->index = 0;
    r->too_many = false;
}

static void begin_event(reading *r) {
    sw_arena_reset(&r->event_arena);
    if (!r->in_trace) begin_trace(r), r->in_trace = false;
    r->in_event = true;
    r->trace_count = r->count;
    r->index++;
    r->event_line = XML_GetCurrentLineNumber(r->parser);
}

static void on_start(void *ctx, const char *name, const char **attributes) {
    reading *r = ctx;
    if (++r->depth > DEPTH_MAX) {
        stop(r, SW_E_LIMIT, "elements are nested too deeply");
    } else if (r->skip_depth) {
        return;
    } else if (!r->in_log) {
        r->in_log = strcmp(name, "log") == 0;
        if (!r->in_log) stop(r, SW_E_SYNTAX, "the outermost element of XES is <log>");
    } else if (r->attribute_depth) {
        r->attribute_depth++;
    } else if (is_attribute(name)) {
        r->attribute_depth = 1;
        if (r->in_trace || r->in_event) add_attribute(r, attributes);
    } else if (strcmp(name, "event") == 0 && !r->in_event) {
        begin_event(r);
    } else if (strcmp(name, "trace") == 0 && !r->in_trace) {
        begin_trace(r);
    } else {
        r->skip_depth = r->depth; /* extension, global, classifier, list, container */
    }
}

static void end_event(reading *r) {
    sw_import_row row = {r->attributes, r->count, r->event_line, r->index};
    r->in_event = false;
    sw_err err = r->too_many ? r->sink->fault(r->sink->ctx, r->event_line,
                                              "the event has too many or too long attributes")
                             : r->sink->row(r->sink->ctx, &row);
    r->count = r->trace_count;
    r->too_many = false;
    if (err) stop(r, err, NULL);
}

static void on_end(void *ctx, const char *name) {
    reading *r = ctx;
    uint32_t depth = r->depth--;
    if (r->skip_depth) {
        if (depth == r->skip_depth) r->skip_depth = 0;
    } else if (r->attribute_depth) {
        r->attribute_depth--;
    } else if (strcmp(name, "event") == 0 && r->in_event) {
        end_event(r);
    } else if (strcmp(name, "trace") == 0) {
        r->in_trace = false;
        r->count = 0;
    }
}

/* XES has no use for a document type, and entities are how XML is made to explode. */
static void on_doctype(void *ctx, const char *name, const char *system, const char *public,
                       int internal) {
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(ctx, SW_E_SYNTAX, "a document type (<!DOCTYPE …>) is not allowed in XES");
}

static sw_err said(reading *r, sw_diags *diags, enum XML_Error code) {
    uint32_t line = (uint32_t)XML_GetCurrentLineNumber(r->parser);
    uint32_t col = (uint32_t)XML_GetCurrentColumnNumber(r->parser) + 1;
    if (r->err && !r->refusal) return r->err;
    if (r->err)
        return sw_diag_at(diags, r->err, line, col, NULL, "correct the file", "%s", r->refusal);
    return sw_diag_at(diags, SW_E_SYNTAX, line, col, NULL,
                      "export the log again, or correct the file", "not well-formed XML: %s",
                      XML_ErrorString(code));
}

static sw_err read_all(reading *r, int fd, const char *path, sw_diags *diags) {
    uint64_t bytes = 0;
    for (;;) {
        void *buffer = XML_GetBuffer(r->parser, (int)READ_BYTES);
        if (!buffer) return SW_E_NOMEM;
        ssize_t n;
        do n = read(fd, buffer, READ_BYTES);
        while (n < 0 && errno == EINTR);
        if (n < 0)
            return sw_diag_at(diags, SW_E_IO, 0, 0, NULL, NULL, "%s can't be read: %s", path,
                              strerror(errno));
        if (XML_ParseBuffer(r->parser, (int)n, n == 0) != XML_STATUS_OK)
            return said(r, diags, XML_GetErrorCode(r->parser));
        if (n == 0) return SW_OK;
        bytes += (uint64_t)n;
        r->sink->progress(r->sink->ctx, bytes);
    }
}

sw_err sw_import_xes(const char *path, const sw_import_sink *sink, sw_diags *diags) {
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sw_diag_at(diags, errno == ENOENT ? SW_E_NOT_FOUND : SW_E_IO, 0, 0, NULL, NULL,
                          "%s can't be read: %s", path, strerror(errno));
    sw_err err = SW_E_NOMEM;
    reading *r = sw_heap_zero(1, sizeof *r);
    if (r && (r->parser = XML_ParserCreate(NULL))) {
        r->sink = sink;
        sw_arena_init(&r->trace_arena, TRACE_BYTES);
        sw_arena_init(&r->event_arena, TRACE_BYTES);
        XML_SetUserData(r->parser, r);
        XML_SetElementHandler(r->parser, on_start, on_end);
        XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
        err = read_all(r, fd, path, diags);
        sw_arena_done(&r->trace_arena);
        sw_arena_done(&r->event_arena);
        XML_ParserFree(r->parser);
    }
    sw_heap_free(r);
    close(fd);
    return err;
}
