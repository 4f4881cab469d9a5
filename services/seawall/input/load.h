/* load.h - finds and loads catalogue, calendars and rule packs as the command line names them.
 * Layer 9.  Thread: main.
 *
 * A path may be a file or a folder; of a folder every *.yaml in it counts, in order of name. A
 * folder of rules may bring folders `catalogue` and `calendars` of its own. What is not named comes
 * from the packs that belong to the program: $SEAWALL_PACKS, else beside the sources it was built
 * from, else the installed ones. */
#ifndef SW_SEAWALL_LOAD_H
#define SW_SEAWALL_LOAD_H

#include "rules/pack.h"
#include "seawall/cli/cli.h"

typedef struct sw_load {
    sw_arena *arena;
    sw_diags diags, notes; /* notes: what is allowed but looks wrong; not printed here */
    const sw_catalogue *catalogue;
    const sw_ruleset *set; /* NULL where only the catalogue was asked for */
    const char **files;    /* paths of all that was loaded */
    uint32_t file_count;
} sw_load;

/* The options that every command with rules takes; put them at the head of its own. */
#define SW_LOAD_OPTIONS                                                                            \
    {"rules", "PACK", "rule pack: a file or a folder", true},                                      \
        {"catalogue", "FILE", "event types, instead of those that belong to the packs", true}, {   \
        "calendar", "FILE", "working-day calendar, instead of those that belong to the packs",     \
            true                                                                                   \
    }

/* The catalogue alone (--catalogue). Prints all findings on stderr; false: return SW_EXIT_USAGE. */
bool sw_load_catalogue(sw_load *load, sw_arena *arena, const sw_cli *cli);
/* Catalogue, calendars and rules (--rules; `fallback` names packs of the program's own, used
 * without it; may be NULL). */
bool sw_load_rules(sw_load *load, sw_arena *arena, const sw_cli *cli, const char *fallback);
/* The same with the paths of the rules given. */
bool sw_load_rules_from(sw_load *load, sw_arena *arena, const sw_cli *cli, const char *const *rules,
                        uint32_t count);
/* The same without printing: all findings stay in load->diags. */
bool sw_load_rules_quietly(sw_load *load, sw_arena *arena, const sw_cli *cli,
                           const char *const *rules, uint32_t count);

/* The same with all paths given, not by options. */
typedef struct sw_load_paths {
    const char *const *rules;
    uint32_t rule_count;
    const char *const *catalogues; /* none: those that belong to the packs */
    uint32_t catalogue_count;
    const char *const *calendars;
    uint32_t calendar_count;
} sw_load_paths;
bool sw_load_paths_quietly(sw_load *load, sw_arena *arena, const sw_load_paths *from);

/* The folder of the program's own packs, or NULL if there is none. Lives in `arena`. */
const char *sw_packs_dir(sw_arena *arena);

#endif
