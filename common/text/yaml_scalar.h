/* yaml_scalar.h - what a plain scalar is by YAML 1.2's core schema.  Layer 1, of yaml.c only.
 * Thread: any. */
#ifndef SW_TEXT_YAML_SCALAR_H
#define SW_TEXT_YAML_SCALAR_H

#include "text/yaml.h"

/* Sets kind, truth, number and real of a plain scalar from its text. SW_E_RANGE: a number that
 * int64 or double can't hold. */
SW_NODISCARD sw_err sw_yaml_resolve(sw_yaml *node);

#endif
