/* toys.h - small processors that show how one is written; the tests of stream and runtime and the
 * simulator run them.  Thread: task owner. */
#ifndef SW_TESTS_TOYS_TOYS_H
#define SW_TESTS_TOYS_TOYS_H

#include "stream/processor.h"

/* Counts how often each key came: "toy.words" -> store "counts", and the new count to "toy.counts".
 * A value "bad" is refused. */
extern const sw_processor sw_toy_counter;

/* The counter with decoded objects instead of rows: what it stores and tells is the same. */
extern const sw_processor sw_toy_tally;

/* Watches periods: "toy.periods" -> "toy.warnings". The value of an event is
 *   "open AT LIMIT" (milliseconds, both) or "close AT"
 * for the period that the key names. A period that is not closed before AT + LIMIT is warned of
 * when that moment has come; a close from before that moment that arrives later withdraws the
 * warning. */
extern const sw_processor sw_toy_period;

/* The same; its state knows when each timer is due. */
extern const sw_processor sw_toy_vigil;

/* Follows the order of what each key says: "toy.warnings" -> store "ledgers": how many came and a
 * digest over all in their order. */
extern const sw_processor sw_toy_ledger;

#endif
