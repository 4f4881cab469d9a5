/* world.h - a catalogue, calendars, packs and events from texts, as one case for the evaluators.
 * Test library.  Thread: owner's. */
#ifndef SW_TESTS_ORACLE_WORLD_H
#define SW_TESTS_ORACLE_WORLD_H

#include "oracle/oracle.h"

#define SW_WORLD_CALENDARS_MAX 4

/* Everything lives in `arena`. `diags` holds what was found wrong. */
typedef struct sw_world {
    sw_arena *arena;
    sw_diags diags;
    const sw_catalogue *catalogue;
    const sw_calendar *calendars[SW_WORLD_CALENDARS_MAX];
    uint32_t calendar_count;
    const sw_ruleset *set;
    const sw_event **events;
    uint32_t event_count, event_cap;
} sw_world;

void sw_world_init(sw_world *world, sw_arena *arena);
/* In this order. Errors as the loaders give them; texts must live as long as the world. */
SW_NODISCARD sw_err sw_world_catalogue(sw_world *world, sw_slice text);
/* `file`: "cn.yaml" is named "cn". */
SW_NODISCARD sw_err sw_world_calendar(sw_world *world, sw_slice file, sw_slice text);
SW_NODISCARD sw_err sw_world_packs(sw_world *world, const sw_slice *texts, size_t count);
/* One CloudEvent in JSON. */
SW_NODISCARD sw_err sw_world_event(sw_world *world, sw_slice json);
/* One a line; empty lines are passed over. */
SW_NODISCARD sw_err sw_world_events(sw_world *world, sw_slice jsonl);
/* The findings, one a line, for a failing test. */
sw_slice sw_world_findings(const sw_world *world);

#endif
