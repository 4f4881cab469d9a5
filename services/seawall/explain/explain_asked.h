/* explain_asked.h - explanations of a running instance, over HTTP.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_EXPLAIN_ASKED_H
#define SW_SEAWALL_EXPLAIN_ASKED_H

#include "seawall/cli/cli.h"

/* Prints what the instance that `cli` names says of --warning or of --rule with --key, as text or
 * (--json) as its array. Returns the exit code; what is wrong is told on stderr. */
int sw_explain_asked(const sw_cli_spec *spec, const sw_cli *cli);

#endif
