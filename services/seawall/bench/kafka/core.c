#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

#include "ingest/intake.h"
#include "seawall/bench/kafka/kafka.h"
#include "seawall/bench/up/mix.h"

/* The whole core pack, and what many counties received in the last hour, as the door brings it to
 * its keys. */

bool sw_bench_core_open(sw_bench_core *core, const char *dir, uint64_t events) {
    sw_arena_init(&core->arena, (size_t)512 << 20);
    sw_arena_init(&core->scratch, (size_t)16 << 20);
    const char *packs = sw_packs_dir(&core->arena);
    const char *rules = packs ? sw_arena_printf(&core->arena, "%s/cn-police", packs).ptr : NULL;
    const sw_load_paths from = {.rules = &rules, .rule_count = 1};
    snprintf(core->path, sizeof core->path, "%s/events.jsonl", dir);
    if (!rules || !sw_load_paths_quietly(&core->load, &core->arena, &from)) {
        fprintf(stderr, "seawall bench: the core pack can't be loaded\n");
        return false;
    }
    return sw_bench_mix_write(SW_MIX_LIVE, core->path, events);
}

void sw_bench_core_close(sw_bench_core *core) {
    sw_arena_done(&core->scratch);
    sw_arena_done(&core->arena);
}

/* One event to each of its keys; how many those are, or -1. */
static int put_event(sw_bench_core *core, sw_bench_put *put, sw_slice line, int64_t now_ms) {
    sw_arena_mark mark = sw_arena_save(&core->scratch);
    sw_diags diags;
    sw_event *event;
    sw_intake intake;
    sw_buf bytes;
    sw_buf_init(&bytes, SW_EVENT_BYTES_MAX);
    sw_diags_init(&diags, &core->scratch, SW_SLICE_NONE, 4);
    sw_err err = sw_event_from_json(&core->scratch, core->load.catalogue, line, &diags, &event);
    if (!err) event->received_ms = now_ms;
    if (!err) err = sw_event_to_pb(event, &bytes);
    if (!err) err = sw_intake_of(event, core->load.catalogue, &core->scratch, &intake);
    int count = err ? -1 : (int)intake.key_count;
    for (uint32_t i = 0; count > 0 && i < intake.key_count; i++)
        if (!sw_bench_put_record(put, intake.keys[i], sw_buf_slice(&bytes))) count = -1;
    sw_buf_done(&bytes);
    sw_arena_rewind(&core->scratch, mark);
    return count;
}

bool sw_bench_core_fill(sw_bench_core *core, const char *brokers, const char *topic, int64_t now_ms,
                        uint64_t *ret_records) {
    sw_bench_put *put = NULL;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    FILE *file = fopen(core->path, "r");
    bool ok = file && sw_bench_put_open(brokers, topic, "20", &put);
    *ret_records = 0;
    while (ok && (len = getline(&line, &cap, file)) > 0) {
        int count = put_event(core, put, sw_slice_of(line, (size_t)len), now_ms);
        ok = count >= 0;
        if (ok) *ret_records += (uint64_t)count;
    }
    if (!ok) fprintf(stderr, "seawall bench: the core pack's events can't be put\n");
    ok = sw_bench_put_close(put) && ok;
    if (file) fclose(file);
    free(line);
    return ok;
}
