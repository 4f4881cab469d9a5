/* sort.h - stable sorting of pointers, without the heap.  Layer 1.  Thread: any. */
#ifndef SW_TEXT_SORT_H
#define SW_TEXT_SORT_H

#include <stddef.h>

typedef int (*sw_cmp)(const void *a, const void *b);

/* Sorts `items` so that cmp(items[i], items[i + 1]) <= 0; equal ones keep their order. `scratch`
 * has room for `count` pointers. O(count log count) whatever the order. */
void sw_sort(const void **items, const void **scratch, size_t count, sw_cmp cmp);

#endif
