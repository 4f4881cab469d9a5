/* pipe.h - deadline, risk and the view on a memory bus, fed with keyed events in JSON, for tests.
 */
#ifndef SW_TESTS_UNIT_EVALUATE_PIPE_H
#define SW_TESTS_UNIT_EVALUATE_PIPE_H

#include "deadline/deadline.h"
#include "evaluate/period_pb.h"
#include "evaluate/warning_pb.h"
#include "oracle/world.h"
#include "report/view/view.h"
#include "risk/risk.h"
#include "runtime/runtime.h"
#include "runtime/worker.h"
#include "unit/test.h"

typedef struct pipe {
    sw_arena arena;
    const char *types; /* the catalogue; NULL: the usual one */
    sw_world world;
    sw_metrics metrics;
    sw_clock_virtual clock;
    sw_topic_spec topics[32];
    uint32_t topic_count;
    sw_topology topology;
    const void *shared[3];
    sw_bus *bus;
    sw_runtime *runtime;
    sw_worker *worker;
    size_t object_bytes;
    sw_trace_sink sink;
    sw_slice traced; /* what the evaluators traced, a line each: name and three fields */
} pipe_rig;

/* `rules` is the list of rules of one pack; all event types of the catalogue (start, stop, cancel,
 * seen) have the fields case_id (key), person_id (key), n (int). */
void pipe_open(pipe_rig *p, const char *rules);
void pipe_close(pipe_rig *p);
/* As after a crash, and with other rules where `rules` is not NULL; the bus stays. */
void pipe_restart(pipe_rig *p, const char *rules);
/* The same with another catalogue. */
void pipe_restart_under(pipe_rig *p, const char *types, const char *rules);
/* To the time "D HH:MM" of March 2026 in UTC; everything that is due happens. */
void pipe_run(pipe_rig *p, const char *time);
int64_t pipe_time(const char *time);
/* One event to one key; `at` is its time and, if `received` is NULL, when it was received. */
void pipe_send(pipe_rig *p, const char *key, const char *type, const char *id, const char *at,
               const char *received, const char *data);
/* The same, known at once, and not taken before what is sent next or pipe_run. */
void pipe_add(pipe_rig *p, const char *key, const char *type, const char *id, const char *at,
              const char *data);
/* The same as pipe_send, of another unit than 320981010000. */
void pipe_send_of(pipe_rig *p, const char *org, const char *key, const char *type, const char *id,
                  const char *at, const char *data);
void pipe_send_bytes(pipe_rig *p, const char *key, const char *bytes);
/* What stands on seawall.warnings (or periods), a line each, sorted by partition and offset. */
const char *pipe_warnings(pipe_rig *p);
const char *pipe_periods(pipe_rig *p);
uint32_t pipe_count(pipe_rig *p, const char *topic);

#endif
