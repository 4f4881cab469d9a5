#include <stdio.h>
#include <stdlib.h>

#include "seawall/cli/term.h"
#include "seawall/dlq/cmd_dlq.h"

enum { PAGE = 100 };

static const sw_cli_option options[] = {
    SW_CLIENT_OPTIONS,
    {"code", "CODE", "only those refused for this reason (docs/events.md)", false},
    {"source", "SOURCE", "only events of this source", false},
    {"retried", "true|false", "only those that were (not) sent again", false},
    {"limit", "N", "at most so many, the newest first (default: 50)", false},
};

static const sw_cli_spec spec = {
    .command = "dlq list",
    .summary = "lists what was refused, the newest first",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "The first column names a letter for `dlq show` and `dlq retry`.",
};

static const sw_column columns[] = {{"LETTER", false, 0},  {"TIME", false, 0}, {"CODE", false, 0},
                                    {"SOURCE", false, 30}, {"ID", false, 30},  {"RETRIED", true, 0},
                                    {"MESSAGE", false, 70}};

static void add_encoded(sw_buf *path, const char *name, const char *value) {
    if (!value) return;
    sw_buf_printf(path, "&%s=", name);
    for (const char *c = value; *c; c++) {
        bool plain = (*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'z') ||
                     (*c >= 'A' && *c <= 'Z') || strchr("-._~", *c);
        if (plain)
            sw_buf_add_byte(path, *c);
        else
            sw_buf_printf(path, "%%%02X", (unsigned)(unsigned char)*c);
    }
}

static sw_slice text_of(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    bool text = node && (node->kind == SW_JSON_STRING || node->kind == SW_JSON_NUMBER);
    return text ? node->text : SW_SLICE_NONE;
}

static bool add_row(sw_table *table, const sw_json *item, sw_arena *arena) {
    sw_slice letter = sw_arena_printf(arena, "%.*s/%.*s", SW_FMT(text_of(item, "partition")),
                                      SW_FMT(text_of(item, "offset")));
    const sw_json *retried = sw_json_get(item, SW_S("retried"));
    const sw_cell cells[] = {
        {letter, SW_TINT_BOLD},        {text_of(item, "time"), SW_TINT_DIM},
        {text_of(item, "code"), 0},    {text_of(item, "source"), 0},
        {text_of(item, "id"), 0},      {text_of(retried, "times"), 0},
        {text_of(item, "message"), 0},
    };
    return letter.ptr && sw_table_add(table, cells);
}

/* One page; `*left` counts down. The cursor of the next one, or empty. */
static bool list_page(const sw_cli *cli, sw_client *client, sw_slice cursor, int64_t *left,
                      sw_table *table, bool *first, sw_slice *ret_next) {
    sw_buf path;
    sw_client_reply reply;
    const sw_json *root;
    sw_buf_init(&path, 4000);
    sw_buf_printf(&path, "/v1/dead-letters?limit=%lld", (long long)(*left < PAGE ? *left : PAGE));
    add_encoded(&path, "code", sw_cli_value(cli, "code"));
    add_encoded(&path, "source", sw_cli_value(cli, "source"));
    add_encoded(&path, "retried", sw_cli_value(cli, "retried"));
    if (cursor.len) sw_buf_printf(&path, "&cursor=%.*s", SW_FMT(cursor));
    sw_buf_add_byte(&path, '\0');
    bool good = !path.err && sw_dlq_ask(cli, client, "GET", path.ptr, &reply);
    sw_buf_done(&path);
    sw_slice body;
    if (!good || !sw_arena_copy(cli->arena, reply.body, &body)) return false;
    if (sw_json_parse(cli->arena, body, (sw_json_limits){0}, NULL, &root) != SW_OK) return false;
    const sw_json *items = sw_json_get(root, SW_S("items"));
    for (const sw_json *i = items ? items->first : NULL; i; i = i->next, (*left)--) {
        if (!cli->json) {
            if (!add_row(table, i, cli->arena)) return false;
            continue;
        }
        sw_buf line;
        sw_buf_init(&line, 1 << 20);
        sw_json_write(&line, i);
        printf("%s%.*s", *first ? "[" : ",\n ", SW_FMT(sw_buf_slice(&line)));
        *first = false;
        sw_buf_done(&line);
    }
    *ret_next = text_of(root, "next");
    return true;
}

static int run_parsed(const sw_cli *cli, sw_arena *arena) {
    sw_client_options where;
    sw_client *client;
    const char *limit = sw_cli_value(cli, "limit");
    int64_t left = limit ? atoll(limit) : 50;
    sw_slice cursor = SW_SLICE_NONE;
    sw_table table;
    bool first = true, good = true;
    if (left < 1) return sw_cli_usage(&spec, "--limit takes a number from 1");
    if (!sw_client_options_read(cli, &where)) return SW_EXIT_USAGE;
    if (sw_client_open(&where, &client) != SW_OK) return SW_EXIT_FAILED;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    do {
        good = list_page(cli, client, cursor, &left, &table, &first, &cursor);
    } while (good && cursor.len && left > 0);
    sw_client_close(client);
    if (cli->json) printf("%s]\n", first ? "[" : "");
    if (!cli->json && good) sw_table_print(&table, stdout);
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, run_parsed);
}

const sw_command sw_cmd_dlq_list = {"list", "what was refused, the newest first", run};
