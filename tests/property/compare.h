/* compare.h - are two sets, two tellings the same? In words where not.  Test code.  Thread: any. */
#ifndef SW_TESTS_PROPERTY_COMPARE_H
#define SW_TESTS_PROPERTY_COMPARE_H

#include "base/buf.h"
#include "oracle/oracle.h"

/* True if same; else `out` says what differs, `one` and `two` being the names of the sides. */
bool compare_sets(const sw_warning *const *a, uint32_t a_count, const sw_warning *const *b,
                  uint32_t b_count, const char *one, const char *two, sw_buf *out);
/* Both in the order of docs/semantics.md 20. */
bool compare_tellings(const sw_transition *a, uint32_t a_count, const sw_transition *b,
                      uint32_t b_count, const char *one, const char *two, sw_buf *out);
/* Sorts a telling put together from several books. */
void compare_sort(sw_transition *told, uint32_t count);
void compare_write_warning(sw_buf *out, const sw_warning *warning);

#endif
