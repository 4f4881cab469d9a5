#include "seawall/client/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BODY_BYTES_MAX ((size_t)64 << 20)

enum { CONNECT_MS = 5000, ANSWER_MS = 60000, TOKEN_BYTES_MAX = 16384 };

struct sw_client {
    CURL *curl;
    char *url; /* without a final slash */
    struct curl_slist *auth;
    const char *idempotency_key;
    sw_buf body;
    int64_t retry_after_s;
    char why[CURL_ERROR_SIZE];
};

/* ---- options ---- */

static char token_text[TOKEN_BYTES_MAX + 1];

static bool read_token(const char *path, const char **ret) {
    FILE *file = fopen(path, "re");
    size_t len = file ? fread(token_text, 1, TOKEN_BYTES_MAX, file) : 0;
    if (file) fclose(file);
    while (len && strchr(" \r\n\t", token_text[len - 1])) len--;
    token_text[len] = '\0';
    if (len == 0) fprintf(stderr, "seawall: %s holds no token\n", path);
    *ret = token_text;
    return len > 0;
}

bool sw_client_options_read_as(const sw_cli *cli, const char *url_option, sw_client_options *ret) {
    const char *url = sw_cli_value(cli, url_option), *file = sw_cli_value(cli, "token-file");
    if (!url) url = getenv("SEAWALL_URL");
    *ret = (sw_client_options){.url = url && *url ? url : "http://127.0.0.1:8080"};
    if (file) return read_token(file, &ret->token);
    const char *token = getenv("SEAWALL_TOKEN");
    if (token && *token) ret->token = token;
    return true;
}

bool sw_client_options_read(const sw_cli *cli, sw_client_options *ret) {
    return sw_client_options_read_as(cli, "url", ret);
}

/* ---- the client ---- */

static size_t take_body(char *bytes, size_t size, size_t count, void *arg) {
    sw_client *client = arg;
    return sw_buf_add(&client->body, sw_slice_of(bytes, size * count)) == SW_OK ? size * count : 0;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *arg) {
    static const char name[] = "retry-after:";
    sw_client *client = arg;
    size_t len = size * count;
    if (len > sizeof name - 1 && strncasecmp(bytes, name, sizeof name - 1) == 0) {
        char digits[16] = {0};
        size_t from = sizeof name - 1, to = 0;
        while (from < len && bytes[from] == ' ') from++;
        while (from < len && to < sizeof digits - 1 && bytes[from] >= '0' && bytes[from] <= '9')
            digits[to++] = bytes[from++];
        client->retry_after_s = atoll(digits);
    }
    return len;
}

static bool set_up(sw_client *client, const sw_client_options *options) {
    CURL *c = client->curl;
    size_t len = strlen(options->url);
    while (len && options->url[len - 1] == '/') len--;
    client->url = sw_heap_zero(len + 1, 1);
    if (!client->url) return false;
    memcpy(client->url, options->url, len);
    if (options->token) {
        size_t room = strlen(options->token) + 32;
        char *line = sw_heap_alloc(room);
        if (!line) return false;
        snprintf(line, room, "Authorization: Bearer %s", options->token);
        client->auth = curl_slist_append(NULL, line);
        sw_heap_free(line);
        if (!client->auth) return false;
    }
    return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_USERAGENT, "seawall") == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)ANSWER_MS) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_ERRORBUFFER, client->why) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_WRITEDATA, client) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
           curl_easy_setopt(c, CURLOPT_HEADERDATA, client) == CURLE_OK;
}

sw_err sw_client_open(const sw_client_options *options, sw_client **ret) {
    SW_ASSERT(options && options->url && ret);
    sw_client *client = sw_heap_zero(1, sizeof *client);
    if (!client) return SW_E_NOMEM;
    sw_buf_init(&client->body, BODY_BYTES_MAX);
    client->curl = curl_easy_init();
    if (!client->curl || !set_up(client, options)) {
        sw_client_close(client);
        return SW_E_NOMEM;
    }
    *ret = client;
    return SW_OK;
}

void sw_client_close(sw_client *client) {
    if (!client) return;
    if (client->curl) curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->auth);
    sw_heap_free(client->url);
    sw_buf_done(&client->body);
    sw_heap_free(client);
}

static sw_err verdict_of(CURLcode code, const sw_client *client) {
    if (client->body.err) return client->body.err;
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
        code == CURLE_PEER_FAILED_VERIFICATION)
        return SW_E_INVALID;
    return code == CURLE_OUT_OF_MEMORY ? SW_E_NOMEM : SW_E_AGAIN;
}

/* The headers of one request, before those of every request. */
static struct curl_slist *headers_of(const sw_client *client, const char *content_type) {
    char line[200];
    struct curl_slist *list = NULL, *next;
    snprintf(line, sizeof line, "Content-Type:%s%s", content_type ? " " : "",
             content_type ? content_type : "");
    list = curl_slist_append(NULL, line);
    if (list && (next = curl_slist_append(list, "Expect:"))) list = next;
    snprintf(line, sizeof line, "Idempotency-Key: %s",
             client->idempotency_key ? client->idempotency_key : "");
    if (list && client->idempotency_key && (next = curl_slist_append(list, line))) list = next;
    if (list && client->auth && (next = curl_slist_append(list, client->auth->data))) list = next;
    return list;
}

sw_err sw_client_send(sw_client *client, const char *method, const char *path,
                      const char *content_type, sw_slice body, sw_client_reply *ret) {
    SW_ASSERT(client && method && path && *path == '/' && ret);
    char url[4096];
    long status = 0;
    if ((size_t)snprintf(url, sizeof url, "%s%s", client->url, path) >= sizeof url)
        return SW_E_INVALID;
    struct curl_slist *headers = headers_of(client, content_type);
    if (!headers) return SW_E_NOMEM;
    sw_buf_clear(&client->body);
    client->retry_after_s = 0;
    client->why[0] = '\0';
    CURL *c = client->curl;
    bool post = strcmp(method, "GET") != 0;
    CURLcode code = curl_easy_setopt(c, CURLOPT_URL, url);
    if (!code) code = curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    if (!code && !post) code = curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
    if (!code && post) code = curl_easy_setopt(c, CURLOPT_POST, 1L);
    if (!code && post) code = curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.ptr ? body.ptr : "");
    if (!code && post)
        code = curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    if (!code) code = curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
    if (!code) code = curl_easy_perform(c);
    if (!code) code = curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (code) {
        if (!client->why[0])
            snprintf(client->why, sizeof client->why, "%s", curl_easy_strerror(code));
        return verdict_of(code, client);
    }
    *ret = (sw_client_reply){(uint32_t)status, client->retry_after_s, sw_buf_slice(&client->body)};
    return SW_OK;
}

void sw_client_set_key(sw_client *client, const char *idempotency_key) {
    client->idempotency_key = idempotency_key;
}

const char *sw_client_why(const sw_client *client) {
    return client->why;
}

static sw_slice text_of(const sw_json *object, sw_slice name) {
    const sw_json *node = sw_json_get(object, name);
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

int sw_client_tell(const char *command, const sw_client_reply *reply, sw_arena *arena) {
    const sw_json *root = NULL;
    if (sw_json_parse(arena, reply->body, (sw_json_limits){0}, NULL, &root) != SW_OK) root = NULL;
    sw_slice detail = text_of(root, SW_S("detail")), code = text_of(root, SW_S("code")),
             hint = text_of(root, SW_S("hint"));
    if (detail.len == 0) detail = text_of(root, SW_S("title"));
    fprintf(stderr, "seawall %s: %u %.*s", command, reply->status, SW_FMT(code));
    if (detail.len) fprintf(stderr, ": %.*s", SW_FMT(detail));
    if (hint.len) fprintf(stderr, " (%.*s)", SW_FMT(hint));
    if (reply->status == 401) fprintf(stderr, " (name a token with --token-file or SEAWALL_TOKEN)");
    fputc('\n', stderr);
    return SW_EXIT_FAILED;
}
