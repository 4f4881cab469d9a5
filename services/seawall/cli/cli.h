/* cli.h - options of a subcommand, declared as a table: parsing and `--help` come from it. Layer 9.
 * Thread: main. */
#ifndef SW_SEAWALL_CLI_H
#define SW_SEAWALL_CLI_H

#include "base/arena.h"
#include "seawall/cli/command.h"

typedef struct sw_cli_option {
    const char *name;  /* "until", written --until */
    const char *value; /* what it takes, for the help text: "TIME"; NULL: a switch */
    const char *help;
    bool many; /* may be given several times */
} sw_cli_option;

/* `--help` and `--json` need not be declared: every command has them. An option takes its value as
 * `--until TIME` or `--until=TIME`. In a command without arguments of its own (args NULL) an option
 * that is `many` takes all words up to the next option: `--rules a.yaml b.yaml --events -`. */
typedef struct sw_cli_spec {
    const char *command; /* "replay", "rules check" */
    const char *args;    /* "FILE…"; NULL: none */
    uint32_t args_min, args_max;
    const char *summary; /* one sentence */
    const sw_cli_option *options;
    size_t option_count;
    const char *notes; /* more help: what is written, exit codes, an example; may be NULL */
} sw_cli_spec;

typedef struct sw_cli {
    const sw_cli_spec *spec;
    const char *const *args; /* arguments that are no options */
    uint32_t arg_count;
    bool json;
    struct sw_cli_given *given;
    uint32_t given_count;
    sw_arena *arena;
} sw_cli;

/* Parses argv[1…]. False: the command is to return `*ret_exit` at once (help was printed, or wrong
 * usage told on stderr). What it gives lives in `arena` and argv. */
bool sw_cli_parse(const sw_cli_spec *spec, int argc, char **argv, sw_arena *arena, sw_cli *ret,
                  int *ret_exit);
/* A whole command: parses, calls `run` with what is given and an arena for the process, frees it.
 * Returns the exit code. */
int sw_cli_run(const sw_cli_spec *spec, int argc, char **argv,
               int (*run)(const sw_cli *cli, sw_arena *arena));
bool sw_cli_has(const sw_cli *cli, const char *option);
/* The last value given, or NULL. */
const char *sw_cli_value(const sw_cli *cli, const char *option);
/* All values given, in order; NULL with 0. */
const char *const *sw_cli_values(const sw_cli *cli, const char *option, uint32_t *ret_count);

/* "seawall COMMAND: message" and how to get help, on stderr. Returns SW_EXIT_USAGE. */
int sw_cli_usage(const sw_cli_spec *spec, const char *fmt, ...) SW_PRINTF(2, 3);

/* Runs the subcommand that argv[1] names, or prints the list. `what`: "seawall rules". */
int sw_command_dispatch(const char *what, const char *summary, const sw_command *const *commands,
                        size_t count, int argc, char **argv);

#endif
