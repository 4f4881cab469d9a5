/* door.h - takes what is posted: checks it, sends it to be told apart, waits for the receipts and
 * answers.  Layer 9.  Thread: sw_ingest_post, _retry and _tick on one (the loop's); _committed on
 * any. */
#ifndef SW_INGEST_DOOR_H
#define SW_INGEST_DOOR_H

#include "ingest/pending.h"
#include "ingest/rate.h"
#include "runtime/dead_letter.h"
#include "runtime/runtime.h"
#include "seal/keyring.h"

typedef struct sw_ingest sw_ingest;

typedef struct sw_ingest_options {
    const sw_topology *topology;
    sw_bus *bus;
    sw_env env;
    const sw_catalogue *catalogue;
    const char *door;    /* a name that no other door and no earlier life of this one has had */
    sw_keyring *keyring; /* NULL: personal fields are carried as they are */
    /* Zero means the default. */
    int64_t rate_events_per_s; /* of each client; 0: no limit */
    int64_t rate_burst;        /* events; twice the rate */
    uint32_t waiting_max;      /* events that are not decided yet (20,000); more is answered 503 */
    int64_t answer_ms;         /* what is not decided by then is answered 503 (20 s) */
    /* How a complete request is answered; http_events.h has the one for HTTP. Any thread; the
     * request is freed after it. */
    void (*answer)(void *arg, const sw_request *request);
    void *answer_arg;
} sw_ingest_options;

/* SW_E_NOMEM, SW_E_UNKNOWN (a topic), SW_E_LIMIT. */
SW_NODISCARD sw_err sw_ingest_open(const sw_ingest_options *options, sw_ingest **ret);
/* After the runtime has been closed. NULL is a no-op. */
void sw_ingest_close(sw_ingest *ingest);
/* Whose door it is: before the first post. Its options name sw_ingest_committed as `committed`. */
SW_NODISCARD sw_err sw_ingest_attach(sw_ingest *ingest, sw_runtime *runtime);
/* Between sw_runtime_stop and sw_runtime_close: answers everyone who waits, takes nothing more. */
void sw_ingest_detach(sw_ingest *ingest);

/* Why nothing can be taken now; 0: it can. */
typedef struct sw_busy {
    uint32_t status; /* 429, 503; 0 */
    const char *code;
    const char *message;
    int64_t retry_ms;
} sw_busy;
sw_busy sw_ingest_busy(sw_ingest *ingest, const sw_principal *principal);

/* Checks the post and sends what is good to be told apart, and what is refused to the dead letters.
 * With SW_OK and `*ret_whole` empty the request will be answered through options->answer, perhaps
 * before this returns; catalogue and time of the post are filled in. Else the caller answers: with
 * the refusal of the whole, or, with SW_E_AGAIN or another error, that nothing was done. `exchange`
 * is handed to the answer. */
SW_NODISCARD sw_err sw_ingest_post(sw_ingest *ingest, const sw_post *post, void *exchange,
                                   sw_arena *arena, sw_refusal *ret_whole);
/* Makes the value of a letter readable that was locked; it lives in the arena. Any thread.
 * SW_E_CORRUPT: another master key; SW_E_NOT_FOUND: there is none now; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_ingest_open_letter(const sw_ingest *ingest, sw_arena *arena,
                                          sw_dead_letter *letter);
/* Sends a dead letter again, in the name of who does it. The same. */
SW_NODISCARD sw_err sw_ingest_retry(sw_ingest *ingest, const sw_record *letter,
                                    const sw_principal *principal, void *exchange, sw_arena *arena,
                                    sw_refusal *ret_whole);

/* For sw_runtime_options.committed: reads the new receipts. */
void sw_ingest_committed(void *ingest);
/* Once a second: answers those whose time is over. */
void sw_ingest_tick(void *ingest);

#endif
