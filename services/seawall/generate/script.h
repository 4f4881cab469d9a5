/* script.h - all lives, worked out against a catalogue, and the walk through one of them.  Layer 9.
 * Thread: owner's. */
#ifndef SW_SEAWALL_SCRIPT_H
#define SW_SEAWALL_SCRIPT_H

#include "seawall/generate/form/form.h"

typedef struct sw_script sw_script;

/* Lives that are walked beside those of the deck. */
typedef enum sw_duty { DUTY_STATION_WEEK, DUTY_OFFICER_LISTED, DUTY_COUNT } sw_duty;

/* Lives in `arena`; all faults of the tables are in `diags`. SW_E_INVALID, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_script_new(sw_arena *arena, const sw_catalogue *cat, sw_diags *diags,
                                  const sw_script **ret);
const sw_form *sw_script_form(const sw_script *script, uint16_t form);
uint32_t sw_script_life_count(const sw_script *script);
const sw_life *sw_script_life(const sw_script *script, uint32_t index);
uint32_t sw_script_duty(const sw_script *script, sw_duty duty);
/* Lives are dealt like cards, so that the rare ones come in every deck. `dealt` counts from 0.
 * `deck` has sw_script_deck_count entries, filled at the first card of each deck. */
uint32_t sw_script_deck_count(const sw_script *script);
uint32_t sw_script_deal(const sw_script *script, const sw_county *county, uint64_t dealt,
                        uint32_t *deck);

typedef struct sw_walk {
    const sw_script *script;
    const sw_county *county;
    void *ctx;
    /* Takes what happened, not in order of time; recorded and received are not set. */
    sw_err (*happens)(void *ctx, sw_rng *rng, const sw_happening *what, int64_t told_from_ms);
    uint64_t *begun;          /* by life */
    uint64_t moves, overruns; /* transfers; delays from the tail */
} sw_walk;

/* Walks life `life`, number `number`, that begins at `start_ms`. `station` -1: by chance. Errors
 * of `happens`. */
SW_NODISCARD sw_err sw_walk_run(sw_walk *walk, uint32_t life, uint32_t number, int64_t start_ms,
                                int station, int officer);

#endif
