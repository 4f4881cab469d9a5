#include "seawall/input/load.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "seawall/cli/term.h"

#define PATHS_MAX     4096u
#define CALENDARS_MAX 64u
#define FINDINGS_MAX  20000u

typedef struct paths {
    sw_arena *arena;
    const char **list;
    uint32_t count;
} paths;

static bool is_folder(const char *path) {
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *join(sw_arena *arena, const char *folder, const char *name) {
    return sw_arena_printf(arena, "%s/%s", folder, name).ptr;
}

const char *sw_packs_dir(sw_arena *arena) {
    const char *named = getenv("SEAWALL_PACKS");
    if (named && *named) return named;
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n > 0) {
        exe[n] = '\0';
        /* …/build/bin/seawall and …/build/PRESET/bin/seawall of a checkout, …/bin/seawall of an
         * installation */
        static const char *const near[] = {"../../deploy/packs", "../../../deploy/packs",
                                           "../share/seawall/packs"};
        char *slash = strrchr(exe, '/');
        if (slash) *slash = '\0';
        for (size_t i = 0; i < SW_COUNT(near); i++) {
            const char *path = join(arena, exe, near[i]);
            if (path && is_folder(path)) return path;
        }
    }
    return is_folder("deploy/packs") ? "deploy/packs" : NULL;
}

static bool add_path(paths *to, const char *path) {
    if (!path || to->count == PATHS_MAX) return false;
    to->list[to->count++] = path;
    return true;
}

static int is_yaml(const struct dirent *entry) {
    sw_slice name = sw_slice_cstr(entry->d_name);
    return entry->d_name[0] != '.' &&
           (sw_slice_ends(name, SW_S(".yaml")) || sw_slice_ends(name, SW_S(".yml")));
}

/* A file as it is; of a folder its YAML files. */
static bool add_all(paths *to, const char *path) {
    if (!is_folder(path)) return add_path(to, path);
    struct dirent **entries;
    int n = scandir(path, &entries, is_yaml, alphasort);
    bool ok = n >= 0;
    for (int i = 0; i < n; i++) {
        if (ok) ok = add_path(to, join(to->arena, path, entries[i]->d_name));
        free(entries[i]);
    }
    if (n >= 0) free(entries);
    return ok;
}

static bool paths_init(paths *to, sw_arena *arena) {
    *to = (paths){.arena = arena, .list = sw_arena_zero(arena, PATHS_MAX, sizeof *to->list)};
    return to->list != NULL;
}

/* What the option names; else what is in `sub` of the program's packs and of the folders of rules.
 */
static bool find_files(sw_load *load, const char *const *given, uint32_t count, const char *sub,
                       const sw_load_paths *from, paths *ret) {
    if (!paths_init(ret, load->arena)) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!add_all(ret, given[i])) return false;
    if (count) return true;
    const char *packs = sw_packs_dir(load->arena);
    const char *own = packs ? join(load->arena, packs, sub) : NULL;
    if (own && is_folder(own) && !add_all(ret, own)) return false;
    for (uint32_t i = 0; i < from->rule_count; i++) {
        const char *rules = from->rules[i];
        const char *brought = is_folder(rules) ? join(load->arena, rules, sub) : NULL;
        if (brought && is_folder(brought) && !add_all(ret, brought)) return false;
    }
    return true;
}

static bool finish(sw_load *load, bool ok, bool quiet) {
    if (!ok && load->diags.count == 0)
        sw_diag_at(&load->diags, SW_E_LIMIT, 0, 0, NULL, NULL,
                   "too many files, or memory is exhausted");
    if (!ok && !quiet) sw_print_diags(stderr, &load->diags, "error", SW_TINT_RED);
    return ok;
}

/* Remembers what was loaded. */
static bool note(sw_load *load, const paths *files) {
    const char **all =
        sw_arena_zero(load->arena, (size_t)load->file_count + files->count + 1, sizeof *all);
    if (!all) return false;
    if (load->file_count) memcpy(all, load->files, load->file_count * sizeof *all);
    if (files->count) memcpy(all + load->file_count, files->list, files->count * sizeof *all);
    load->files = all;
    load->file_count += files->count;
    return true;
}

static void init(sw_load *load, sw_arena *arena) {
    *load = (sw_load){.arena = arena};
    sw_diags_init(&load->diags, arena, SW_SLICE_NONE, FINDINGS_MAX);
    sw_diags_init(&load->notes, arena, SW_SLICE_NONE, FINDINGS_MAX);
}

static bool load_catalogue(sw_load *load, const sw_load_paths *from) {
    paths files;
    if (!find_files(load, from->catalogues, from->catalogue_count, "catalogue", from, &files))
        return false;
    if (files.count == 0) {
        sw_diag_at(&load->diags, SW_E_MISSING, 0, 0, NULL,
                   "name one with --catalogue, or set SEAWALL_PACKS",
                   "no event catalogue was found");
        return false;
    }
    return note(load, &files) && sw_catalogue_load(load->arena, files.list, files.count,
                                                   &load->diags, &load->catalogue) == SW_OK;
}

bool sw_load_catalogue(sw_load *load, sw_arena *arena, const sw_cli *cli) {
    sw_load_paths from = {.rule_count = 0};
    from.catalogues = sw_cli_values(cli, "catalogue", &from.catalogue_count);
    init(load, arena);
    return finish(load, load_catalogue(load, &from), false);
}

static bool load_set(sw_load *load, const sw_load_paths *from) {
    const sw_calendar *calendars[CALENDARS_MAX];
    uint32_t calendar_count = 0;
    paths calendar_files, rule_files;
    bool ok = load_catalogue(load, from);
    if (!find_files(load, from->calendars, from->calendar_count, "calendars", from,
                    &calendar_files))
        return false;
    for (uint32_t i = 0; i < calendar_files.count && calendar_count < CALENDARS_MAX; i++) {
        load->diags.file = sw_slice_cstr(calendar_files.list[i]);
        sw_err err = sw_calendar_load(load->arena, calendar_files.list[i], &load->diags,
                                      &calendars[calendar_count]);
        if (err)
            ok = false;
        else
            calendar_count++;
    }
    if (!ok || !paths_init(&rule_files, load->arena)) return false;
    for (uint32_t i = 0; i < from->rule_count; i++)
        if (!add_all(&rule_files, from->rules[i])) return false;
    if (!note(load, &calendar_files) || !note(load, &rule_files)) return false;
    const sw_ruleset_options options = {load->catalogue, calendars, calendar_count, &load->notes};
    return sw_ruleset_load(load->arena, &options, rule_files.list, rule_files.count, &load->diags,
                           &load->set) == SW_OK;
}

static sw_load_paths paths_of(const sw_cli *cli, const char *const *rules, uint32_t count) {
    sw_load_paths from = {.rules = rules, .rule_count = count};
    from.catalogues = sw_cli_values(cli, "catalogue", &from.catalogue_count);
    from.calendars = sw_cli_values(cli, "calendar", &from.calendar_count);
    return from;
}

bool sw_load_paths_quietly(sw_load *load, sw_arena *arena, const sw_load_paths *from) {
    init(load, arena);
    return finish(load, load_set(load, from), true);
}

bool sw_load_rules_from(sw_load *load, sw_arena *arena, const sw_cli *cli, const char *const *rules,
                        uint32_t count) {
    sw_load_paths from = paths_of(cli, rules, count);
    init(load, arena);
    return finish(load, load_set(load, &from), false);
}

bool sw_load_rules_quietly(sw_load *load, sw_arena *arena, const sw_cli *cli,
                           const char *const *rules, uint32_t count) {
    sw_load_paths from = paths_of(cli, rules, count);
    return sw_load_paths_quietly(load, arena, &from);
}

bool sw_load_rules(sw_load *load, sw_arena *arena, const sw_cli *cli, const char *fallback) {
    uint32_t count;
    const char *const *rules = sw_cli_values(cli, "rules", &count);
    const char *own = NULL;
    if (count == 0 && fallback) {
        const char *packs = sw_packs_dir(arena);
        own = packs ? join(arena, packs, fallback) : NULL;
        rules = &own;
        count = own != NULL;
    }
    if (count == 0) {
        fprintf(stderr, "seawall %s: no rules: name a pack with --rules FILE\n",
                cli->spec->command);
        return false;
    }
    return sw_load_rules_from(load, arena, cli, rules, count);
}
