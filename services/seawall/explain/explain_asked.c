#include "seawall/explain/explain_asked.h"

#include "seawall/ask/ask.h"
#include "seawall/explain/ledger.h"

#define LEDGER_BYTES ((size_t)64 << 20)

/* What only means something with files. */
static const char *file_option(const sw_cli *cli) {
    static const char *const names[] = {"rules", "catalogue", "calendar", "until", "known-at"};
    for (size_t i = 0; i < SW_COUNT(names); i++)
        if (sw_cli_has(cli, names[i])) return names[i];
    return NULL;
}

static void path_of(const sw_cli *cli, sw_ask_path *path) {
    uint32_t count;
    const char *warning = sw_cli_value(cli, "warning");
    const char *const *keys = sw_cli_values(cli, "key", &count);
    sw_ask_path_init(path, warning ? "/v1/warnings" : "/v1/explain");
    if (warning) {
        sw_ask_path_segment(path, sw_slice_cstr(warning));
        return;
    }
    sw_ask_path_query(path, "rule", sw_slice_cstr(sw_cli_value(cli, "rule")));
    for (uint32_t i = 0; i < count; i++) sw_ask_path_query(path, "key", sw_slice_cstr(keys[i]));
}

static int print(const sw_json *ledgers, bool json) {
    sw_buf text;
    sw_buf_init(&text, LEDGER_BYTES);
    sw_json_write(&text, ledgers);
    sw_err err = text.err;
    if (!err && json)
        printf("%.*s\n", SW_FMT(sw_buf_slice(&text)));
    else if (!err)
        err = sw_ledger_print(stdout, sw_buf_slice(&text));
    sw_buf_done(&text);
    return err || fflush(stdout) != 0 ? SW_EXIT_FAILED : SW_EXIT_OK;
}

static int ask_one(sw_ask *ask) {
    sw_ask_path path;
    path_of(ask->cli, &path);
    const sw_json *answer = sw_ask_get(ask, &path);
    sw_ask_path_done(&path);
    if (!answer) return ask->code;
    const sw_json *ledgers = sw_json_get(answer, SW_S("explanation"));
    if (ledgers && ledgers->kind == SW_JSON_ARRAY) return print(ledgers, ask->cli->json);
    fputs("seawall explain: the warning is known, but no rule or case leads to it any more: it was "
          "withdrawn,\nor its rule is gone; --rule ID --key NAME=VALUE tells why there is none\n",
          stderr);
    return SW_EXIT_FAILED;
}

int sw_explain_asked(const sw_cli_spec *spec, const sw_cli *cli) {
    const char *alien = file_option(cli);
    if (alien)
        return sw_cli_usage(spec, "--%s goes with --events: a running instance has its own", alien);
    if (sw_cli_has(cli, "rule") != sw_cli_has(cli, "key"))
        return sw_cli_usage(spec, "of a running instance a rule is explained with its key: --rule "
                                  "ID --key NAME=VALUE");
    sw_ask ask;
    int code = sw_ask_open(&ask, cli) ? ask_one(&ask) : ask.code;
    sw_ask_close(&ask);
    return code;
}
