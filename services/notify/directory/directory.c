#include "notify/directory/directory.h"

#include <inttypes.h>

sw_slice sw_directory_key(sw_pb *pb, const sw_directory_entry *entry) {
    return sw_slice_cstr(entry->from_ms ? sw_pb_printf(pb, "%s@%" PRId64, entry->id, entry->from_ms)
                                        : sw_pb_printf(pb, "%s", entry->id));
}

const sw_directory_entry *sw_directory_find(const sw_directory *directory, sw_slice id,
                                            int64_t at_ms) {
    /* The last entry that is not after (id, at). */
    uint32_t low = 0, high = directory->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const sw_directory_entry *entry = directory->entries[middle];
        int order = sw_slice_cmp(sw_slice_cstr(entry->id), id);
        if (order < 0 || (order == 0 && entry->from_ms <= at_ms))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0) return NULL;
    const sw_directory_entry *entry = directory->entries[low - 1];
    if (!sw_slice_is(id, entry->id) || entry->removed) return NULL;
    return entry;
}

sw_slice sw_phone_masked(sw_arena *arena, sw_slice number) {
    if (number.len < 7) return SW_S("****");
    return sw_arena_printf(arena, "%.*s****%.*s", 3, number.ptr, 4, number.ptr + number.len - 4);
}

bool sw_phone_valid(sw_slice number) {
    if (number.len && number.ptr[0] == '+') number = sw_slice_sub(number, 1, number.len);
    if (number.len < 5 || number.len > 15) return false;
    for (size_t i = 0; i < number.len; i++)
        if (number.ptr[i] < '0' || number.ptr[i] > '9') return false;
    return true;
}
