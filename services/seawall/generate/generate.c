#include "seawall/generate/generate.h"

#include "text/time.h"

#define LINE_BYTES_MAX ((size_t)64 << 10)
#define HOUR_MS        3600000LL
#define ROSTER_NUMBER  0x70000000u /* numbers of duties: beyond those of lives */

typedef struct generation {
    const sw_generate_options *options;
    sw_generate_stats *stats;
    sw_walk walk;
    sw_flow flow;
    sw_buf line;
    uint32_t *deck;
    uint32_t duties;
} generation;

static sw_err happens(void *ctx, sw_rng *rng, const sw_happening *what, int64_t told_from_ms) {
    generation *gen = ctx;
    sw_err err = sw_flow_add(&gen->flow, rng, what, told_from_ms);
    if (gen->flow.count > gen->stats->waiting_max) gen->stats->waiting_max = gen->flow.count;
    return err;
}

static sw_err tell_before(generation *gen, int64_t ms) {
    const sw_generate_options *options = gen->options;
    sw_happening what;
    while (sw_flow_next(&gen->flow, ms, &what)) {
        const sw_form *form = sw_script_form(options->script, what.form);
        sw_buf_clear(&gen->line);
        sw_form_write(form, &options->county, &what, &gen->line);
        sw_err err = gen->line.err;
        if (!err) err = options->take(options->ctx, sw_form_type(form), sw_buf_slice(&gen->line));
        if (err) return err;
    }
    return SW_OK;
}

static sw_err begin_duty(generation *gen, sw_duty duty, int64_t ms, uint32_t station,
                         uint32_t officer) {
    return sw_walk_run(&gen->walk, sw_script_duty(gen->options->script, duty),
                       ROSTER_NUMBER + gen->duties++, ms, (int)station, (int)officer);
}

/* All officers but one of the first stations are qualified. */
static sw_err list_officers(generation *gen, int64_t ms) {
    const sw_county *county = &gen->options->county;
    for (uint32_t s = 0; s < county->stations; s++)
        for (uint32_t o = 0; o < COUNTY_OFFICERS; o++) {
            if (s < 2 && o + 1 == COUNTY_OFFICERS) continue;
            sw_err err = begin_duty(gen, DUTY_OFFICER_LISTED, ms, s, o);
            if (err) return err;
        }
    return SW_OK;
}

static sw_err begin_hour(generation *gen, int64_t hour) {
    const sw_generate_options *options = gen->options;
    int64_t starts[COUNTY_HOUR_MAX];
    int64_t hour_ms = hour * HOUR_MS - COUNTY_OFFSET_MS;
    sw_err err = SW_OK;
    if (hour % 24 == 0 && sw_weekday(hour / 24) == 1)
        for (uint32_t s = 0; s < options->county.stations && !err; s++)
            err = begin_duty(gen, DUTY_STATION_WEEK, hour_ms, s, 0);
    uint32_t count = sw_county_starts(&options->county, hour, starts);
    for (uint32_t i = 0; i < count && !err; i++) {
        uint64_t number = gen->stats->cases;
        if (options->cases && number == options->cases) break;
        uint32_t life = sw_script_deal(options->script, &options->county, number, gen->deck);
        err = tell_before(gen, starts[i]);
        if (!err) err = sw_walk_run(&gen->walk, life, (uint32_t)number + 1, starts[i], -1, -1);
        gen->stats->cases++;
    }
    return err;
}

static sw_err run(generation *gen) {
    const sw_generate_options *options = gen->options;
    int64_t first = options->county.start_day * 24, hour = first;
    int64_t end = options->cases ? INT64_MAX : first + options->days * 24;
    sw_err err = list_officers(gen, first * HOUR_MS - COUNTY_OFFSET_MS);
    for (; !err && hour < end; hour++) {
        if (options->cases && gen->stats->cases == options->cases) break;
        err = begin_hour(gen, hour);
        if (!options->progress) continue;
        if (options->cases)
            options->progress(options->ctx, gen->stats->cases, options->cases);
        else
            options->progress(options->ctx, (uint64_t)(hour - first), (uint64_t)(end - first));
    }
    if (err) return err;
    return tell_before(gen, options->cut ? hour * HOUR_MS - COUNTY_OFFSET_MS : INT64_MAX);
}

sw_err sw_generate_run(const sw_generate_options *options, sw_generate_stats *stats) {
    SW_ASSERT(options->script && options->take && stats->begun);
    SW_ASSERT(options->county.stations > 1 && options->county.stations <= COUNTY_STATIONS_MAX);
    generation gen = {.options = options, .stats = stats};
    gen.walk = (sw_walk){.script = options->script,
                         .county = &options->county,
                         .ctx = &gen,
                         .happens = happens,
                         .begun = stats->begun};
    gen.deck = sw_heap_zero(sw_script_deck_count(options->script), sizeof *gen.deck);
    if (!gen.deck) return SW_E_NOMEM;
    sw_flow_init(&gen.flow, &options->county);
    sw_buf_init(&gen.line, LINE_BYTES_MAX);
    sw_err err = run(&gen);
    stats->moves = gen.walk.moves;
    stats->overruns = gen.walk.overruns;
    stats->flow = gen.flow.stats;
    sw_flow_done(&gen.flow);
    sw_buf_done(&gen.line);
    sw_heap_free(gen.deck);
    return err;
}
