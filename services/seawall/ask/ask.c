#include "seawall/ask/ask.h"

#include "text/time.h"

#define ANSWER_BYTES ((size_t)512 << 20)
#define PATH_BYTES   ((size_t)64 << 10)

bool sw_ask_open(sw_ask *ask, const sw_cli *cli) {
    sw_client_options options;
    *ask = (sw_ask){.cli = cli, .command = cli->spec->command, .code = SW_EXIT_USAGE};
    sw_arena_init(&ask->arena, ANSWER_BYTES);
    if (!sw_client_options_read(cli, &options)) return false;
    if (sw_client_open(&options, &ask->client) == SW_OK) return true;
    fprintf(stderr, "seawall %s: out of memory\n", ask->command);
    ask->code = SW_EXIT_FAILED;
    return false;
}

void sw_ask_close(sw_ask *ask) {
    sw_client_close(ask->client);
    sw_arena_done(&ask->arena);
}

/* ---- paths ------------------------------------------------------------------------------ */

void sw_ask_path_init(sw_ask_path *path, const char *start) {
    sw_buf_init(&path->text, PATH_BYTES);
    sw_buf_add_cstr(&path->text, start);
    path->any = false;
}

void sw_ask_path_done(sw_ask_path *path) {
    sw_buf_done(&path->text);
}

/* RFC 3986: all but the unreserved ones are encoded. */
static void encode(sw_buf *out, sw_slice text) {
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.ptr[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            sw_buf_add_byte(out, (char)c);
        else
            sw_buf_printf(out, "%%%02X", c);
    }
}

void sw_ask_path_segment(sw_ask_path *path, sw_slice segment) {
    sw_buf_add_byte(&path->text, '/');
    encode(&path->text, segment);
}

void sw_ask_path_query(sw_ask_path *path, const char *name, sw_slice value) {
    if (value.len == 0) return;
    sw_buf_printf(&path->text, "%c%s=", path->any ? '&' : '?', name);
    encode(&path->text, value);
    path->any = true;
}

void sw_ask_path_options(sw_ask_path *path, const sw_cli *cli, const char *const *names,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        const char *value = sw_cli_value(cli, names[i]);
        char parameter[64];
        if (!value) continue;
        (void)snprintf(parameter, sizeof parameter, "%s", names[i]);
        for (char *c = parameter; *c; c++)
            if (*c == '-') *c = '_'; /* --due-before is due_before */
        sw_ask_path_query(path, parameter, sw_slice_cstr(value));
    }
}

/* ---- asking ----------------------------------------------------------------------------- */

int sw_ask_unanswered(const sw_ask *ask) {
    fprintf(stderr,
            "seawall %s: %s\n    is an instance running there? --url or $SEAWALL_URL names it\n",
            ask->command, sw_client_why(ask->client));
    return SW_EXIT_FAILED;
}

const sw_json *sw_ask_get(sw_ask *ask, sw_ask_path *path) {
    sw_client_reply reply;
    const sw_json *json;
    sw_slice body;
    sw_buf_add_byte(&path->text, '\0');
    ask->code = SW_EXIT_FAILED;
    sw_arena_reset(&ask->arena);
    sw_err err = path->text.err;
    if (!err) err = sw_client_send(ask->client, "GET", path->text.ptr, NULL, SW_SLICE_NONE, &reply);
    if (err) {
        ask->code = sw_ask_unanswered(ask);
        return NULL;
    }
    if (reply.status != 200) {
        ask->code = sw_client_tell(ask->command, &reply, &ask->arena);
        return NULL;
    }
    if (!sw_arena_copy(&ask->arena, reply.body, &body) ||
        sw_json_parse(&ask->arena, body, (sw_json_limits){.nodes_max = 20000000}, NULL, &json) !=
            SW_OK) {
        fprintf(stderr, "seawall %s: the answer is no JSON: is this a Seawall instance?\n",
                ask->command);
        return NULL;
    }
    return json;
}

sw_slice sw_ask_text(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    const bool text = node && (node->kind == SW_JSON_STRING || node->kind == SW_JSON_NUMBER);
    return text ? node->text : SW_S("");
}

const sw_json *sw_ask_list(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_ARRAY ? node->first : NULL;
}

/* ---- cells ------------------------------------------------------------------------------ */

sw_slice sw_ask_key(sw_arena *arena, const sw_json *object) {
    const sw_json *key = sw_json_get(object, SW_S("key"));
    sw_slice text = SW_S("");
    for (const sw_json *m = key ? key->first : NULL; m; m = m->next)
        if (m->text.len)
            text = sw_arena_printf(arena, "%.*s%s%.*s", SW_FMT(text), text.len ? " " : "",
                                   SW_FMT(m->text));
    return text.ptr ? text : SW_S("");
}

sw_slice sw_ask_minute(sw_arena *arena, sw_slice time) {
    if (time.len < 16) return SW_S("–");
    const sw_slice text = sw_arena_printf(arena, "%.5s %.5s", time.ptr + 5, time.ptr + 11);
    return text.ptr ? text : SW_S("");
}

sw_slice sw_ask_end(sw_arena *arena, sw_slice time) {
    int64_t year, month, day;
    int32_t m, d;
    if (time.len < 19 || memcmp(time.ptr + 11, "00:00:00", 8) != 0 ||
        !sw_slice_int(sw_slice_sub(time, 0, 4), &year) ||
        !sw_slice_int(sw_slice_sub(time, 5, 7), &month) ||
        !sw_slice_int(sw_slice_sub(time, 8, 10), &day))
        return sw_ask_minute(arena, time);
    sw_date_from_days(sw_days_from_date(year, (int32_t)month, (int32_t)day) - 1, &year, &m, &d);
    const sw_slice text = sw_arena_printf(arena, "%02d-%02d 24:00", m, d);
    return text.ptr ? text : SW_S("");
}

sw_slice sw_ask_left(sw_arena *arena, sw_slice due, int64_t now_ms, bool *ret_over) {
    int64_t due_ms;
    *ret_over = false;
    if (sw_time_parse_ms(due, &due_ms) != SW_OK) return SW_S("–");
    *ret_over = due_ms < now_ms;
    const int64_t minutes = (*ret_over ? now_ms - due_ms : due_ms - now_ms) / 60000;
    const char *const unit = minutes >= 2880 ? "d" : minutes >= 120 ? "h" : "min";
    const int64_t n = minutes >= 2880 ? minutes / 1440 : minutes >= 120 ? minutes / 60 : minutes;
    const sw_slice text =
        sw_arena_printf(arena, *ret_over ? "%lld %s over" : "in %lld %s", (long long)n, unit);
    return text.ptr ? text : SW_S("");
}

sw_tint sw_ask_tint(sw_slice level) {
    static const char *const names[] = {"green", "blue", "yellow", "orange", "red", "breach"};
    for (int i = 0; i < (int)SW_COUNT(names); i++)
        if (sw_slice_is(level, names[i])) return (sw_tint)(SW_TINT_GREEN + i);
    return SW_TINT_NONE;
}

/* ---- tables ----------------------------------------------------------------------------- */

static sw_slice name_of(const sw_json *data) {
    const sw_slice name = sw_ask_text(data, "rule_name");
    return name.len ? name : sw_ask_text(data, "rule");
}

void sw_ask_warnings(FILE *to, sw_arena *arena, const sw_json *first, int64_t now_ms,
                     uint32_t rows_max) {
    static const sw_column columns[] = {
        {"LEVEL", false, 0}, {"REACHED", false, 0}, {"DUE", false, 0},   {"LEFT", true, 0},
        {"STATE", false, 0}, {"UNIT", false, 0},    {"WHAT", false, 36}, {"ABOUT", false, 40}};
    sw_table table;
    uint32_t rows = 0;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *item = first; item && (!rows_max || rows < rows_max); item = item->next) {
        const sw_json *data = sw_json_get(item, SW_S("data"));
        const sw_slice level = sw_ask_text(data, "level"), due = sw_ask_text(data, "due");
        bool over;
        const sw_slice left = sw_ask_left(arena, due, now_ms, &over);
        const sw_cell cells[] = {
            {level, sw_ask_tint(level)},
            {sw_ask_minute(arena, sw_ask_text(data, "fires_at")), SW_TINT_NONE},
            {sw_ask_end(arena, due), SW_TINT_NONE},
            {left, over ? SW_TINT_RED : SW_TINT_NONE},
            {sw_ask_text(data, "state"), SW_TINT_NONE},
            {sw_ask_text(item, "orgcode"), SW_TINT_DIM},
            {name_of(data), SW_TINT_NONE},
            {sw_ask_key(arena, data), SW_TINT_NONE}};
        if (!sw_table_add(&table, cells)) break;
        rows++;
    }
    sw_table_print(&table, to);
}

void sw_ask_periods(FILE *to, sw_arena *arena, const sw_json *first, int64_t now_ms,
                    uint32_t rows_max) {
    static const sw_column columns[] = {{"DUE", false, 0},   {"LEFT", true, 0},
                                        {"LEVEL", false, 0}, {"UNIT", false, 0},
                                        {"WHAT", false, 36}, {"ABOUT", false, 40}};
    sw_table table;
    uint32_t rows = 0;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (const sw_json *item = first; item && (!rows_max || rows < rows_max); item = item->next) {
        const sw_slice level = sw_ask_text(item, "level"), due = sw_ask_text(item, "due");
        bool over;
        const sw_slice left = sw_ask_left(arena, due, now_ms, &over);
        const sw_cell cells[] = {{sw_ask_end(arena, due), SW_TINT_NONE},
                                 {left, over ? SW_TINT_RED : SW_TINT_NONE},
                                 {level.len ? level : SW_S("–"), sw_ask_tint(level)},
                                 {sw_ask_text(item, "orgcode"), SW_TINT_DIM},
                                 {name_of(item), SW_TINT_NONE},
                                 {sw_ask_key(arena, item), SW_TINT_NONE}};
        if (!sw_table_add(&table, cells)) break;
        rows++;
    }
    sw_table_print(&table, to);
}
