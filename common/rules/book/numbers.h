/* numbers.h - what a former catalogue's numbers are in the present one.  Layer 5, private to rules.
 * Thread: any. */
#ifndef SW_RULES_BOOK_NUMBERS_H
#define SW_RULES_BOOK_NUMBERS_H

#include "rules/numbering.h"

typedef struct sw_numbers {
    sw_hash128 catalogue; /* the former one */
    uint32_t type_count, key_count;
    uint16_t *types;       /* present index of each type */
    uint16_t *first_field; /* of each type, in `fields`; one more for the end */
    uint16_t *fields;      /* present index of each field, of all types in order; they rise */
    uint16_t *keys;        /* present number of each key */
} sw_numbers;

/* NULL: not taken up. `numberings` may be NULL. */
const sw_numbers *sw_numbers_find(const sw_numberings *numberings, const sw_hash128 *catalogue);

#endif
