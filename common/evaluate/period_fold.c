/* What one record says in place of two that told the same period within one commit. */
#include "base/arena.h"
#include "evaluate/period_pb.h"

/* Of what was known before both. One that was closed and opened again was known. */
static sw_period_change joined(sw_period_change former, sw_period_change latter) {
    if (former == SW_PERIOD_OPENED && latter == SW_PERIOD_MOVED) return SW_PERIOD_OPENED;
    if (former == SW_PERIOD_CLOSED && latter == SW_PERIOD_OPENED) return SW_PERIOD_MOVED;
    return latter;
}

sw_err sw_period_fold(sw_arena *arena, sw_slice former, sw_slice latter, sw_slice *ret) {
    SW_ASSERT(arena && ret);
    sw_period_change before, after;
    if (!sw_period_change_read(former, &before) || !sw_period_change_read(latter, &after))
        return SW_E_CORRUPT;
    const sw_period_change change = joined(before, after);
    *ret = latter;
    if (change == after) return SW_OK;
    sw_told_period told;
    sw_err err = sw_period_from_pb(arena, latter, &told);
    if (err) return err == SW_E_LIMIT ? err : SW_E_CORRUPT;
    told.change = change;
    *ret = sw_period_pb_in(&told, arena);
    return ret->ptr ? SW_OK : SW_E_LIMIT;
}
