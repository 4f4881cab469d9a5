/* field.h - one field of a form: what fills it and how it is written.  Layer 9.  Thread: owner's.
 */
#ifndef SW_SEAWALL_GENERATE_FIELD_H
#define SW_SEAWALL_GENERATE_FIELD_H

#include "codec/catalogue.h"
#include "seawall/generate/form/form.h"

typedef enum field_fill {
    FILL_TEXT,    /* as written: one of `choices`, ready as JSON */
    FILL_RANGE,   /* lo..hi */
    FILL_CHANCE,  /* true `lo` times in 1,000 */
    FILL_TIME,    /* the event's time plus `lo` seconds */
    FILL_WHO,     /* id of `who`; left out where the life has none */
    FILL_WHOS,    /* the same as a list */
    FILL_PERSONS, /* the person, or all persons of the case */
    FILL_UNIT,
    FILL_COUNTY,
    FILL_NEXT_UNIT,
    FILL_OFFICER,
    FILL_OFFICERS,
    FILL_CHIEF,
    FILL_DEVICE,
    FILL_AREA,
    FILL_ROOM,
    FILL_CAMERA,
    FILL_CABINET,
    FILL_PLACE,
    FILL_HOT_HASH, /* one of a few: the same people call again */
    FILL_HASH,
    FILL_NAME,
    FILL_PHONE,
    FILL_ID_NUMBER,
    FILL_ADDRESS,
    FILL_ACCOUNT
} field_fill;

typedef struct field {
    sw_slice head; /* "\"case_id\":" */
    field_fill fill;
    sw_who who;
    int64_t lo, hi;
    const sw_slice *choices;
    uint32_t choice_count;
} field;

/* What fills a field of that name by itself; false: nothing does. */
bool field_by_name(const sw_field *declared, field *ret);
/* What `word` ("a|b", "#1-9", "?20", "@+3d", "[]") puts there; false: it can't be read. */
bool field_by_word(sw_arena *arena, const sw_field *declared, sw_slice word, field *ret);
/* Appends name and value after a comma unless it is the first; nothing where the life has none. */
void field_write(const field *f, const sw_county *county, const sw_circle *circle, int64_t time_ms,
                 sw_rng *rng, bool *first, sw_buf *out);
/* The id of `who`, without quotes. */
void field_write_id(const sw_county *county, const sw_circle *circle, sw_who who, sw_buf *out);

#endif
