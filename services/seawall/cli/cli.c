#include "seawall/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "seawall/cli/term.h"

#define PROCESS_BYTES ((size_t)1 << 30)

struct sw_cli_given {
    const sw_cli_option *option;
    const char *value;
};

static const sw_cli_option common_options[] = {
    {"json", NULL, "write JSON, for programs", false},
    {"help", NULL, "print this and stop", false},
};

static void print_option(const sw_cli_option *option) {
    char left[64];
    snprintf(left, sizeof left, "--%s%s%s%s", option->name, option->value ? " " : "",
             option->value ? option->value : "", option->many ? " …" : "");
    printf("  %s%*s%s\n", left, sw_pad(sw_slice_cstr(left), 26), "", option->help);
}

static void print_help(const sw_cli_spec *spec) {
    printf("%s\n\nusage: seawall %s%s%s [options]\n\noptions:\n", spec->summary, spec->command,
           spec->args ? " " : "", spec->args ? spec->args : "");
    for (size_t i = 0; i < spec->option_count; i++) print_option(&spec->options[i]);
    for (size_t i = 0; i < SW_COUNT(common_options); i++) print_option(&common_options[i]);
    if (spec->notes) printf("\n%s\n", spec->notes);
}

int sw_cli_usage(const sw_cli_spec *spec, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    fprintf(stderr, "seawall %s: ", spec->command);
    vfprintf(stderr, fmt, args);
    fprintf(stderr, "; `seawall %s --help` tells more\n", spec->command);
    va_end(args);
    return SW_EXIT_USAGE;
}

static const sw_cli_option *find_in(const sw_cli_option *options, size_t count, sw_slice name) {
    for (size_t i = 0; i < count; i++)
        if (sw_slice_is(name, options[i].name)) return &options[i];
    return NULL;
}

static const sw_cli_option *find_option(const sw_cli_spec *spec, sw_slice name) {
    const sw_cli_option *option = find_in(spec->options, spec->option_count, name);
    return option ? option : find_in(common_options, SW_COUNT(common_options), name);
}

typedef struct words {
    int argc, at;
    char **argv;
} words;

static bool next_is_value(const words *w) {
    return w->at < w->argc && (strcmp(w->argv[w->at], "-") == 0 || w->argv[w->at][0] != '-');
}

static void give(sw_cli *cli, const sw_cli_option *option, const char *value) {
    cli->given[cli->given_count++] = (struct sw_cli_given){option, value};
}

/* Takes the value or values of an option. `inline_value` is what follows '=', or NULL. */
static bool take_values(sw_cli *cli, words *w, const sw_cli_option *option,
                        const char *inline_value) {
    if (!option->value) {
        if (inline_value)
            return sw_cli_usage(cli->spec, "--%s takes no value", option->name), false;
        return give(cli, option, ""), true;
    }
    if (!option->many && sw_cli_has(cli, option->name))
        return sw_cli_usage(cli->spec, "--%s is given twice", option->name), false;
    if (inline_value) return give(cli, option, inline_value), true;
    /* A value may begin with '-' ("-24h"): the first word after the option is always its own. */
    if (w->at >= w->argc || strncmp(w->argv[w->at], "--", 2) == 0)
        return sw_cli_usage(cli->spec, "--%s needs %s", option->name, option->value), false;
    give(cli, option, w->argv[w->at++]);
    while (option->many && !cli->spec->args && next_is_value(w))
        give(cli, option, w->argv[w->at++]);
    return true;
}

static bool take_option(sw_cli *cli, words *w, const char *word) {
    const char *eq = strchr(word, '=');
    sw_slice name = sw_slice_of(word + 2, eq ? (size_t)(eq - word) - 2 : strlen(word) - 2);
    const sw_cli_option *option = find_option(cli->spec, name);
    if (!option) return sw_cli_usage(cli->spec, "there is no option --%.*s", SW_FMT(name)), false;
    return take_values(cli, w, option, eq ? eq + 1 : NULL);
}

static bool take_words(sw_cli *cli, words *w, const char **args) {
    bool plain = false;
    while (w->at < w->argc) {
        const char *word = w->argv[w->at++];
        if (!plain && strcmp(word, "--") == 0) {
            plain = true;
        } else if (!plain && strcmp(word, "-h") == 0) {
            give(cli, &common_options[1], "");
        } else if (!plain && strncmp(word, "--", 2) == 0) {
            if (!take_option(cli, w, word)) return false;
        } else if (!plain && word[0] == '-' && word[1]) {
            return sw_cli_usage(cli->spec, "there is no option %s", word), false;
        } else {
            args[cli->arg_count++] = word;
        }
    }
    return true;
}

bool sw_cli_parse(const sw_cli_spec *spec, int argc, char **argv, sw_arena *arena, sw_cli *ret,
                  int *ret_exit) {
    SW_ASSERT(spec && argc >= 1 && arena && ret && ret_exit);
    size_t room = (size_t)argc + 1;
    const char **args = sw_arena_zero(arena, room, sizeof *args);
    *ret = (sw_cli){.spec = spec, .args = args, .arena = arena};
    ret->given = sw_arena_zero(arena, room, sizeof *ret->given);
    *ret_exit = SW_EXIT_USAGE;
    if (!args || !ret->given) return false;
    words w = {argc, 1, argv};
    if (!take_words(ret, &w, args)) return false;
    if (sw_cli_has(ret, "help")) return print_help(spec), *ret_exit = SW_EXIT_OK, false;
    ret->json = sw_cli_has(ret, "json");
    if (ret->arg_count < spec->args_min)
        return sw_cli_usage(spec, "%s is missing", spec->args ? spec->args : "an argument"), false;
    if (ret->arg_count > spec->args_max)
        return sw_cli_usage(spec, "what is '%s'?", args[spec->args_max]), false;
    return true;
}

int sw_cli_run(const sw_cli_spec *spec, int argc, char **argv,
               int (*run)(const sw_cli *cli, sw_arena *arena)) {
    sw_arena arena;
    sw_cli cli;
    int code;
    sw_arena_init(&arena, PROCESS_BYTES);
    if (sw_cli_parse(spec, argc, argv, &arena, &cli, &code)) code = run(&cli, &arena);
    sw_arena_done(&arena);
    return code;
}

bool sw_cli_has(const sw_cli *cli, const char *option) {
    return sw_cli_value(cli, option) != NULL;
}

const char *sw_cli_value(const sw_cli *cli, const char *option) {
    const char *value = NULL;
    for (uint32_t i = 0; i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, option) == 0) value = cli->given[i].value;
    return value;
}

const char *const *sw_cli_values(const sw_cli *cli, const char *option, uint32_t *ret_count) {
    const char **values = sw_arena_zero(cli->arena, cli->given_count + 1, sizeof *values);
    uint32_t count = 0;
    for (uint32_t i = 0; values && i < cli->given_count; i++)
        if (strcmp(cli->given[i].option->name, option) == 0) values[count++] = cli->given[i].value;
    *ret_count = count;
    return count ? values : NULL;
}

static void print_commands(FILE *to, const char *what, const char *summary,
                           const sw_command *const *commands, size_t count) {
    fprintf(to, "%s: %s\n\nusage: %s COMMAND [options]\n\ncommands:\n", what, summary, what);
    for (size_t i = 0; i < count; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\n`%s COMMAND --help` tells more about one.\n", what);
}

int sw_command_dispatch(const char *what, const char *summary, const sw_command *const *commands,
                        size_t count, int argc, char **argv) {
    if (argc < 2) return print_commands(stderr, what, summary, commands, count), SW_EXIT_USAGE;
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        return print_commands(stdout, what, summary, commands, count), SW_EXIT_OK;
    if (strcmp(name, "--version") == 0) name = "version";
    for (size_t i = 0; i < count; i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i]->run(argc - 1, argv + 1);
    fprintf(stderr, "%s: there is no command '%s'; `%s --help` lists them\n", what, name, what);
    return SW_EXIT_USAGE;
}
