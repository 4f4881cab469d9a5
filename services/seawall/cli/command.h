/* command.h - a subcommand of `seawall`: a name, a line of help, a function.  Layer 9.  Thread:
 * main. */
#ifndef SW_SEAWALL_COMMAND_H
#define SW_SEAWALL_COMMAND_H

/* Exit codes (docs/warnings.md). */
enum {
    SW_EXIT_OK = 0,
    SW_EXIT_FAILED = 1,
    SW_EXIT_USAGE = 2,   /* wrong usage or configuration */
    SW_EXIT_REJECTED = 3 /* the input was read to its end, but some of it was rejected */
};

typedef struct sw_command {
    const char *name;    /* "replay" */
    const char *summary; /* one line for `seawall --help` */
    /* argv[0] is the subcommand's name. Handles --help itself. Returns an exit code. */
    int (*run)(int argc, char **argv);
} sw_command;

extern const sw_command sw_cmd_act;
extern const sw_command sw_cmd_bench;
extern const sw_command sw_cmd_case;
extern const sw_command sw_cmd_config;
extern const sw_command sw_cmd_deadlines;
extern const sw_command sw_cmd_directory;
extern const sw_command sw_cmd_dlq;
extern const sw_command sw_cmd_explain;
extern const sw_command sw_cmd_export;
extern const sw_command sw_cmd_generate;
extern const sw_command sw_cmd_import;
extern const sw_command sw_cmd_move;
extern const sw_command sw_cmd_patrols;
extern const sw_command sw_cmd_replay;
extern const sw_command sw_cmd_rules;
extern const sw_command sw_cmd_scores;
extern const sw_command sw_cmd_status;
extern const sw_command sw_cmd_report;
extern const sw_command sw_cmd_tasks;
extern const sw_command sw_cmd_token;
extern const sw_command sw_cmd_top;
extern const sw_command sw_cmd_topics;
extern const sw_command sw_cmd_up;
extern const sw_command sw_cmd_version;
extern const sw_command sw_cmd_warnings;

#endif
