/* test_file.h - tests of rules, written in YAML (docs/rules.md).  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_RULES_TEST_FILE_H
#define SW_SEAWALL_RULES_TEST_FILE_H

#include "rules/warning.h"
#include "seawall/cli/cli.h"
#include "text/yaml.h"

/* One warning that a test expects. What a test leaves out is not compared. */
typedef struct test_expect {
    const sw_yaml *node;
    sw_slice rule;
    int level, state; /* state: -1 not said */
    uint32_t repeat;
    int64_t fires_ms, due_ms, start_ms; /* SW_TIME_NONE: not said */
    int64_t late_by_s;                  /* -1 not said */
    int provisional;                    /* -1 not said */
    sw_slice orgcode, officerid;
    const sw_yaml *key; /* a map of key fields; NULL: not said */
} test_expect;

typedef struct rule_test {
    sw_slice name;
    const sw_yaml *node;
    const sw_slice *only; /* rule ids; none: every rule */
    uint32_t only_count;
    int64_t until_ms;
    const sw_event **events;
    uint32_t event_count;
    test_expect *expects;
    uint32_t expect_count;
} rule_test;

typedef struct test_file {
    const char *path;
    const sw_yaml *root;
    const sw_zone *zone;
    const char *const *packs, *const *catalogues,
                                  *const *calendars; /* paths as they can be opened */
    uint32_t pack_count, catalogue_count, calendar_count;
    rule_test *tests;
    uint32_t test_count;
} test_file;

/* Reads the head: which packs, catalogue and calendar. Findings go into `diags`. */
SW_NODISCARD sw_err test_file_open(sw_arena *arena, const char *path, sw_diags *diags,
                                   test_file *ret);
/* Reads the tests, whose events and rules are checked against `set`. All findings in one run. */
SW_NODISCARD sw_err test_file_read(sw_arena *arena, test_file *file, const sw_ruleset *set,
                                   sw_diags *diags);

/* "2026-03-01T09:00" "2026-03-01 24:00" "2026-03-01" in the zone, or RFC 3339. */
bool test_time(sw_slice text, const sw_zone *zone, int64_t *ret_ms);

/* One event of a test, from its short form: what is left out comes from `defaults` (a map, may be
 * NULL) and its number. NULL, and told. */
const sw_event *test_event(sw_arena *arena, const sw_catalogue *cat, const sw_zone *zone,
                           const sw_yaml *node, const sw_yaml *defaults, uint32_t number,
                           sw_diags *diags);

/* Tells keys of `map` that are not among `names`; false if there are any, or it is no map. */
bool test_keys(const sw_yaml *map, const char *const *names, size_t count, const char *what,
               sw_diags *diags);

#endif
