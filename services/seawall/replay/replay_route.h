/* replay_route.h - from events in any order to accepted events by book: tells duplicates and
 * conflicts, brings corrections to the keys of old and new content.  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_REPLAY_ROUTE_H
#define SW_SEAWALL_REPLAY_ROUTE_H

#include "seawall/replay/replay.h"
#include "store/sorter.h"

typedef struct sw_replay_route sw_replay_route;

/* One accepted event on its way to one book. Borrowed until the next call. */
typedef struct sw_delivery {
    bool first; /* of its book */
    uint32_t key_id;
    sw_slice key_value;
    sw_slice book_key; /* key_id and value as bytes */
    int64_t clock_ms;  /* when it is known */
    sw_slice event;    /* protobuf */
} sw_delivery;

/* `stats` is counted into and must outlive the route. */
SW_NODISCARD sw_err sw_replay_route_open(const sw_replay_options *options, sw_diags *diags,
                                         sw_replay_stats *stats, sw_replay_route **ret);
void sw_replay_route_close(sw_replay_route *route); /* NULL is a no-op */
SW_NODISCARD sw_err sw_replay_route_add(sw_replay_route *route, const sw_event *event,
                                        int64_t clock_ms, sw_origin origin);
/* Ends the adding; reports what was refused. */
SW_NODISCARD sw_err sw_replay_route_sort(sw_replay_route *route);
/* By book, then clock, then identity. SW_E_END. */
SW_NODISCARD sw_err sw_replay_route_next(sw_replay_route *route, sw_delivery *ret);

#endif
