#include "seawall/scores/ask_scores.h"

#include <inttypes.h>
#include <stdio.h>

#include "evaluate/score.h"
#include "seawall/ask/ask.h"

#define LINE_BYTES_MAX ((size_t)1 << 20)

static sw_slice points(sw_arena *arena, const sw_json *item) {
    int64_t n = 0;
    if (!sw_slice_int(sw_ask_text(item, "score_hundredths"), &n)) return SW_S("");
    return sw_arena_printf(arena, "%" PRId64 ".%02" PRId64, n / 100, n % 100);
}

static void print_lines(const sw_json *first, int64_t *left) {
    sw_buf line;
    sw_buf_init(&line, LINE_BYTES_MAX);
    for (const sw_json *item = first; item && *left > 0; item = item->next, (*left)--) {
        sw_buf_clear(&line);
        sw_json_write(&line, item);
        if (!line.err) printf("%.*s\n", SW_FMT(sw_buf_slice(&line)));
    }
    sw_buf_done(&line);
}

static void print_table(sw_arena *arena, const sw_json *first, int64_t *left) {
    static const sw_column columns[] = {{"OF", false, 0},
                                        {"SUBJECT", false, 0},
                                        {"SCORE", true, 0},
                                        {"BAND", false, 0},
                                        {"WARNINGS", true, 0}};
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *item = first; item && *left > 0; item = item->next, (*left)--) {
        const sw_slice band = sw_ask_text(item, "band");
        const sw_cell cells[] = {{sw_ask_text(item, "of"), SW_TINT_NONE},
                                 {sw_ask_text(item, "subject"), SW_TINT_BOLD},
                                 {points(arena, item), SW_TINT_NONE},
                                 {band, sw_ask_tint(band)},
                                 {sw_ask_text(item, "warnings"), SW_TINT_NONE}};
        if (!sw_table_add(&table, cells)) break;
    }
    if (first) sw_table_print(&table, stdout);
}

/* One kind, page after page. */
static int list(sw_ask *ask, const char *of, int64_t top) {
    static const char *const names[] = {"org"};
    char cursor[2048] = "";
    int64_t left = top ? top : INT64_MAX;
    do {
        char page[24];
        sw_ask_path path;
        (void)snprintf(page, sizeof page, "%" PRId64, left < 1000 ? left : 1000);
        sw_ask_path_init(&path, "/v1/scores");
        sw_ask_path_query(&path, "of", sw_slice_cstr(of));
        sw_ask_path_options(&path, ask->cli, names, SW_COUNT(names));
        sw_ask_path_query(&path, "limit", sw_slice_cstr(page));
        sw_ask_path_query(&path, "cursor", sw_slice_cstr(cursor));
        const sw_json *json = sw_ask_get(ask, &path);
        sw_ask_path_done(&path);
        if (!json) return ask->code;
        const sw_json *first = sw_ask_list(json, "scores");
        if (ask->cli->json)
            print_lines(first, &left);
        else
            print_table(&ask->arena, first, &left);
        (void)snprintf(cursor, sizeof cursor, "%.*s", SW_FMT(sw_ask_text(json, "next")));
    } while (cursor[0] && left > 0);
    return SW_EXIT_OK;
}

static void print_parts(sw_arena *arena, const sw_json *json) {
    static const sw_column columns[] = {
        {"SCORE", true, 0}, {"LEVEL", false, 0}, {"STATE", false, 0},  {"CLOSED", false, 0},
        {"UNIT", false, 0}, {"RULE", false, 0},  {"WARNING", false, 0}};
    const sw_slice band = sw_ask_text(json, "band");
    sw_table table;
    printf("%.*s %.*s: %.*s%s%.*s\n", SW_FMT(sw_ask_text(json, "of")),
           SW_FMT(sw_ask_text(json, "subject")), SW_FMT(points(arena, json)), band.len ? ", " : "",
           SW_FMT(band));
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *item = sw_ask_list(json, "parts"); item; item = item->next) {
        const sw_slice level = sw_ask_text(item, "level"), closed = sw_ask_text(item, "closed");
        const sw_cell cells[] = {
            {points(arena, item), SW_TINT_NONE},
            {level, sw_ask_tint(level)},
            {sw_ask_text(item, "state"), SW_TINT_NONE},
            {closed.len ? sw_ask_minute(arena, closed) : SW_S(""), SW_TINT_NONE},
            {sw_ask_text(item, "orgcode"), SW_TINT_DIM},
            {sw_ask_text(item, "rule"), SW_TINT_NONE},
            {sw_ask_text(item, "warning_id"), SW_TINT_DIM}};
        if (!sw_table_add(&table, cells)) break;
    }
    sw_table_print(&table, stdout);
}

static int explain(sw_ask *ask, const char *key) {
    static const char *const names[] = {"org"};
    int64_t one = 1;
    sw_ask_path path;
    sw_ask_path_init(&path, "/v1/scores");
    sw_ask_path_segment(&path, sw_slice_cstr(key));
    sw_ask_path_options(&path, ask->cli, names, SW_COUNT(names));
    sw_ask_path_query(&path, "limit", SW_S("1000"));
    const sw_json *json = sw_ask_get(ask, &path);
    sw_ask_path_done(&path);
    if (!json) return ask->code;
    if (ask->cli->json)
        print_lines(json, &one);
    else
        print_parts(&ask->arena, json);
    return SW_EXIT_OK;
}

int scores_ask(const sw_cli *cli, int64_t top) {
    const char *of = sw_cli_value(cli, "of"), *key = sw_cli_value(cli, "key");
    sw_ask ask;
    int code = sw_ask_open(&ask, cli) ? SW_EXIT_OK : ask.code;
    if (code == SW_EXIT_OK && key) code = explain(&ask, key);
    for (int i = 0; code == SW_EXIT_OK && !key && i < SW_SCORED_COUNT; i++) {
        const char *name = sw_scored_name((sw_scored)i);
        if (!of || strcmp(of, name) == 0) code = list(&ask, name, top);
    }
    sw_ask_close(&ask);
    return fflush(stdout) == 0 ? code : SW_EXIT_FAILED;
}
