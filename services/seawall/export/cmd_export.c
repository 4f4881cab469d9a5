#include <errno.h>
#include <stdio.h>

#include "seawall/cli/term.h"
#include "seawall/export/effective.h"
#include "seawall/export/export.h"
#include "seawall/input/event_reader.h"
#include "seawall/input/load.h"
#include "seawall/input/replay_options.h"
#include "seawall/replay/sort_key.h"

#define SCRATCH_BYTES ((size_t)256 << 20)
#define DRAIN_BYTES   ((size_t)1 << 20)

enum { ENTRY_EVENT, ENTRY_WARNING };

typedef struct export_command {
    const sw_export_form *form;
    sw_export_writer writer;
    const sw_ruleset *set;
    uint32_t trace_key_id;
    sw_arena arena, scratch;
    sw_buf key, value, out;
    sw_sorter *entries, *objects;
    sw_diags *diags;
    sw_replay *replay;
    sw_effective *effective;
    sw_event_reader reader;
    uint64_t traces, events, warnings, outside; /* outside: events without the trace's key */
    FILE *to;
} export_command;

static const sw_cli_option options[] = {
    SW_LOAD_OPTIONS,
    {"events", "FILE", "events, one CloudEvent in JSON a line; - is standard input", true},
    SW_REPLAY_TIME_OPTIONS,
    {"format", "xes|ocel", "XES (IEEE 1849-2016) or OCEL 2.0 (JSON)", false},
    {"trace", "KEY", "xes: the key whose values are the traces (default: case_id)", false},
    {"out", "FILE", "where it goes (default: standard output)", false},
};

static const sw_cli_spec spec = {
    .command = "export",
    .summary = "cases and their warnings as an event log for process mining",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "Corrections are carried out, duplicates told apart; personal fields are left out.\n"
             "A warning is an event warning.raised at its level's time (docs/export.md).\n"
             "Exit code 3: some events were rejected; the others were used.\n\n"
             "  seawall export --format xes --rules deploy/packs/cn-police --events year.jsonl\n",
};

/* ---- entries ---------------------------------------------------------------------------- */

/* Order: the trace's value, the time, events before warnings, `tie`. */
static sw_err add_entry(export_command *cmd, sw_slice trace, int64_t time_ms, char kind,
                        sw_slice tie, sw_slice body) {
    sw_buf_clear(&cmd->key);
    for (size_t i = 0; i < trace.len; i++) {
        sw_buf_add_byte(&cmd->key, trace.ptr[i]);
        if (trace.ptr[i] == '\0') sw_buf_add_byte(&cmd->key, '\2');
    }
    sw_buf_add(&cmd->key, SW_S("\0\1"));
    sw_sort_key_i64(&cmd->key, time_ms);
    sw_buf_add_byte(&cmd->key, kind);
    sw_buf_add(&cmd->key, tie);
    sw_buf_clear(&cmd->value);
    sw_buf_add_byte(&cmd->value, kind);
    sw_sort_key_u32(&cmd->value, (uint32_t)trace.len);
    sw_buf_add(&cmd->value, trace);
    sw_buf_add(&cmd->value, body);
    if (cmd->key.err || cmd->value.err) return SW_E_LIMIT;
    return sw_sorter_add(cmd->entries, sw_buf_slice(&cmd->key), sw_buf_slice(&cmd->value),
                         cmd->diags);
}

static sw_err add_object(export_command *cmd, sw_slice key_name, sw_slice value) {
    sw_buf_clear(&cmd->key);
    sw_buf_add(&cmd->key, key_name);
    sw_buf_add_byte(&cmd->key, '\0');
    sw_buf_add(&cmd->key, value);
    if (cmd->key.err) return cmd->key.err;
    return sw_sorter_add(cmd->objects, sw_buf_slice(&cmd->key), SW_SLICE_NONE, cmd->diags);
}

static sw_err key_values(export_command *cmd, const sw_event *event, uint32_t key_id,
                         const sw_slice **ret, uint32_t *ret_count) {
    const uint32_t most = SW_EVENT_KEY_VALUES_MAX * (event->type->field_count + 1);
    sw_slice *values = sw_arena_alloc(&cmd->arena, most * sizeof *values);
    if (!values) return SW_E_LIMIT;
    *ret_count = sw_event_key_values(event, key_id, values, most, &cmd->arena);
    *ret = values;
    return *ret_count == UINT32_MAX ? SW_E_LIMIT : SW_OK;
}

static sw_err add_event_objects(export_command *cmd, const sw_event *event) {
    for (uint32_t k = 0; k < event->type->key_count; k++) {
        const sw_slice *values;
        uint32_t count;
        sw_err err = key_values(cmd, event, event->type->keys[k].key_id, &values, &count);
        for (uint32_t i = 0; !err && i < count; i++)
            err = add_object(
                cmd, sw_catalogue_key_name(cmd->writer.catalogue, event->type->keys[k].key_id),
                values[i]);
        if (err) return err;
    }
    return SW_OK;
}

static sw_err take_effective(void *ctx, const sw_event *event) {
    export_command *cmd = ctx;
    const sw_slice none = SW_S(""), *traces = &none;
    uint32_t count = 1;
    sw_buf body;
    sw_err err = SW_OK;
    sw_buf_init(&body, SCRATCH_BYTES);
    err = sw_event_to_pb(event, &body);
    if (!err && cmd->form->traces) err = key_values(cmd, event, cmd->trace_key_id, &traces, &count);
    if (count == 0) cmd->outside++;
    for (uint32_t i = 0; !err && i < count; i++)
        err = add_entry(cmd, traces[i], event->time_ms, ENTRY_EVENT,
                        sw_slice_of(event->identity.bytes, sizeof event->identity.bytes),
                        sw_buf_slice(&body));
    if (!err && cmd->form->object) err = add_event_objects(cmd, event);
    sw_buf_done(&body);
    sw_arena_reset(&cmd->arena);
    return err;
}

static sw_err take_warning(void *ctx, const sw_telling *telling) {
    export_command *cmd = ctx;
    const sw_warning *w = telling->transition.warning;
    sw_slice trace = SW_S("");
    sw_buf body;
    if (cmd->form->traces) {
        uint32_t at = 0;
        while (at < w->rule->key_count && w->rule->key_ids[at] != cmd->trace_key_id) at++;
        if (at == w->rule->key_count || w->key[at].len == 0) return SW_OK;
        trace = w->key[at];
    }
    sw_buf_init(&body, SCRATCH_BYTES);
    sw_telling_encode(NULL, w, SW_SLICE_NONE, &body);
    sw_err err = body.err;
    if (!err)
        err = add_entry(cmd, trace, w->fires_ms, ENTRY_WARNING,
                        sw_slice_of(w->id.bytes, sizeof w->id.bytes), sw_buf_slice(&body));
    for (uint32_t i = 0; !err && cmd->form->object && i < w->rule->key_count; i++)
        if (w->key[i].len) err = add_object(cmd, w->rule->key_names[i], w->key[i]);
    sw_buf_done(&body);
    return err;
}

static sw_err take(void *ctx, const sw_event *event, sw_origin origin) {
    export_command *cmd = ctx;
    sw_err err = sw_replay_add(cmd->replay, event, origin);
    return err ? err : sw_effective_add(cmd->effective, event);
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    sw_event_reader_conflict(&((export_command *)ctx)->reader, origin, code, source, id);
}

/* ---- writing ---------------------------------------------------------------------------- */

static sw_err drain(export_command *cmd, size_t above) {
    if (cmd->out.err) return cmd->out.err;
    if (cmd->out.len <= above) return SW_OK;
    const bool ok = fwrite(cmd->out.ptr, 1, cmd->out.len, cmd->to) == cmd->out.len;
    sw_buf_clear(&cmd->out);
    return ok ? SW_OK : SW_E_IO;
}

static sw_err write_entry(export_command *cmd, char kind, sw_slice body) {
    sw_err err = SW_OK;
    if (kind == ENTRY_EVENT) {
        sw_event *event;
        err = sw_event_from_pb(&cmd->arena, cmd->writer.catalogue, body, cmd->diags, &event);
        if (!err) cmd->form->event(&cmd->writer, event, &cmd->out);
        cmd->events++;
    } else {
        sw_telling telling;
        err = sw_telling_decode(cmd->set, body, &cmd->arena, &telling);
        if (!err) cmd->form->warning(&cmd->writer, telling.transition.warning, &cmd->out);
        cmd->warnings++;
    }
    sw_arena_reset(&cmd->arena);
    sw_arena_reset(&cmd->scratch);
    return err ? err : drain(cmd, DRAIN_BYTES);
}

static sw_err write_entries(export_command *cmd) {
    sw_slice key, value;
    sw_buf trace;
    bool open = false;
    sw_buf_init(&trace, SCRATCH_BYTES);
    sw_err err = sw_sorter_sort(cmd->entries, cmd->diags);
    while (!err && !(err = sw_sorter_next(cmd->entries, &key, &value, cmd->diags))) {
        const size_t head = 5 + sw_sort_key_read_u32(value.ptr + 1);
        const sw_slice name = sw_slice_sub(value, 5, head);
        if (cmd->form->traces && (!open || !sw_slice_eq(name, sw_buf_slice(&trace)))) {
            if (open) cmd->form->end_trace(&cmd->writer, &cmd->out);
            cmd->form->begin_trace(&cmd->writer, name, &cmd->out);
            sw_buf_clear(&trace);
            err = sw_buf_add(&trace, name);
            open = true;
            cmd->traces++;
        }
        if (!err) err = write_entry(cmd, value.ptr[0], sw_slice_sub(value, head, value.len));
    }
    if (open) cmd->form->end_trace(&cmd->writer, &cmd->out);
    sw_buf_done(&trace);
    return err == SW_E_END ? SW_OK : err;
}

static sw_err write_objects(export_command *cmd) {
    sw_slice key, value;
    sw_buf last;
    if (!cmd->form->object) return SW_OK;
    sw_buf_init(&last, SCRATCH_BYTES);
    cmd->form->begin_objects(&cmd->writer, &cmd->out);
    sw_err err = sw_sorter_sort(cmd->objects, cmd->diags);
    while (!err && !(err = sw_sorter_next(cmd->objects, &key, &value, cmd->diags))) {
        if (sw_slice_eq(key, sw_buf_slice(&last))) continue;
        sw_buf_clear(&last);
        err = sw_buf_add(&last, key);
        const size_t name = strlen(key.ptr); /* key names hold no NUL */
        cmd->form->object(&cmd->writer, sw_slice_sub(key, 0, name),
                          sw_slice_sub(key, name + 1, key.len), &cmd->out);
        sw_arena_reset(&cmd->scratch);
        if (!err) err = drain(cmd, DRAIN_BYTES);
    }
    sw_buf_done(&last);
    return err == SW_E_END ? SW_OK : err;
}

static sw_err write_log(export_command *cmd) {
    cmd->form->begin(&cmd->writer, &cmd->out);
    sw_err err = write_entries(cmd);
    if (!err) err = write_objects(cmd);
    if (err) return err;
    cmd->form->end(&cmd->writer, &cmd->out);
    err = drain(cmd, 0);
    return !err && fflush(cmd->to) != 0 ? SW_E_IO : err;
}

/* ---- the command ------------------------------------------------------------------------ */

static sw_err open_parts(export_command *cmd, const sw_replay_options *replay) {
    const sw_effective_options effective = {
        .catalogue = cmd->writer.catalogue,
        .until_ms = replay->known_at_ms != SW_TIME_NONE ? replay->known_at_ms : replay->until_ms,
        .memory_bytes = replay->memory_bytes / 4,
        .tmp_dir = replay->tmp_dir,
        .diags = cmd->diags,
        .take = take_effective,
        .ctx = cmd};
    sw_err err = sw_replay_open(replay, cmd->diags, &cmd->replay);
    if (!err) err = sw_effective_open(&effective, &cmd->effective);
    if (!err) err = sw_sorter_open(replay->memory_bytes / 4, replay->tmp_dir, &cmd->entries);
    if (!err) err = sw_sorter_open(replay->memory_bytes / 8, replay->tmp_dir, &cmd->objects);
    return err;
}

static int run_export(export_command *cmd, sw_replay_options *replay) {
    replay->final = true;
    replay->memory_bytes /= 2;
    replay->ctx = cmd;
    replay->tell = take_warning;
    replay->refused = refused;
    replay->set = cmd->set;
    sw_err err = open_parts(cmd, replay);
    if (!err) err = sw_event_reader_run(&cmd->reader);
    if (!err) err = sw_replay_run(cmd->replay);
    if (!err) err = sw_effective_run(cmd->effective);
    if (!err) err = write_log(cmd);
    if (err) {
        sw_print_diags(stderr, cmd->diags, "error", SW_TINT_RED);
        fprintf(stderr, "seawall export: stopped: %s\n", sw_err_name(err));
        return SW_EXIT_FAILED;
    }
    fprintf(stderr, "%llu events and %llu warnings", (unsigned long long)cmd->events,
            (unsigned long long)cmd->warnings);
    if (cmd->form->traces)
        fprintf(stderr, " in %llu traces; %llu events carry no %.*s",
                (unsigned long long)cmd->traces, (unsigned long long)cmd->outside,
                SW_FMT(cmd->writer.trace_key));
    fputc('\n', stderr);
    return cmd->reader.rejected ? SW_EXIT_REJECTED : SW_EXIT_OK;
}

static const sw_export_form *find_form(const char *name) {
    static const sw_export_form *const forms[] = {&sw_export_xes, &sw_export_ocel};
    for (size_t i = 0; name && i < SW_COUNT(forms); i++)
        if (strcmp(forms[i]->name, name) == 0) return forms[i];
    return NULL;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_replay_options replay;
    export_command cmd = {.form = find_form(sw_cli_value(cli, "format")), .to = stdout};
    const char *trace = sw_cli_value(cli, "trace"), *path = sw_cli_value(cli, "out");
    sw_load load;
    int code;
    if (!cmd.form) return sw_cli_usage(&spec, "--format takes xes or ocel");
    if (!sw_replay_options_read(&spec, cli, &replay, &code)) return code;
    if (!sw_load_rules(&load, arena, cli, NULL)) return SW_EXIT_USAGE;
    cmd.set = load.set;
    cmd.diags = &load.diags;
    cmd.writer = (sw_export_writer){.form = cmd.form, .catalogue = load.catalogue};
    cmd.writer.trace_key = sw_slice_cstr(trace ? trace : "case_id");
    cmd.writer.scratch = &cmd.scratch;
    if (cmd.form->traces &&
        !sw_catalogue_key_find(load.catalogue, cmd.writer.trace_key, &cmd.trace_key_id))
        return sw_cli_usage(&spec,
                            "--trace takes a key of the catalogue, such as case_id; '%.*s' is none",
                            SW_FMT(cmd.writer.trace_key));
    cmd.reader = (sw_event_reader){.catalogue = load.catalogue, .take = take, .ctx = &cmd};
    cmd.reader.paths = sw_cli_values(cli, "events", &cmd.reader.path_count);
    if (cmd.reader.path_count == 0)
        return sw_cli_usage(&spec, "name the events with --events FILE (- is standard input)");
    if (path && !(cmd.to = fopen(path, "we"))) {
        fprintf(stderr, "seawall export: %s can't be written: %s\n", path, strerror(errno));
        return SW_EXIT_FAILED;
    }
    sw_arena_init(&cmd.arena, SCRATCH_BYTES);
    sw_arena_init(&cmd.scratch, SCRATCH_BYTES);
    sw_buf_init(&cmd.key, SCRATCH_BYTES);
    sw_buf_init(&cmd.value, SCRATCH_BYTES);
    sw_buf_init(&cmd.out, SCRATCH_BYTES);
    code = run_export(&cmd, &replay);
    sw_replay_close(cmd.replay);
    sw_effective_close(cmd.effective);
    sw_sorter_close(cmd.entries);
    sw_sorter_close(cmd.objects);
    sw_arena_done(&cmd.arena);
    sw_arena_done(&cmd.scratch);
    sw_buf_done(&cmd.key);
    sw_buf_done(&cmd.value);
    sw_buf_done(&cmd.out);
    if (path && fclose(cmd.to) != 0) code = SW_EXIT_FAILED;
    return code;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_export = {"export", "cases and warnings as XES or OCEL, for process mining",
                                  run};
