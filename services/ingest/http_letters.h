/* http_letters.h - dead letters over HTTP, for admins: list, show, send again.  Layer 9.  Thread:
 * reading on any, sending again on the loop's. */
#ifndef SW_INGEST_HTTP_LETTERS_H
#define SW_INGEST_HTTP_LETTERS_H

#include "ingest/door.h"
#include "ingest/letters.h"

typedef struct sw_letters_api {
    sw_ingest *ingest;
    sw_bus *bus;
    const sw_catalogue *catalogue;
    sw_clock *clock;
    uint32_t topic, partitions;
    sw_read retried;
} sw_letters_api;

enum { SW_LETTERS_ROUTES = 3 };

/* SW_E_UNKNOWN: the topology has no dead letters, or not the processor sw_letters. */
SW_NODISCARD sw_err sw_letters_api_init(sw_letters_api *api, sw_ingest *ingest, sw_bus *bus,
                                        const sw_topology *topology, const sw_catalogue *catalogue,
                                        sw_clock *clock);
/* GET /v1/dead-letters, GET /v1/dead-letters/{partition}/{offset}, POST
 * /v1/dead-letters/{partition}/{offset}/retry. The api outlives the server. */
void sw_letters_api_routes(sw_letters_api *api, sw_http_route ret[SW_LETTERS_ROUTES]);

/* One letter as a JSON object; `whole`: with what was refused. `mark` may be NULL. Check out->err.
 */
void sw_letter_write_json(const sw_dead_letter *letter, uint32_t partition, int64_t offset,
                          int64_t timestamp_ms, const sw_letter_mark *mark, bool whole,
                          const sw_catalogue *catalogue, sw_arena *arena, sw_buf *out);

#endif
