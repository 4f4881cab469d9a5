/* Time of one due time in nanoseconds of CPU, without ledger: it is computed for each event.
 *   cmake --build build --target civil_bench && build/bench/civil_bench [rounds] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "civil/due.h"

typedef struct trial {
    const char *name;
    sw_period_facts facts;
} trial;

static int64_t cpu_ns(void) {
    struct timespec t;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t)) return 0;
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void run(const trial *t, int64_t rounds) {
    sw_arena arena;
    sw_arena_init(&arena, 1u << 20);
    sw_arena_mark mark = sw_arena_save(&arena);
    sw_period_facts facts = t->facts;
    sw_due due = {0};
    int64_t sum = 0, from = cpu_ns();
    for (int64_t i = 0; i < rounds; i++) {
        facts.start_ms = t->facts.start_ms + i % 100000 * 600000;
        if (sw_due_compute(&facts, false, &arena, &due)) exit(1);
        sum += due.due_ms;
        if (facts.pause_count + facts.extension_count) sw_arena_rewind(&arena, mark);
    }
    int64_t ns = cpu_ns() - from;
    printf("%-44s %7.1f ns   (%016llx)\n", t->name, (double)ns / (double)rounds,
           (unsigned long long)sum);
    sw_arena_done(&arena);
}

int main(int argc, char **argv) {
    int64_t rounds = argc > 1 ? atoll(argv[1]) : 2000000;
    sw_arena arena;
    sw_arena_init(&arena, 16u << 20);
    const sw_zone *shanghai, *rome;
    const sw_calendar *cn;
    if (rounds < 1 || sw_zone_load(&arena, SW_S("Asia/Shanghai"), &shanghai) ||
        sw_zone_load(&arena, SW_S("Europe/Rome"), &rome) ||
        sw_calendar_load(&arena, SW_SOURCE_DIR "/deploy/packs/calendars/cn.yaml", NULL, &cn))
        return 1;
    int64_t start = sw_days_from_date(2024, 1, 10) * SW_DAY_MS + 12345;
    sw_period_facts base = {.zone = shanghai,
                            .calendar = cn,
                            .start_ms = start,
                            .limit = {.unit = SW_UNIT_DAYS, .n = 30},
                            .now_ms = start + 3000 * SW_DAY_MS};
    sw_extension extensions[] = {
        {.moment_ms = start, .span = {.unit = SW_UNIT_DAYS, .n = 30}, .max = 2},
        {.moment_ms = start, .span = {.unit = SW_UNIT_DAYS, .n = 30}, .max = 2}};
    sw_pause pauses[] = {{start + 5 * SW_DAY_MS, start + 9 * SW_DAY_MS},
                         {start + 7 * SW_DAY_MS, start + 12 * SW_DAY_MS}};
    trial trials[10];
    for (size_t i = 0; i < SW_COUNT(trials); i++) trials[i].facts = base;
    trials[0].name = "24h";
    trials[0].facts.limit = (sw_span){.unit = SW_UNIT_EXACT, .n = SW_DAY_MS};
    trials[1].name = "30d";
    trials[2].name = "30d, next-day";
    trials[2].facts.count.begin = SW_BEGIN_NEXT_DAY;
    trials[3].name = "2mo, next-day, month_end last";
    trials[3].facts.limit = (sw_span){.unit = SW_UNIT_MONTHS, .n = 2};
    trials[3].facts.count = (sw_count){.begin = SW_BEGIN_NEXT_DAY, .month_end_last = true};
    trials[4].name = "30d, next-day, rollover workday";
    trials[4].facts.count = (sw_count){.begin = SW_BEGIN_NEXT_DAY, .rollover = SW_ROLL_WORKDAY};
    trials[5].name = "10wd";
    trials[5].facts.limit = (sw_span){.unit = SW_UNIT_WORKDAYS, .n = 10};
    trials[6].name = "30d, next-day, Europe/Rome";
    trials[6].facts.zone = rome;
    trials[6].facts.count.begin = SW_BEGIN_NEXT_DAY;
    trials[7].name = "30d, next-day, rollover, two extensions";
    trials[7].facts.count = trials[4].facts.count;
    trials[7].facts.extensions = extensions, trials[7].facts.extension_count = 2;
    trials[8].name = "30d, next-day, rollover, two pauses";
    trials[8].facts.count = trials[4].facts.count;
    trials[8].facts.pauses = pauses, trials[8].facts.pause_count = 2;
    trials[9] = trials[8];
    trials[9].name = "the same, two extensions and two pauses";
    trials[9].facts.extensions = extensions, trials[9].facts.extension_count = 2;
    for (size_t i = 0; i < SW_COUNT(trials); i++) run(&trials[i], rounds);
    sw_arena_done(&arena);
    return 0;
}
