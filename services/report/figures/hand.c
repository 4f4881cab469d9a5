#include "report/figures/hand.h"

#include "report/figures/label.h"
#include "text/time.h"

typedef struct lister {
    const sw_figures *figures;
    sw_arena *arena;
    sw_item *item;
    sw_buf row;
    sw_hand_entry *entries;
    uint32_t count, max;
    bool more;
    sw_err err;
} lister;

static sw_err load(lister *l, uint32_t partition, const sw_hand_row *row, sw_hand_entry *entry) {
    char key[SW_ITEM_KEY_BYTES];
    sw_item_key(row->kind, row->item, key);
    sw_buf_clear(&l->row);
    sw_err err =
        sw_read_get_in(&l->figures->items, partition, sw_slice_of(key, sizeof key), &l->row);
    if (err == SW_E_NOT_FOUND) err = SW_OK; /* gone since: another commit */
    if (!err && sw_item_read(sw_buf_slice(&l->row), l->item) != SW_OK) err = SW_E_CORRUPT;
    if (err) return err;
    const sw_slice org = l->item->part_count ? l->item->parts[0].org : SW_S("");
    return sw_arena_copy(l->arena, org, &entry->org)
               ? sw_label_read(l->item->label, l->arena, &entry->label)
               : SW_E_LIMIT;
}

static bool each_entry(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    lister *l = arg;
    sw_hand_row row;
    (void)value;
    if (l->count == l->max) {
        l->more = true;
        return false;
    }
    sw_hand_entry *entry = &l->entries[l->count];
    *entry = (sw_hand_entry){0};
    if (!sw_hand_key_read(key, &row))
        l->err = SW_E_CORRUPT;
    else if (!sw_arena_copy(l->arena, key, &entry->key))
        l->err = SW_E_LIMIT;
    else
        l->err = load(l, partition, &row, entry);
    entry->order = row.order;
    l->count += l->err == SW_OK;
    return l->err == SW_OK;
}

sw_err sw_hand_list(const sw_figures *figures, sw_slice officer, char kind, sw_slice after,
                    uint32_t max, sw_arena *arena, sw_hand_entry **ret, uint32_t *ret_count,
                    sw_slice *ret_after) {
    char from[SW_HAND_KEY_BYTES_MAX + 1], to[SW_HAND_KEY_BYTES_MAX];
    lister l = {.figures = figures, .arena = arena, .max = max};
    sw_hand_row row = {.officer = officer, .kind = kind};
    *ret_count = 0;
    *ret_after = SW_S("");
    if (officer.len == 0 || officer.len > SW_OFFICER_BYTES_MAX) return SW_OK;
    size_t from_len = sw_hand_key_start(&row, from);
    memcpy(to, from, from_len);
    to[from_len - 1]++; /* the next kind */
    const sw_slice end = sw_slice_of(to, from_len);
    if (after.len) {
        if (after.len != from_len + 24 || memcmp(after.ptr, from, from_len) != 0)
            return SW_E_INVALID;
        memcpy(from, after.ptr, after.len);
        from[after.len] = '\0';
        from_len = after.len + 1;
    }
    l.entries = sw_arena_alloc(arena, (max + 1) * sizeof *l.entries);
    l.item = sw_arena_alloc(arena, sizeof *l.item);
    if (!l.entries || !l.item) return SW_E_LIMIT;
    sw_buf_init(&l.row, (size_t)1 << 20);
    const sw_read_range range = {
        .partition = SW_READ_ALL, .from = sw_slice_of(from, from_len), .to = end};
    sw_err err = sw_read_scan(&figures->hands, &range, each_entry, &l);
    sw_buf_done(&l.row);
    if (!err) err = l.err;
    *ret = l.entries;
    *ret_count = l.count;
    if (!err && l.more && l.count) *ret_after = l.entries[l.count - 1].key;
    return err;
}

int64_t sw_hand_due_ms(uint64_t order) {
    return (int64_t)(order ^ UINT64_C(1) << 63);
}

sw_level sw_hand_level(uint64_t order) {
    return (sw_level)(SW_BREACH - (int)(order >> 56));
}
