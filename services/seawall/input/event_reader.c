#include "seawall/input/event_reader.h"

#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/input/lines.h"

#define TOLD_MAX     100u
#define FINDINGS_MAX 8u
#define ARENA_BYTES  ((size_t)64 << 20)

/* One more rejected; false if it is only to be counted. */
static bool is_told(sw_event_reader *reader) {
    reader->rejected++;
    if (reader->quiet || reader->rejected > TOLD_MAX) return false;
    if (reader->rejected == TOLD_MAX)
        fprintf(stderr, "more than %u rejected: the others are only counted\n", TOLD_MAX);
    return reader->rejected < TOLD_MAX;
}

void sw_event_reader_conflict(sw_event_reader *reader, sw_origin origin, sw_err code,
                              sw_slice source, sw_slice id) {
    reader->accepted--;
    if (!is_told(reader)) return;
    fprintf(stderr,
            "%s:%llu: %s: another event with source %.*s and id %.*s came first and stands\n"
            "    send a correction (event.corrected), or give this event an id of its own\n",
            reader->paths[origin.file], (unsigned long long)origin.line, sw_err_name(code),
            SW_FMT(source), SW_FMT(id));
}

static void reject(sw_event_reader *reader, const char *path, uint64_t line, const sw_diags *diags,
                   sw_err err) {
    if (!is_told(reader)) return;
    if (diags->count == 0)
        fprintf(stderr, "%s:%llu: the event is refused: %s\n", path, (unsigned long long)line,
                sw_err_name(err));
    for (const sw_diag *d = diags->first; d; d = d->next) {
        fprintf(stderr, "%s:%llu", path, (unsigned long long)line);
        if (d->line == 1 && d->col) fprintf(stderr, ":%u", d->col);
        fprintf(stderr, ": %.*s%s%.*s\n", SW_FMT(d->field), d->field.len ? ": " : "",
                SW_FMT(d->message));
        if (d->hint.len) fprintf(stderr, "    %.*s\n", SW_FMT(d->hint));
    }
}

static bool is_blank(sw_slice line) {
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] != ' ' && line.ptr[i] != '\t') return false;
    return true;
}

static sw_err read_line(sw_event_reader *reader, sw_arena *arena, sw_slice line, sw_origin origin) {
    sw_diags diags;
    sw_event *event;
    if (is_blank(line)) return SW_OK;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, FINDINGS_MAX);
    sw_err err = sw_event_from_json(arena, reader->catalogue, line, &diags, &event);
    if (err) {
        reject(reader, reader->paths[origin.file], origin.line, &diags, err);
        return SW_OK;
    }
    reader->accepted++;
    return reader->take(reader->ctx, event, origin);
}

static sw_err read_file(sw_event_reader *reader, uint32_t file, sw_arena *arena) {
    const char *path = reader->paths[file];
    sw_lines *lines;
    sw_progress progress;
    sw_slice line;
    sw_diags diags;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 1);
    sw_err err = sw_lines_open(path, SW_EVENT_LINE_BYTES_MAX, &diags, &lines);
    if (err) {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        return err;
    }
    sw_progress_init(&progress, "reading events", sw_lines_size(lines));
    if (reader->quiet) progress.on = false;
    while ((err = sw_lines_next(lines, &line)) != SW_E_END) {
        sw_origin origin = {file, sw_lines_number(lines)};
        if (err == SW_E_LIMIT) {
            if (is_told(reader))
                fprintf(stderr, "%s:%llu: the line is longer than %zu bytes: one event a line\n",
                        path, (unsigned long long)origin.line, SW_EVENT_LINE_BYTES_MAX);
            continue;
        }
        if (!err) err = read_line(reader, arena, line, origin);
        sw_arena_reset(arena);
        if (err) break;
        sw_progress_at(&progress, sw_lines_bytes(lines));
    }
    sw_progress_done(&progress);
    sw_lines_close(lines);
    if (err == SW_E_IO) fprintf(stderr, "%s: reading failed\n", path);
    return err == SW_E_END ? SW_OK : err;
}

sw_err sw_event_reader_run(sw_event_reader *reader) {
    sw_arena arena;
    sw_err err = SW_OK;
    sw_arena_init(&arena, ARENA_BYTES);
    for (uint32_t i = 0; !err && i < reader->path_count; i++) err = read_file(reader, i, &arena);
    sw_arena_done(&arena);
    return err;
}
