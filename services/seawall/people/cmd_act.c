#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "env/clock.h"
#include "seawall/people/remote.h"

static const sw_cli_option options[] = {
    {"note", "TEXT", "the reason, or what was done", false},
    {"result", "WORD", "of recheck: passed or failed", false},
    {"due", "TIME", "of rectify: until when", false},
    {"officer", "ID", "who acts, where no keys are configured; else it is the token's", false},
    {"key", "TEXT", "Idempotency-Key: the same again does nothing (default: a new one)", false},
    SW_CLIENT_OPTIONS,
};

static const sw_cli_spec spec = {
    .command = "act",
    .args = "WARNING ACTION",
    .args_min = 2,
    .args_max = 2,
    .summary = "Takes a step of the loop on a warning, in a running instance.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes =
        "ACTION is acknowledge, verify, rectify, feedback, recheck, close, reopen or dismiss.\n\n"
        "  seawall act 5f0c… acknowledge --officer 030100\n",
};

static void member(sw_buf *body, const char *name, const char *value) {
    if (!value) return;
    if (body->len > 1) sw_buf_add_byte(body, ',');
    sw_json_write_string(body, sw_slice_cstr(name));
    sw_buf_add_byte(body, ':');
    sw_json_write_string(body, sw_slice_cstr(value));
}

/* Unlike any other call's. */
static const char *new_key(sw_arena *arena) {
    sw_clock clock;
    sw_clock_system(&clock);
    return sw_arena_printf(arena, "cli-%" PRId64 "-%" PRId64 "-%ld", sw_clock_now_ms(&clock),
                           sw_clock_mono_us(&clock), (long)getpid())
        .ptr;
}

static int act(const sw_cli *cli, sw_arena *arena) {
    static const char *const names[] = {"note", "result", "due", "officer"};
    const char *key = sw_cli_value(cli, "key"), *warning = sw_remote_escape(arena, cli->args[0]);
    sw_slice text, path = sw_arena_printf(arena, "/v1/warnings/%s/actions", warning ? warning : "");
    const sw_json *root;
    sw_buf body;
    int code;
    if (!key) key = new_key(arena);
    sw_buf_init(&body, 1 << 16);
    sw_buf_add_byte(&body, '{');
    member(&body, "action", cli->args[1]);
    for (size_t i = 0; i < SW_COUNT(names); i++)
        member(&body, names[i], sw_cli_value(cli, names[i]));
    sw_buf_add_byte(&body, '}');
    const sw_remote_call call = {.path = path.ptr,
                                 .type = "application/json",
                                 .idempotency_key = key,
                                 .body = sw_buf_slice(&body)};
    bool done =
        !body.err && path.ptr && key && sw_remote_ask(cli, arena, &call, &text, &root, &code);
    sw_buf_done(&body);
    if (!done) return path.ptr && key ? code : SW_EXIT_FAILED;
    if (cli->json)
        printf("%.*s\n", SW_FMT(text));
    else
        printf("%s: recorded\n", cli->args[1]);
    return SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, act);
}

const sw_command sw_cmd_act = {"act", "take a step of the loop on a warning", run};
