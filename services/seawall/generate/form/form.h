/* form.h - the events that lives name, worked out against the catalogue once and written as JSON
 * many times.  Layer 9.  Thread: owner's. */
#ifndef SW_SEAWALL_FORM_H
#define SW_SEAWALL_FORM_H

#include "codec/catalogue.h"
#include "seawall/generate/county.h"

typedef struct sw_form sw_form;

/* What is told: the event itself, or something about it. */
typedef enum sw_told {
    TOLD_PLAIN,
    TOLD_COPY,      /* typed in twice, under another id */
    TOLD_RETRACTED, /* that copy never happened */
    TOLD_CORRECTED  /* it happened at another time */
} sw_told;

typedef struct sw_happening {
    int64_t time_ms; /* as the event says */
    int64_t true_ms; /* CORRECTED: as it should have said */
    int64_t made_ms; /* RETRACTED, CORRECTED: when that was done */
    int64_t recorded_ms, received_ms;
    uint16_t form;
    uint8_t told; /* sw_told */
    sw_circle circle;
} sw_happening;

/* `data` of a row, for one event type. Findings (an unknown type or field, a required field that
 * nothing fills) in `diags`. */
SW_NODISCARD sw_err sw_form_new(sw_arena *arena, const sw_catalogue *cat, const sw_life *life,
                                const sw_row *row, sw_diags *diags, const sw_form **ret);
const sw_event_type *sw_form_type(const sw_form *form);
/* Appends the CloudEvent on one line, with its newline. Check out->err. */
void sw_form_write(const sw_form *form, const sw_county *county, const sw_happening *what,
                   sw_buf *out);

#endif
