/* What an event costs, step by step, in CPU nanoseconds. */
#include <stdio.h>
#include <time.h>

#include "codec/event.h"
#include "seawall/v1/event.pb-c.h"

#define ROUNDS 200000

static const char catalogue[] = "types:\n"
                                "  coercion.detained:\n"
                                "    element: person\n"
                                "    fields:\n"
                                "      case_id: {type: string, required: true, key: true}\n"
                                "      person_id: {type: string, required: true, key: true}\n"
                                "      officer_ids: {type: 'string[]', key: true, of: officer_id}\n"
                                "      kind: string\n"
                                "      officer_count: int\n"
                                "      detained_at: timestamp\n"
                                "      unit_org: string\n"
                                "      name: {type: string, personal: true}\n";

static const char json[] =
    "{\"specversion\":\"1.0\",\"type\":\"coercion.detained\",\"id\":\"e-00012345\",\"source\":"
    "\"urn:case-system\","
    "\"subject\":\"P3209812026000123\",\"time\":\"2026-03-01T09:00:00+08:00\",\"orgcode\":"
    "\"320981010000\","
    "\"officerid\":\"012345\",\"recordedtime\":\"2026-03-01T09:05:00+08:00\",\"data\":{"
    "\"case_id\":\"A3209812026000123\",\"person_id\":\"P3209812026000123\",\"kind\":\"criminal\","
    "\"officer_count\":2,\"detained_at\":\"2026-03-01T08:30:00+08:00\",\"name\":\"张三\"}}";

typedef struct bench {
    sw_arena arena;
    const sw_catalogue *cat;
    const sw_event *event;
    sw_buf buf;
    sw_slice pb;
} bench;

typedef void step(bench *b);

static void must(sw_err err) {
    if (err) fprintf(stderr, "failed: %s\n", sw_err_name(err));
}

static void parse_json(bench *b) {
    const sw_json *node;
    must(sw_json_parse(&b->arena, sw_slice_of(json, sizeof json - 1), (sw_json_limits){0}, NULL,
                       &node));
}

static void from_json(bench *b) {
    sw_event *event;
    must(sw_event_from_json(&b->arena, b->cat, sw_slice_of(json, sizeof json - 1), NULL, &event));
}

static void content(bench *b) {
    sw_hash128 hash;
    must(sw_event_content(b->event, &hash));
}

static void write_content(bench *b) {
    sw_buf_clear(&b->buf);
    sw_event_write_content(b->event, &b->buf);
}

static void to_json(bench *b) {
    sw_buf_clear(&b->buf);
    must(sw_event_to_json(b->event, &b->buf));
}

static void to_pb(bench *b) {
    sw_buf_clear(&b->buf);
    must(sw_event_to_pb(b->event, &b->buf));
}

static void from_pb(bench *b) {
    sw_event *event;
    must(sw_event_from_pb(&b->arena, b->cat, b->pb, NULL, &event));
}

static void *take(void *data, size_t size) {
    return sw_arena_alloc(data, size);
}

static void drop(void *data, void *ptr) {
    (void)data;
    (void)ptr;
}

/* Without a catalogue, checks or conversion: the least that protobuf-c costs. */
static void unpack(bench *b) {
    ProtobufCAllocator allocator = {take, drop, &b->arena};
    if (!seawall__v1__event__unpack(&allocator, b->pb.len, (const uint8_t *)b->pb.ptr))
        must(SW_E_SYNTAX);
}

static double cpu_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double best_of_three(bench *b, step *run) {
    double best = 0;
    for (int i = 0; i < 3; i++) {
        double begin = cpu_ns();
        for (int k = 0; k < ROUNDS; k++) {
            sw_arena_reset(&b->arena);
            run(b);
        }
        double each = (cpu_ns() - begin) / ROUNDS;
        if (i == 0 || each < best) best = each;
    }
    return best;
}

int main(void) {
    static const struct {
        const char *name;
        step *run;
    } steps[] = {
        {"JSON to tree", parse_json},
        {"JSON to event, checked, with both hashes", from_json},
        {"  of which content: canonical JSON", write_content},
        {"  of which content: canonical JSON and its hash", content},
        {"event to JSON", to_json},
        {"event to protobuf", to_pb},
        {"protobuf to event, checked", from_pb},
        {"protobuf-c's unpack of the same, unchecked", unpack},
    };
    bench b;
    sw_arena home;
    sw_arena_init(&home, 1 << 20);
    sw_arena_init(&b.arena, 1 << 20);
    sw_buf_init(&b.buf, 1 << 20);
    must(sw_catalogue_parse(&home, SW_S("bench"), sw_slice_cstr(catalogue), NULL, &b.cat));
    sw_event *event;
    must(sw_event_from_json(&home, b.cat, sw_slice_of(json, sizeof json - 1), NULL, &event));
    b.event = event;
    must(sw_event_to_pb(event, &b.buf));
    if (!sw_arena_copy(&home, sw_buf_slice(&b.buf), &b.pb)) return 1;
    printf("one event: %zu bytes of JSON, %zu of protobuf\n", sizeof json - 1, b.pb.len);
    for (size_t i = 0; i < SW_COUNT(steps); i++)
        printf("%-48s %7.0f ns\n", steps[i].name, best_of_three(&b, steps[i].run));
    sw_buf_done(&b.buf);
    sw_arena_done(&b.arena);
    sw_arena_done(&home);
    return 0;
}
