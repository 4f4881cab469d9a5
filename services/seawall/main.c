#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "seawall/command.h"

static const sw_command *const commands[] = {
    &sw_cmd_version,
};

static void help(FILE *to) {
    fprintf(to,
            "seawall: watches over the legality of police work, from case events to warnings\n\n"
            "usage: seawall COMMAND [options]\n\ncommands:\n");
    for (size_t i = 0; i < SW_COUNT(commands); i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(to, "\n`seawall COMMAND --help` tells more about one.\n");
}

int main(int argc, char **argv) {
    if (argc < 2) {
        help(stderr);
        return SW_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        help(stdout);
        return SW_EXIT_OK;
    }
    const char *name = strcmp(argv[1], "--version") == 0 ? "version" : argv[1];
    for (size_t i = 0; i < SW_COUNT(commands); i++)
        if (strcmp(commands[i]->name, name) == 0) return commands[i]->run(argc - 1, argv + 1);
    fprintf(stderr, "seawall: there is no command '%s'; `seawall --help` lists them\n", argv[1]);
    return SW_EXIT_USAGE;
}
