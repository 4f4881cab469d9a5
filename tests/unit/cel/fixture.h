/* fixture.h - an environment with event.*, data.*, facts.* and plain variables, and conditions in
 * it. */
#ifndef SW_TESTS_UNIT_CEL_FIXTURE_H
#define SW_TESTS_UNIT_CEL_FIXTURE_H

#include "unit/test.h"

#include "cel/cel.h"

/* data: kind "criminal", to_days 7, amount 12.5, roving (bool, absent), officer_count 1,
 * detained_at 2026-03-01T09:00:00+08:00, person_ids ["p1","p2","p3"], note (string, null), name
 * (personal), wrong (declared int, bound to a string). facts.roving true. event.id "e1", event.time
 * as detained_at. left.data.n 1. The variable x: map(string, int) {"a": 1}. */
typedef struct cel_fixture {
    sw_arena arena;
    sw_diags diags;
    const sw_cel *cel;
    sw_value value;
    sw_cel_failure failure;
} cel_fixture;

void fixture_begin(cel_fixture *f);
void fixture_end(cel_fixture *f);
extern const sw_cel_env fixture_env;
extern const sw_cel_bind fixture_bind;

/* Compile the text; what was found is in f->diags. */
sw_err fixture_compile(cel_fixture *f, sw_slice text);
/* Compile (which must succeed) and evaluate. */
sw_err fixture_eval(cel_fixture *f, const char *text);

/* Each in a fixture of its own: the text gives true; gives this text by string(); fails with a code
 * and a message; is refused with a code, at 1:col, with a text "message (hint)". */
void gives_true(const char *text);
void gives_text(const char *text, const char *wanted);
void fails(const char *text, sw_err code, const char *message);
void refused(const char *text, sw_err code, uint32_t col, const char *wanted);

#endif
