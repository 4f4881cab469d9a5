/* cmd_dlq.h - the subcommands of `seawall dlq`.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_CMD_DLQ_H
#define SW_SEAWALL_CMD_DLQ_H

#include "seawall/client/client.h"

extern const sw_command sw_cmd_dlq_list;
extern const sw_command sw_cmd_dlq_retry;
extern const sw_command sw_cmd_dlq_show;

/* "3/120" as the path of that dead letter, with `suffix`. False: it is none. */
bool sw_dlq_path(const char *name, const char *suffix, char *ret, size_t size);
/* Opens the client of the command's options and asks; 200 and 202 only, all else is told on stderr.
 */
bool sw_dlq_ask(const sw_cli *cli, sw_client *client, const char *method, const char *path,
                sw_client_reply *ret);

#endif
