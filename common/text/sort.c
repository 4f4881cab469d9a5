#include "text/sort.h"

#include <string.h>

#define RUN 8 /* sorted by insertion before merging */

static void insertion(const void **items, size_t count, sw_cmp cmp) {
    for (size_t i = 1; i < count; i++) {
        const void *item = items[i];
        size_t at = i;
        for (; at > 0 && cmp(items[at - 1], item) > 0; at--) items[at] = items[at - 1];
        items[at] = item;
    }
}

static void merge(const void **from, const void **to, size_t left, size_t count, sw_cmp cmp) {
    size_t a = 0, b = left;
    for (size_t i = 0; i < count; i++) {
        int take_left = a < left && (b >= count || cmp(from[a], from[b]) <= 0);
        to[i] = take_left ? from[a++] : from[b++];
    }
}

void sw_sort(const void **items, const void **scratch, size_t count, sw_cmp cmp) {
    for (size_t at = 0; at < count; at += RUN)
        insertion(items + at, count - at < RUN ? count - at : RUN, cmp);
    const void **from = items, **to = scratch;
    for (size_t width = RUN; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width) {
            size_t rest = count - at;
            merge(from + at, to + at, rest < width ? rest : width,
                  rest < 2 * width ? rest : 2 * width, cmp);
        }
        const void **swap = from;
        from = to;
        to = swap;
    }
    if (from != items) memcpy(items, from, count * sizeof *items);
}
