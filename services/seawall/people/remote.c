#include "seawall/people/remote.h"

#include <stdio.h>

sw_slice sw_remote_text(const sw_json *object, const char *name) {
    const sw_json *node = sw_json_get(object, sw_slice_cstr(name));
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

static void tell_findings(const sw_json *problem) {
    const sw_json *findings = sw_json_get(problem, SW_S("findings"));
    for (const sw_json *f = findings ? findings->first : NULL; f; f = f->next) {
        const sw_json *line = sw_json_get(f, SW_S("line"));
        fprintf(stderr, "  line %.*s: %.*s\n", SW_FMT(line ? line->text : SW_S("?")),
                SW_FMT(sw_remote_text(f, "message")));
    }
}

static bool send(const sw_cli *cli, sw_arena *arena, sw_client *client, const sw_remote_call *call,
                 sw_slice *ret_text, const sw_json **ret_answer) {
    sw_client_reply reply;
    sw_client_set_key(client, call->idempotency_key);
    sw_err err = sw_client_send(client, call->type ? "POST" : "GET", call->path, call->type,
                                call->body, &reply);
    if (err) {
        fprintf(stderr, "seawall %s: %s\n", cli->spec->command, sw_client_why(client));
        return false;
    }
    if (!sw_arena_copy(arena, reply.body, ret_text)) return false;
    if (sw_json_parse(arena, *ret_text, (sw_json_limits){0}, NULL, ret_answer)) *ret_answer = NULL;
    if (reply.status >= 200 && reply.status < 300 && *ret_answer) return true;
    (void)sw_client_tell(cli->spec->command, &reply, arena);
    tell_findings(*ret_answer);
    return false;
}

bool sw_remote_ask(const sw_cli *cli, sw_arena *arena, const sw_remote_call *call,
                   sw_slice *ret_text, const sw_json **ret_answer, int *ret_exit) {
    sw_client_options options;
    sw_client *client;
    *ret_exit = SW_EXIT_USAGE;
    if (!sw_client_options_read(cli, &options)) return false;
    *ret_exit = SW_EXIT_FAILED;
    if (sw_client_open(&options, &client)) return false;
    bool done = send(cli, arena, client, call, ret_text, ret_answer);
    sw_client_close(client);
    return done;
}

const char *sw_remote_escape(sw_arena *arena, const char *text) {
    char *out = sw_arena_alloc(arena, strlen(text) * 3 + 1), *at = out;
    for (; out && *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     c == '-' || c == '_' || c == '.';
        if (plain)
            *at++ = (char)c;
        else
            at += sprintf(at, "%%%02X", c);
    }
    if (out) *at = '\0';
    return out;
}
