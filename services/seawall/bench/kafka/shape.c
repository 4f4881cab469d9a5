#include <stdio.h>

#include "seawall/bench/kafka/kafka.h"
#include "text/time.h"

enum { ONE_OF = 10 };

static const char *const names[SW_BENCH_KAFKA_STEPS] = {"opened",  "noted",    "paused",
                                                        "resumed", "extended", "closed"};
static const char catalogue[] = "types:\n"
#define TYPE(name)                                                                                 \
    "  bench." name                                                                                \
    ": {element: case, name: x, fields: {case_id: {type: string, required: true, key: true}, "     \
    "kind: string, days: int, remark: string}}\n"
    TYPE("opened") TYPE("noted") TYPE("paused") TYPE("resumed") TYPE("extended") TYPE("closed");
#undef TYPE
#define LEVELS                                                                                     \
    "warn: [{at: 50%, level: blue, to: [handler]}, {at: -24h, level: orange, to: [handler]}, "     \
    "{at: due, level: breach, to: [leader]}]}\n"
#define START                                                                                      \
    "kind: deadline, key: [case_id], start: {on: bench.opened}, stop: [{on: bench.closed}], "
static const char remark[] = "what nobody's condition reads is not kept, 32098101";
static const char pack[] =
    "apiVersion: seawall/v1\nkind: RulePack\n"
    "metadata: {name: bench, version: 1.0.0, timezone: Asia/Shanghai}\nrules:\n"
    "  - {id: b.one, " START "limit: 30d, " LEVELS "  - {id: b.two, " START
    "limit: 60d, pause: [{from: {on: bench.paused}, to: {on: bench.resumed}}], " LEVELS
    "  - {id: b.three, " START "limit: 2mo, extend: [{on: bench.extended, by: 1mo}], " LEVELS
    "  - {id: b.four, " START "limit: 37d, count: {begin: next-day}, " LEVELS
    "  - {id: b.five, " START
    "limit: 45d, extend: [{on: bench.extended, when: 'data.days == 7', to: 60d}], " LEVELS;

static bool complain(const sw_diags *diags) {
    for (const sw_diag *d = diags->first; d; d = d->next)
        fprintf(stderr, "seawall bench: %.*s\n", SW_FMT(d->message));
    return false;
}

bool sw_bench_shape_open(sw_bench_shape *shape, int64_t now_ms) {
    sw_diags diags;
    sw_arena_init(&shape->arena, (size_t)64 << 20);
    sw_buf_init(&shape->bytes, 1 << 16);
    sw_diags_init(&diags, &shape->arena, SW_SLICE_NONE, 20);
    shape->now_ms = now_ms;
    if (sw_catalogue_parse(&shape->arena, SW_S("types"), sw_slice_cstr(catalogue), &diags,
                           &shape->catalogue))
        return complain(&diags);
    sw_pack_text file = {SW_S("bench.yaml"), sw_slice_cstr(pack)};
    sw_ruleset_options options = {.catalogue = shape->catalogue};
    if (sw_ruleset_parse(&shape->arena, &options, &file, 1, &diags, &shape->set))
        return complain(&diags);
    for (uint32_t i = 0; i < SW_BENCH_KAFKA_STEPS; i++) {
        char name[32];
        snprintf(name, sizeof name, "bench.%s", names[i]);
        shape->types[i] = sw_catalogue_find(shape->catalogue, sw_slice_cstr(name));
    }
    return true;
}

void sw_bench_shape_close(sw_bench_shape *shape) {
    sw_buf_done(&shape->bytes);
    sw_arena_done(&shape->arena);
}

bool sw_bench_shape_event(sw_bench_shape *shape, uint64_t number, uint32_t step, sw_slice *ret_key,
                          sw_slice *ret_value) {
    char id[48], case_id[32];
    sw_value values[8] = {{0}};
    const sw_event_type *type = shape->types[step];
    snprintf(case_id, sizeof case_id, "A3209812026%09llu", (unsigned long long)number);
    snprintf(id, sizeof id, "%s-%u", case_id, step);
    snprintf(shape->key, sizeof shape->key, "case_id=%s", case_id);
    values[sw_event_type_field(type, SW_S("case_id"))] =
        (sw_value){.kind = SW_STRING, .s = sw_slice_cstr(case_id)};
    values[sw_event_type_field(type, SW_S("days"))] =
        (sw_value){.kind = SW_INT, .i = number % 3 ? 7 : 5};
    values[sw_event_type_field(type, SW_S("remark"))] =
        (sw_value){.kind = SW_STRING, .s = sw_slice_cstr(remark)};
    sw_event event = {.type = type,
                      .id = sw_slice_cstr(id),
                      .source = SW_S("county/casework"),
                      .subject = sw_slice_cstr(case_id),
                      .orgcode = SW_S("320981010000"),
                      .officerid = SW_S("012345"),
                      .time_ms = shape->now_ms + step,
                      .recorded_ms = SW_TIME_NONE,
                      .received_ms = shape->now_ms + step,
                      .fields = values};
    event.identity = sw_event_identity(event.source, event.id);
    sw_buf_clear(&shape->bytes);
    if (sw_event_content(&event, &event.content) || sw_event_to_pb(&event, &shape->bytes)) {
        fprintf(stderr, "seawall bench: an event can't be written\n");
        return false;
    }
    *ret_key = sw_slice_cstr(shape->key);
    *ret_value = sw_buf_slice(&shape->bytes);
    return true;
}

bool sw_bench_overdue(uint64_t number) {
    return number % ONE_OF == 0;
}

uint64_t sw_bench_cases_of(uint64_t events) {
    return (events + SW_BENCH_KAFKA_STEPS - 1) / SW_BENCH_KAFKA_STEPS;
}

uint64_t sw_bench_overdue_of(uint64_t cases) {
    return (cases + ONE_OF - 1) / ONE_OF;
}

void sw_bench_shape_json(const sw_bench_shape *shape, uint64_t number, uint32_t step,
                         int64_t before_ms, sw_buf *out) {
    char case_id[32];
    snprintf(case_id, sizeof case_id, "A3209812026%09llu", (unsigned long long)number);
    sw_buf_printf(out,
                  "{\"specversion\":\"1.0\",\"type\":\"bench.%s\",\"source\":\"county/casework\","
                  "\"id\":\"%s-%u\",\"subject\":\"%s\",\"orgcode\":\"320981010000\","
                  "\"officerid\":\"012345\",\"time\":\"",
                  names[step], case_id, step, case_id);
    sw_time_write(out, shape->now_ms - before_ms + step, 0);
    sw_buf_printf(out, "\",\"data\":{\"case_id\":\"%s\",\"days\":%d,\"remark\":\"%s\"}}", case_id,
                  number % 3 ? 7 : 5, remark);
}

static bool write_text(const char *dir, const char *name, const char *text) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    bool ok = file && fputs(text, file) >= 0;
    if (file) ok = fclose(file) == 0 && ok;
    if (!ok) fprintf(stderr, "seawall bench: %s can't be written\n", path);
    return ok;
}

bool sw_bench_shape_write(const char *dir) {
    return write_text(dir, "types.yaml", catalogue) && write_text(dir, "rules.yaml", pack);
}
