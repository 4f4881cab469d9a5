/* gen_events.c - random events, as CloudEvents JSON: late, doubled, conflicting, corrected,
 * retracted. */
#include "gen.h"

static bool chance(gen_case *gen, uint32_t percent) {
    return sw_rng_chance(&gen->rng, percent, 100);
}

#define PICK(gen, ...) GEN_PICK(&(gen)->rng, __VA_ARGS__)

/* On the case's grid, so that times meet; now and then beside it. */
static int64_t some_time(gen_case *gen) {
    int64_t ms = gen->base_ms + sw_rng_between(&gen->rng, 0, 16) * gen->unit_ms;
    switch (sw_rng_below(&gen->rng, 12)) {
    case 0:
        return ms + 1;
    case 1:
        return ms - 1;
    case 2:
        return ms + 1800000;
    case 3:
        return ms + sw_rng_between(&gen->rng, 0, 86399) * 1000;
    default:
        return ms;
    }
}

static void write_time(sw_buf *out, gen_case *gen, int64_t ms) {
    static const int32_t offsets[] = {8, 8, 8, 0, 1, -5};
    sw_buf_add_byte(out, '"');
    sw_time_write(out, ms, offsets[sw_rng_below(&gen->rng, 6)] * 3600);
    sw_buf_add_byte(out, '"');
}

/* [] or a few of the values, one perhaps twice. */
static void write_list(sw_buf *out, gen_case *gen, const char *name, const char *one,
                       const char *two) {
    sw_buf_printf(out, ",\"%s\":[", name);
    uint32_t count = (uint32_t)sw_rng_below(&gen->rng, 4);
    for (uint32_t i = 0; i < count; i++)
        sw_buf_printf(out, "%s\"%s\"", i ? "," : "", chance(gen, 50) ? one : two);
    sw_buf_add_byte(out, ']');
}

static void write_keys(sw_buf *out, gen_case *gen, bool opens) {
    if (chance(gen, 96)) sw_buf_printf(out, ",\"a\":\"%s\"", chance(gen, 75) ? "A" : "B");
    if (chance(gen, 5)) write_list(out, gen, "as", "A", "B");
    if (chance(gen, opens ? 88 : 55))
        sw_buf_printf(out, ",\"b\":\"%s\"", chance(gen, 70) ? "P" : "Q");
    if (chance(gen, 10)) write_list(out, gen, "bs", "P", "Q");
    if (chance(gen, opens ? 85 : 50)) sw_buf_printf(out, ",\"c\":%d", chance(gen, 70) ? 1 : 2);
}

static void write_int(sw_buf *out, gen_case *gen) {
    if (chance(gen, 3))
        sw_buf_add_cstr(out, PICK(gen, "9223372036854775807", "-9223372036854775808", "4000000",
                                  "1000000000000", "99999"));
    else
        sw_buf_add_int(out, sw_rng_between(&gen->rng, -2, 6));
}

static void write_fields(sw_buf *out, gen_case *gen) {
    if (chance(gen, 85)) {
        sw_buf_add_cstr(out, ",\"n\":");
        write_int(out, gen);
    }
    if (chance(gen, 75)) sw_buf_printf(out, ",\"m\":%d", (int)sw_rng_between(&gen->rng, 0, 3));
    if (chance(gen, 60)) sw_buf_printf(out, ",\"x\":\"%s\"", PICK(gen, "p", "q", "p", ""));
    if (chance(gen, 85)) sw_buf_printf(out, ",\"f\":%s", chance(gen, 70) ? "true" : "false");
    if (chance(gen, 30)) sw_buf_printf(out, ",\"d\":%s", PICK(gen, "0.25", "1.5", "1e300", "-0.0"));
    if (chance(gen, 50)) write_list(out, gen, "tags", "p", "q");
    if (chance(gen, 20)) sw_buf_printf(out, ",\"who\":\"%s\"", PICK(gen, "x", "y"));
    if (chance(gen, 15)) sw_buf_printf(out, ",\"other\":%s", PICK(gen, "null", "{\"z\":1}"));
    if (chance(gen, 3)) {
        sw_buf_printf(out, ",\"at\":\"%s\"",
                      PICK(gen, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
                           "9999-12-30T00:00:00+08:00", "1969-12-31T23:59:59.9999Z"));
    } else if (chance(gen, 65)) {
        sw_buf_add_cstr(out, ",\"at\":");
        write_time(out, gen, some_time(gen));
    }
}

static const char *some_type(gen_case *gen) {
    return PICK(gen, "e.open", "e.open", "e.open", "e.also", "e.stop", "e.stop", "e.more", "e.more",
                "e.hold", "e.hold", "e.go", "e.again", "e.void", "e.note", "e.note", "e.broad");
}

/* Everything but the closing brace, so that times of arrival can follow. */
static void write_event(sw_buf *out, gen_case *gen, const char *source, sw_slice id, int64_t ms) {
    const char *type = some_type(gen);
    bool broad = strcmp(type, "e.broad") == 0;
    sw_buf_printf(
        out, "{\"specversion\":\"1.0\",\"id\":\"%.*s\",\"source\":\"%s\",\"type\":\"%s\",\"time\":",
        SW_FMT(id), source, type);
    write_time(out, gen, ms);
    if (chance(gen, 60)) sw_buf_add_cstr(out, ",\"subject\":\"S\"");
    if (chance(gen, 75))
        sw_buf_printf(out, ",\"orgcode\":\"%s\"",
                      PICK(gen, "320981010000", "320981020000", "110000000000"));
    if (chance(gen, 45)) sw_buf_printf(out, ",\"officerid\":\"%s\"", PICK(gen, "007", "008"));
    sw_buf_add_cstr(out, ",\"data\":{\"z\":0");
    if (broad)
        sw_buf_printf(out, ",\"a\":\"%s\"", chance(gen, 75) ? "A" : "B");
    else
        write_keys(out, gen, strcmp(type, "e.open") == 0 || strcmp(type, "e.also") == 0);
    write_fields(out, gen);
    sw_buf_add_byte(out, '}');
}

static void write_arrival(sw_buf *out, gen_case *gen, int64_t ms) {
    int64_t lag = sw_rng_below(&gen->rng, 4) ? sw_rng_between(&gen->rng, 0, 3)
                                             : sw_rng_between(&gen->rng, -3, 9);
    if (chance(gen, 20)) {
        sw_buf_add_cstr(out, ",\"recordedtime\":");
        write_time(out, gen, ms + lag * gen->unit_ms / 2);
    }
    if (chance(gen, 50)) {
        sw_buf_add_cstr(out, ",\"receivedtime\":");
        write_time(out, gen, ms + lag * gen->unit_ms);
    }
    sw_buf_add_byte(out, '}');
}

static sw_slice keep(gen_case *gen, sw_buf *buf) {
    sw_slice text;
    bool copied = sw_arena_copy(gen->arena, sw_buf_slice(buf), &text);
    SW_ASSERT(copied && buf->err == SW_OK);
    sw_buf_clear(buf);
    return text;
}

static sw_slice some_id(gen_case *gen) {
    return sw_arena_printf(gen->arena, "%d", (int)sw_rng_between(&gen->rng, 1, 14));
}

/* A correction of an event that came, comes, or never comes; sometimes of another correction. */
static void write_correction(sw_buf *out, gen_case *gen, uint32_t number) {
    bool replaces = chance(gen, 60);
    const char *one = gen->sources[0], *other = gen->sources[1];
    const char *source = PICK(gen, one, one, other), *target = PICK(gen, one, one, other);
    sw_slice id = chance(gen, 92) ? some_id(gen) : sw_arena_printf(gen->arena, "c%u", number / 2);
    int64_t ms = some_time(gen);
    sw_buf_printf(
        out, "{\"specversion\":\"1.0\",\"id\":\"c%u\",\"source\":\"%s\",\"type\":\"%s\",\"time\":",
        chance(gen, 90) ? number : number / 2, source,
        replaces ? "event.corrected" : "event.retracted");
    write_time(out, gen, ms);
    sw_buf_printf(out, ",\"data\":{\"source\":\"%s\",\"id\":\"%.*s\"", target, SW_FMT(id));
    if (replaces) {
        sw_buf_add_cstr(out, ",\"event\":");
        int64_t new_ms = some_time(gen);
        write_event(out, gen, target, id, new_ms);
        write_arrival(out, gen, new_ms);
    }
    sw_buf_add_byte(out, '}');
    write_arrival(out, gen, ms);
}

static void write_one(sw_buf *out, gen_case *gen, uint32_t number) {
    if (number > 2 && chance(gen, 18)) {
        write_correction(out, gen, number);
        return;
    }
    int64_t ms = some_time(gen);
    sw_slice id = chance(gen, 85) ? sw_arena_printf(gen->arena, "%u", number) : some_id(gen);
    write_event(out, gen, gen->sources[chance(gen, 75) ? 0 : 1], id, ms);
    sw_slice without = keep(gen, out);
    sw_buf_add(out, without);
    write_arrival(out, gen, ms);
    if (chance(gen, 10) && gen->event_count + 1 < GEN_EVENTS_MAX) {
        gen->events[gen->event_count++].json = keep(gen, out); /* the same content twice */
        sw_buf_add(out, without);
        write_arrival(out, gen, ms);
    }
}

/* "s1" and "s2", or as long as a source may be. */
static void name_sources(gen_case *gen, bool longer) {
    for (int i = 0; i < 2; i++) {
        int width = longer ? SW_EVENT_ID_BYTES_MAX - 2 : 0;
        gen->sources[i] = sw_arena_printf(gen->arena, "s%d%0*d", i + 1, width, 0).ptr;
        SW_ASSERT(gen->sources[i]);
    }
}

void gen_events(gen_case *gen, sw_arena *arena, uint64_t seed) {
    gen->arena = arena;
    gen->event_count = 0;
    memset(gen->events, 0, sizeof gen->events);
    sw_rng_init(&gen->rng, seed ^ 0x5eedull);
    name_sources(gen, seed % 8 == 0);
    sw_buf buf;
    sw_buf_init(&buf, 1u << 16);
    uint32_t count = 3 + (uint32_t)sw_rng_below(&gen->rng, chance(gen, 25) ? 30 : 11);
    for (uint32_t number = 1; number <= count; number++) {
        write_one(&buf, gen, number);
        gen->events[gen->event_count++].json = keep(gen, &buf);
    }
    sw_buf_done(&buf);
}
