#include <stdio.h>
#include <string.h>

#include "seawall/cli/command.h"

static int run(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--json") == 0)
        printf("{\"name\":\"seawall\",\"version\":\"%s\"}\n", SW_VERSION);
    else
        printf("seawall %s\n", SW_VERSION);
    return SW_EXIT_OK;
}

const sw_command sw_cmd_version = {"version", "print the version", run};
