/* read.h - reads maps of an indicator pack, telling what is wrong.  Layer 9, private to indicator.
 * Thread: owner's. */
#ifndef SW_REPORT_INDICATOR_READ_H
#define SW_REPORT_INDICATOR_READ_H

#include "report/indicator/indicator.h"
#include "text/yaml.h"

typedef struct reader {
    sw_arena *arena;
    sw_diags *diags;
    const sw_catalogue *catalogue;
    char field[128]; /* of the indicator being read: "indicators[3]" */
    bool exhausted;  /* the arena: what was read is not to be used */
} reader;

/* A finding at a node; SW_E_INVALID is returned whatever the code. */
sw_err read_fault(reader *r, sw_err code, const sw_yaml *node, const char *hint, const char *fmt,
                  ...) SW_PRINTF(5, 6);
/* A text of a map; `required`: told where it is not there. Empty where there is none. */
sw_slice read_text(reader *r, const sw_yaml *map, const char *key, bool required);
/* A list of texts, or one alone. NULL with 0. */
const sw_slice *read_texts(reader *r, const sw_yaml *map, const char *key, uint32_t *ret_count);
/* One of some words; its place among them, -1 where it is not there or told. */
int32_t read_word(reader *r, const sw_yaml *map, const char *key, const char *const *words,
                  uint32_t count);
/* A condition over event.* and data.* of a type; NULL where it is not there or told. */
const sw_cel *read_condition(reader *r, const sw_yaml *node, const sw_event_type *type,
                             const sw_cel_type *want);

/* The pack's models; an empty list where it has none. SW_E_LIMIT. */
SW_NODISCARD sw_err read_models(reader *r, const sw_yaml *root, const sw_indicators *all,
                                const struct sw_models **ret);

#endif
