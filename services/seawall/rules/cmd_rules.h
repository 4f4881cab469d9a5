/* cmd_rules.h - the subcommands of `seawall rules`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_CMD_RULES_H
#define SW_SEAWALL_CMD_RULES_H

#include "seawall/cli/command.h"

extern const sw_command sw_cmd_rules_check;
extern const sw_command sw_cmd_rules_list;
extern const sw_command sw_cmd_rules_show;
extern const sw_command sw_cmd_rules_eval;
extern const sw_command sw_cmd_rules_test;
extern const sw_command sw_cmd_rules_diff;

#endif
