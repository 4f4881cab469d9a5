/* pack_fixture.h - a small catalogue, and rule packs from text, for tests. */
#ifndef SW_TESTS_UNIT_RULES_PACK_FIXTURE_H
#define SW_TESTS_UNIT_RULES_PACK_FIXTURE_H

#include "rules/use.h"
#include "unit/test.h"

/* clang-format off */
static const char fixture_catalogue[] =
    "types:\n"
    "  coercion.detained: {element: person, name: 刑事拘留, fields: {case_id: {type: string, required: true, key: true},\n"
    "    person_id: {type: string, required: true, key: true}, detained_at: timestamp, kind: {type: string, values: [criminal, psychiatric]},\n"
    "    days: int, name: {type: string, personal: true}}}\n"
    "  coercion.released: {fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, reason: string}}\n"
    "  coercion.extended: {fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, to_days: int,\n"
    "    approver: string, approved_at: timestamp}}\n"
    "  case.filed: {fields: {case_id: {type: string, key: true}, roving: bool, suspects: int, labels: 'string[]'}}\n"
    "  case.merged: {fields: {case_id: {type: string, key: true}}}\n"
    "  appraisal.started: {fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, kind: string}}\n"
    "  appraisal.ended: {fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, kind: string}}\n"
    "  interrogation.started: {fields: {case_id: {type: string, key: true}, person_id: {type: string, key: true}, officer_count: int,\n"
    "    started_at: timestamp}}\n"
    "  incident.received: {fields: {incident_id: {type: string, key: true}, place_id: {type: string, key: true}, caller: {type: string, personal: true}}}\n"
    "  place.left: {fields: {person_id: {type: string, key: true}, person_ids: {type: 'string[]', key: true, of: person_id}}}\n"
    "  warning.raised: {fields: {warning_id: {type: string, key: true}, case_id: {type: string, key: true}, rule: string, level: string}}\n"
    "  warning.resolved: {fields: {warning_id: {type: string, key: true}, case_id: {type: string, key: true}, rule: string}}\n"
    "  warning.verified: {fields: {warning_id: {type: string, key: true}}}\n";
/* clang-format on */

typedef struct fixture {
    sw_arena arena;
    const sw_catalogue *cat;
    sw_diags diags, notes;
    sw_ruleset_options options;
    const sw_ruleset *set;
} fixture;

static inline void fixture_init(fixture *f) {
    sw_arena_init(&f->arena, 256 << 20);
    sw_diags_init(&f->diags, &f->arena, SW_SLICE_NONE, 10000);
    sw_diags_init(&f->notes, &f->arena, SW_SLICE_NONE, 10000);
    f->set = NULL;
    assert_ok(sw_catalogue_parse(&f->arena, SW_S("types.yaml"), sw_slice_cstr(fixture_catalogue),
                                 &f->diags, &f->cat));
    f->options = (sw_ruleset_options){.catalogue = f->cat, .notes = &f->notes};
}

static inline void fixture_done(fixture *f) {
    sw_arena_done(&f->arena);
}

static inline sw_err fixture_load(fixture *f, const char *text) {
    sw_pack_text file = {SW_S("p.yaml"), sw_slice_cstr(text)};
    return sw_ruleset_parse(&f->arena, &f->options, &file, 1, &f->diags, &f->set);
}

/* All findings, one a line. */
static inline const char *fixture_text(fixture *f, const sw_diags *diags) {
    sw_slice all = SW_S("");
    for (const sw_diag *diag = diags->first; diag; diag = diag->next)
        all = sw_arena_printf(&f->arena, "%.*s%.*s\n", SW_FMT(all),
                              SW_FMT(sw_diag_text(&f->arena, diag)));
    return all.ptr;
}

#define FIXTURE_HEAD                                                                               \
    "apiVersion: seawall/v1\n"                                                                     \
    "kind: RulePack\n"                                                                             \
    "metadata: {name: p, version: 1.0.0, timezone: Asia/Shanghai}\n"                               \
    "rules:\n"

/* The findings of one pack; empty if it is good. */
static inline void assert_findings(const char *pack, const char *expected) {
    fixture f;
    fixture_init(&f);
    sw_err err = fixture_load(&f, pack);
    assert_string_equal(fixture_text(&f, &f.diags), expected);
    assert_int_equal(err == SW_OK, *expected == '\0');
    fixture_done(&f);
}

#endif
