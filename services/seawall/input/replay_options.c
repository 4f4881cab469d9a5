#include "seawall/input/replay_options.h"

#include <stdlib.h>

#define MEGABYTES_DEFAULT 256
#define MEGABYTES_MIN     16
#define MEGABYTES_MAX     (1 << 20)

static bool read_time(const sw_cli_spec *spec, const sw_cli *cli, const char *option,
                      int64_t *ret_ms, int *ret_exit) {
    const char *text = sw_cli_value(cli, option);
    *ret_ms = SW_TIME_NONE;
    if (!text || sw_time_parse_ms(sw_slice_cstr(text), ret_ms) == SW_OK) return true;
    *ret_exit = sw_cli_usage(spec, "--%s takes a time like 2026-03-01T09:00:00+08:00, not '%s'",
                             option, text);
    return false;
}

bool sw_replay_options_read(const sw_cli_spec *spec, const sw_cli *cli, sw_replay_options *ret,
                            int *ret_exit) {
    const char *memory = sw_cli_value(cli, "memory"), *tmp = getenv("TMPDIR");
    int64_t megabytes = MEGABYTES_DEFAULT;
    *ret = (sw_replay_options){.tmp_dir = tmp && *tmp ? tmp : "/tmp"};
    if (memory && (!sw_slice_int(sw_slice_cstr(memory), &megabytes) || megabytes < MEGABYTES_MIN ||
                   megabytes > MEGABYTES_MAX)) {
        *ret_exit = sw_cli_usage(spec, "--memory takes megabytes from %d on, not '%s'",
                                 MEGABYTES_MIN, memory);
        return false;
    }
    ret->memory_bytes = (size_t)megabytes << 20;
    return read_time(spec, cli, "until", &ret->until_ms, ret_exit) &&
           read_time(spec, cli, "known-at", &ret->known_at_ms, ret_exit);
}
