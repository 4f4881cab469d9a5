#include <stdio.h>

#include "host/auth_key.h"
#include "seawall/cli/term.h"
#include "seawall/up/up.h"

static const sw_cli_option options[] = {
    {"key", "FILE", "the key that signs", false},
    {"new-key", "FILE", "make a key for HS256, and nothing else", false},
    {"alg", "NAME", "HS256, RS256 or ES256 (default: HS256)", false},
    {"kid", "ID", "the key's kid in auth.keys", false},
    {"sub", "NAME", "who the token is for: a police number, a system", false},
    {"org", "CODE", "the unit whose subtree he sees; only admin may go without", false},
    {"role", "NAME", "publisher, viewer, officer, supervisor, admin", true},
    {"hours", "N", "how long it holds (default: 12)", false},
    {"audience", "NAME", "what auth.audience asks for", false},
};

static const sw_cli_spec spec = {
    .command = "token",
    .summary = "issues a bearer token from a local key, or makes a key",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "  seawall token --new-key token.key\n"
             "  seawall token --key token.key --sub 012345 --org 320981000000 --role viewer\n",
};

static int new_key(const char *path, sw_diags *diags) {
    if (sw_token_new_key(path, diags) != SW_OK) {
        sw_print_diags(stderr, diags, "error", SW_TINT_RED);
        return SW_EXIT_FAILED;
    }
    printf("made %s; name it in the settings:\nauth:\n  keys:\n    - {alg: HS256, file: %s}\n",
           path, path);
    return SW_EXIT_OK;
}

static bool read_claims(const sw_cli *cli, sw_token_claims *claims, int *ret_exit) {
    uint32_t role_count;
    const char *const *roles = sw_cli_values(cli, "role", &role_count);
    const char *hours = sw_cli_value(cli, "hours"), *text = sw_cli_value(cli, "org");
    int64_t n = 12;
    sw_clock clock;
    sw_clock_system(&clock);
    if (!sw_cli_value(cli, "sub"))
        return *ret_exit = sw_cli_usage(&spec, "name whom it is for with --sub"), false;
    if (hours && (!sw_slice_int(sw_slice_cstr(hours), &n) || n < 1 || n > 24 * 366))
        return *ret_exit = sw_cli_usage(&spec, "--hours takes 1 to 8784, not '%s'", hours), false;
    for (uint32_t i = 0; i < role_count; i++) {
        uint32_t role = sw_role_parse(sw_slice_cstr(roles[i]));
        if (!role) return *ret_exit = sw_cli_usage(&spec, "there is no role '%s'", roles[i]), false;
        claims->roles |= role;
    }
    if (!claims->roles) return *ret_exit = sw_cli_usage(&spec, "name at least one --role"), false;
    if (!text && !(claims->roles & SW_ROLE_ADMIN))
        return *ret_exit = sw_cli_usage(&spec, "name the unit with --org"), false;
    claims->sub = sw_slice_cstr(sw_cli_value(cli, "sub"));
    if (text) claims->org = sw_slice_cstr(text);
    text = sw_cli_value(cli, "audience");
    if (text) claims->audience = sw_slice_cstr(text);
    claims->issued_ms = sw_clock_now_ms(&clock);
    claims->expires_ms = claims->issued_ms + n * 3600000;
    return true;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_diags diags;
    sw_auth_key key = {.alg = SW_KEY_HS256};
    sw_token_claims claims = {.roles = 0};
    const char *alg = sw_cli_value(cli, "alg"), *kid = sw_cli_value(cli, "kid");
    sw_slice token;
    int code;
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 10);
    if (sw_cli_value(cli, "new-key")) return new_key(sw_cli_value(cli, "new-key"), &diags);
    if (!sw_cli_value(cli, "key")) return sw_cli_usage(&spec, "name the key with --key FILE");
    if (alg && !sw_key_alg_parse(sw_slice_cstr(alg), &key.alg))
        return sw_cli_usage(&spec, "--alg takes HS256, RS256 or ES256, not '%s'", alg);
    if (!read_claims(cli, &claims, &code)) return code;
    key.path = sw_slice_cstr(sw_cli_value(cli, "key"));
    if (kid) key.kid = sw_slice_cstr(kid);
    if (sw_token_issue(&key, &claims, arena, &diags, &token) != SW_OK) {
        sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
        return SW_EXIT_FAILED;
    }
    printf("%.*s\n", SW_FMT(token));
    return SW_EXIT_OK;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_token = {"token", "issue a token, or make a key", run};
