#include "rules/book/tally.h"

#define LANE_FIRST 4u

static uint64_t hash_of(const sw_rule *rule, const sw_group *group) {
    uint64_t parts[2] = {rule->index, 0};
    for (uint32_t i = 0; i < group->count; i++) {
        parts[1] = sw_hash64(group->values[i]);
        parts[0] = sw_hash64(sw_slice_of(parts, sizeof parts));
    }
    return sw_hash64(sw_slice_of(parts, sizeof parts));
}

sw_err sw_tallies_new(sw_tallies **ret) {
    *ret = sw_heap_zero(1, sizeof **ret);
    if (!*ret) return SW_E_NOMEM;
    (*ret)->bytes = sizeof **ret;
    return SW_OK;
}

static void free_tally(sw_tally *tally) {
    for (uint32_t i = 0; i < tally->lane_count; i++) {
        sw_heap_free(tally->lanes[i].items);
        sw_heap_free(tally->lanes[i].marks);
    }
    sw_heap_free(tally->lanes);
    sw_heap_free(tally->cursor.slots);
    sw_heap_free(tally->excepts.slots);
    sw_heap_free(tally->earliest.slots);
    sw_heap_free(tally);
}

void sw_tallies_free(sw_tallies *tallies) {
    if (!tallies) return;
    for (uint32_t i = 0; i < tallies->count; i++) free_tally(tallies->all[i]);
    sw_heap_free(tallies->all);
    sw_heap_free(tallies->slots);
    sw_heap_free(tallies->broad);
    sw_heap_free(tallies);
}

/* Room for one more of an array that grows by half. `bytes` is told of it. */
static sw_err grow(void *array, uint32_t count, uint32_t *cap, size_t size, size_t *bytes) {
    if (count < *cap) return SW_OK;
    uint32_t more = *cap ? *cap + *cap / 2 : LANE_FIRST;
    void *old;
    memcpy(&old, array, sizeof old);
    void *new = sw_heap_resize(old, (size_t)more * size);
    if (!new) return SW_E_NOMEM;
    memcpy(array, &new, sizeof new);
    *bytes += (size_t)(more - *cap) * size;
    *cap = more;
    return SW_OK;
}

sw_err sw_tally_group(const sw_book *book, const sw_tally *tally, sw_arena *arena, sw_group *ret) {
    const sw_strand *strand = &book->plan->strands[sw_plan_strand_of(book->plan, tally->rule)];
    ret->count = 0;
    if (strand->key_count == 1) return SW_OK;
    sw_view view;
    sw_book_read(book, tally->rec, &view);
    return sw_group_of(book, strand, &view, tally->combo, arena, ret);
}

sw_tally *sw_tally_find(const sw_book *book, const sw_rule *rule, const sw_group *group,
                        sw_arena *arena, sw_err *ret_err) {
    const sw_tallies *tallies = book->tallies;
    uint64_t hash = hash_of(rule, group);
    *ret_err = SW_OK;
    if (tallies->slot_cap == 0) return NULL;
    for (uint32_t i = (uint32_t)hash & (tallies->slot_cap - 1); tallies->slots[i];
         i = (i + 1) & (tallies->slot_cap - 1)) {
        sw_tally *tally = tallies->all[tallies->slots[i] - 1];
        if (tally->hash != hash || tally->rule != rule) continue;
        sw_group own;
        sw_arena_mark mark = sw_arena_save(arena);
        *ret_err = sw_tally_group(book, tally, arena, &own);
        bool same = !*ret_err && sw_group_eq(&own, group);
        sw_arena_rewind(arena, mark);
        if (*ret_err) return NULL;
        if (same) return tally;
    }
    return NULL;
}

static void put_slot(sw_tallies *tallies, uint32_t index) {
    uint32_t i = (uint32_t)tallies->all[index]->hash & (tallies->slot_cap - 1);
    while (tallies->slots[i]) i = (i + 1) & (tallies->slot_cap - 1);
    tallies->slots[i] = index + 1;
}

/* Slots are at most half full. */
static sw_err grow_slots(sw_tallies *tallies) {
    if (2 * (tallies->count + 1) <= tallies->slot_cap) return SW_OK;
    uint32_t cap = tallies->slot_cap ? 2 * tallies->slot_cap : 8;
    uint32_t *slots = sw_heap_zero(cap, sizeof *slots);
    if (!slots) return SW_E_NOMEM;
    tallies->bytes += (cap - tallies->slot_cap) * sizeof *slots;
    sw_heap_free(tallies->slots);
    tallies->slots = slots;
    tallies->slot_cap = cap;
    for (uint32_t i = 0; i < tallies->count; i++) put_slot(tallies, i);
    return SW_OK;
}

static uint32_t lanes_of(const sw_rule *rule) {
    if (rule->kind == SW_SEQUENCE) return 1 + rule->before_count;
    return rule->kind == SW_MATCH || rule->except_count ? 2 : 1;
}

sw_err sw_tally_new_group(sw_book *book, const sw_rule *rule, const sw_group *group, uint32_t rec,
                          uint32_t combo, sw_tally **ret) {
    sw_tallies *tallies = book->tallies;
    sw_err err = grow_slots(tallies);
    if (!err)
        err =
            grow(&tallies->all, tallies->count, &tallies->cap, sizeof(sw_tally *), &tallies->bytes);
    if (err) return err;
    sw_tally *tally = sw_heap_zero(1, sizeof *tally);
    if (!tally) return SW_E_NOMEM;
    tally->lane_count = lanes_of(rule);
    tally->lanes = sw_heap_zero(tally->lane_count, sizeof *tally->lanes);
    if (!tally->lanes) {
        sw_heap_free(tally);
        return SW_E_NOMEM;
    }
    tallies->bytes += sizeof *tally + tally->lane_count * sizeof *tally->lanes;
    tally->rule = rule;
    tally->hash = hash_of(rule, group);
    tally->rec = rec;
    tally->combo = (uint16_t)combo;
    tally->marked = rule->distinct.count || rule->once.count || rule->except_count || rule->weights;
    tallies->all[tallies->count] = tally;
    put_slot(tallies, tallies->count++);
    *ret = tally;
    return SW_OK;
}

sw_err sw_tallies_add_broad(sw_tallies *tallies, uint32_t rule, uint32_t rec) {
    sw_err err = grow(&tallies->broad, tallies->broad_count, &tallies->broad_cap,
                      sizeof *tallies->broad, &tallies->bytes);
    if (err) return err;
    tallies->broad[tallies->broad_count++] = (struct sw_broad){rule, rec};
    return SW_OK;
}

void sw_tallies_drop_broad(sw_tallies *tallies, uint32_t rule, uint32_t rec) {
    for (uint32_t i = 0; i < tallies->broad_count; i++) {
        if (tallies->broad[i].rule != rule || tallies->broad[i].rec != rec) continue;
        tallies->broad[i] = tallies->broad[--tallies->broad_count];
        return;
    }
}

/* --- lanes -------------------------------------------------------------------------------- */

uint32_t sw_lane_find(const sw_lane *lane, int64_t time_ms, bool after) {
    uint32_t low = 0, high = lane->count;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        int64_t time = lane->items[mid].time_ms;
        if (time < time_ms || (after && time == time_ms))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

uint32_t sw_lane_place(const sw_book *book, const sw_lane *lane, const sw_view *view) {
    if (lane->count == 0 || lane->items[lane->count - 1].time_ms < view->time_ms)
        return lane->count;
    uint32_t at = sw_lane_find(lane, view->time_ms, false);
    for (; at < lane->count && lane->items[at].time_ms == view->time_ms; at++) {
        sw_view other;
        sw_record_head(sw_book_records(book), lane->items[at].rec, &other);
        if (sw_view_cmp(&other, view) >= 0) break;
    }
    return at;
}

static bool holds_excepts(const sw_tally *tally, uint32_t lane) {
    return tally->rule->kind == SW_THRESHOLD && lane == 1;
}

sw_err sw_lane_insert(sw_book *book, sw_tally *tally, uint32_t lane, uint32_t at,
                      const sw_item *item, const sw_mark *mark) {
    sw_lane *l = &tally->lanes[lane];
    size_t *bytes = &book->tallies->bytes;
    uint32_t cap = l->cap;
    sw_err err = SW_OK;
    if (tally->marked) err = grow(&l->marks, l->count, &cap, sizeof *l->marks, bytes);
    if (!err) err = grow(&l->items, l->count, &l->cap, sizeof *l->items, bytes);
    if (!err && holds_excepts(tally, lane)) err = sw_tally_add_except(tally, mark->value, bytes);
    if (!err && lane == 0 && tally->rule->except_count && mark->except)
        err = sw_tally_note_value(tally, mark->except, item->time_ms, bytes);
    if (err) return err;
    memmove(&l->items[at + 1], &l->items[at], (l->count - at) * sizeof *l->items);
    l->items[at] = *item;
    if (tally->marked) {
        memmove(&l->marks[at + 1], &l->marks[at], (l->count - at) * sizeof *l->marks);
        l->marks[at] = *mark;
    }
    l->count++;
    return SW_OK;
}

void sw_lane_cut(sw_tally *tally, uint32_t lane, uint32_t at) {
    sw_lane *l = &tally->lanes[lane];
    for (uint32_t i = at; holds_excepts(tally, lane) && i < l->count; i++)
        sw_tally_drop_except(tally, l->marks[i].value);
    l->count = at;
}

void sw_lane_remove(sw_tally *tally, uint32_t index, uint32_t at) {
    sw_lane *lane = &tally->lanes[index];
    if (holds_excepts(tally, index)) sw_tally_drop_except(tally, lane->marks[at].value);
    lane->count--;
    memmove(&lane->items[at], &lane->items[at + 1], (lane->count - at) * sizeof *lane->items);
    if (lane->marks)
        memmove(&lane->marks[at], &lane->marks[at + 1], (lane->count - at) * sizeof *lane->marks);
}
