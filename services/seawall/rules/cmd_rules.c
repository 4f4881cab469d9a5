#include "seawall/rules/cmd_rules.h"
#include "seawall/cli/cli.h"

static const sw_command *const commands[] = {
    &sw_cmd_rules_check, &sw_cmd_rules_list, &sw_cmd_rules_show,
    &sw_cmd_rules_eval,  &sw_cmd_rules_test, &sw_cmd_rules_diff,
};

static int run(int argc, char **argv) {
    return sw_command_dispatch("seawall rules",
                               "rule packs: checked, listed, explained, tested, compared", commands,
                               SW_COUNT(commands), argc, argv);
}

const sw_command sw_cmd_rules = {"rules", "check, list, show, test and compare rule packs", run};
