#include "host/auth.h"

#include <jwt.h>
#include <pthread.h>

#include "base/hash.h"
#include "host/auth_key.h"
#include "text/json.h"

enum {
    TOKEN_BYTES_MAX = 8192,
    KEYS_MAX = 32,
    SEEN_MAX = 512, /* verified tokens that are remembered */
    SCRATCH_BYTES = 1 << 20,
    TOKEN_NESTING_MAX = 8
};

typedef struct auth_key {
    sw_slice kid;
    sw_key_alg alg;
    sw_slice bytes; /* with a NUL after them */
} auth_key;

typedef struct seen {
    sw_hash128 token;
    int64_t not_before_ms, expires_ms; /* leeway included; 0: empty place */
    sw_principal principal;
} seen;

struct sw_auth {
    sw_arena arena; /* keys */
    auth_key keys[KEYS_MAX];
    uint32_t key_count;
    sw_slice audience;
    int64_t leeway_ms;
    sw_clock *clock;
    pthread_mutex_t lock; /* of what follows */
    sw_arena scratch;
    seen *seen;
};

static const jwt_alg_t algs[] = {
    [SW_KEY_HS256] = JWT_ALG_HS256, [SW_KEY_RS256] = JWT_ALG_RS256, [SW_KEY_ES256] = JWT_ALG_ES256};
static const char *const alg_names[] = {"HS256", "RS256", "ES256"};

bool sw_key_alg_parse(sw_slice name, sw_key_alg *ret) {
    for (int i = 0; i < (int)SW_COUNT(alg_names); i++)
        if (sw_slice_is(name, alg_names[i])) return *ret = (sw_key_alg)i, true;
    return false;
}

static sw_err add_key(sw_auth *auth, const sw_auth_key *key, sw_diags *diags) {
    auth_key *to = &auth->keys[auth->key_count];
    sw_err err = sw_key_read(key, &auth->arena, diags, &to->bytes);
    if (err) return err;
    if (!sw_arena_copy(&auth->arena, key->kid, &to->kid)) return SW_E_NOMEM;
    to->alg = key->alg;
    for (uint32_t i = 0; i < auth->key_count; i++)
        if (sw_slice_eq(auth->keys[i].kid, key->kid) &&
            (key->kid.len || auth->keys[i].alg == key->alg))
            return sw_diag_at(diags, SW_E_CONFLICT, 0, 0, "auth.keys",
                              "give each key a kid of its own", "two keys have the kid '%.*s'",
                              SW_FMT(key->kid));
    auth->key_count++;
    return SW_OK;
}

sw_err sw_auth_open(const sw_auth_options *options, sw_diags *diags, sw_auth **ret) {
    SW_ASSERT(options && options->clock && options->leeway_ms >= 0 && ret);
    sw_auth *auth = sw_heap_zero(1, sizeof *auth);
    if (!auth) return SW_E_NOMEM;
    sw_arena_init(&auth->arena, SCRATCH_BYTES);
    sw_arena_init(&auth->scratch, SCRATCH_BYTES);
    pthread_mutex_init(&auth->lock, NULL);
    auth->leeway_ms = options->leeway_ms;
    auth->clock = options->clock;
    auth->seen = sw_heap_zero(SEEN_MAX, sizeof *auth->seen);
    sw_err err = auth->seen ? SW_OK : SW_E_NOMEM;
    if (options->audience &&
        !sw_arena_copy(&auth->arena, sw_slice_cstr(options->audience), &auth->audience))
        err = SW_E_NOMEM;
    if (!err && options->key_count > KEYS_MAX)
        err = sw_diag_at(diags, SW_E_LIMIT, 0, 0, "auth.keys", NULL, "more than %d keys", KEYS_MAX);
    for (uint32_t i = 0; err != SW_E_LIMIT && err != SW_E_NOMEM && i < options->key_count; i++) {
        sw_err one = add_key(auth, &options->keys[i], diags);
        if (one) err = one;
    }
    if (err) return sw_auth_close(auth), err;
    *ret = auth;
    return SW_OK;
}

void sw_auth_close(sw_auth *auth) {
    if (!auth) return;
    sw_arena_done(&auth->arena);
    sw_arena_done(&auth->scratch);
    pthread_mutex_destroy(&auth->lock);
    sw_heap_free(auth->seen);
    sw_heap_free(auth);
}

bool sw_auth_required(const sw_auth *auth) {
    return auth->key_count > 0;
}

/* ---- reading a token ---- */

static int digit64(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* base64url without padding (RFC 7515, 2). */
static bool decode64(sw_arena *arena, sw_slice from, sw_slice *ret) {
    if (from.len % 4 == 1) return false;
    char *to = sw_arena_alloc(arena, from.len);
    size_t len = 0;
    uint32_t bits = 0, have = 0;
    if (!to) return false;
    for (size_t i = 0; i < from.len; i++) {
        int digit = digit64(from.ptr[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        to[len++] = (char)(uint8_t)(bits >> have);
    }
    *ret = sw_slice_of(to, len);
    return true;
}

/* The JSON object in a part of the token; NULL if it is none. */
static const sw_json *part_json(sw_arena *arena, sw_slice part) {
    sw_slice text;
    const sw_json *node;
    sw_json_limits limits = {.depth_max = TOKEN_NESTING_MAX, .nodes_max = 1000};
    if (!decode64(arena, part, &text)) return NULL;
    if (sw_json_parse(arena, text, limits, NULL, &node) || node->kind != SW_JSON_OBJECT)
        return NULL;
    return node;
}

static sw_slice text_of(const sw_json *object, sw_slice name) {
    const sw_json *node = sw_json_get(object, name);
    return node && node->kind == SW_JSON_STRING ? node->text : SW_SLICE_NONE;
}

/* A NumericDate (RFC 7519, 2), which may have a fraction. */
static bool date_of(const sw_json *node, int64_t *ret_ms) {
    double seconds;
    if (!node || sw_json_double(node, &seconds) || seconds < -1e11 || seconds > 1e11) return false;
    *ret_ms = (int64_t)(seconds * 1000);
    return true;
}

static const auth_key *key_of(const sw_auth *auth, sw_slice kid, bool has_kid, sw_key_alg alg) {
    const auth_key *found = NULL;
    for (uint32_t i = 0; i < auth->key_count; i++) {
        const auth_key *key = &auth->keys[i];
        if (has_kid ? !sw_slice_eq(key->kid, kid) : key->alg != alg) continue;
        if (found) return NULL; /* without kid, only one key can be meant */
        found = key;
    }
    return found && found->alg == alg ? found : NULL;
}

static bool verified(const auth_key *key, const char *token) {
    jwt_t *jwt = NULL;
    const unsigned char *bytes = (const unsigned char *)key->bytes.ptr;
    bool good = jwt_decode(&jwt, token, bytes, (int)key->bytes.len) == 0 &&
                jwt_get_alg(jwt) == algs[key->alg];
    jwt_free(jwt);
    return good;
}

static bool has_audience(const sw_json *claims, sw_slice audience) {
    const sw_json *aud = sw_json_get(claims, SW_S("aud"));
    if (!aud) return false;
    if (aud->kind == SW_JSON_STRING) return sw_slice_eq(aud->text, audience);
    if (aud->kind != SW_JSON_ARRAY) return false;
    for (const sw_json *one = aud->first; one; one = one->next)
        if (one->kind == SW_JSON_STRING && sw_slice_eq(one->text, audience)) return true;
    return false;
}

static bool copy_text(sw_slice text, char *to, size_t size) {
    if (text.len >= size || (text.len && memchr(text.ptr, '\0', text.len))) return false;
    memcpy(to, text.ptr ? text.ptr : "", text.len);
    to[text.len] = '\0';
    return true;
}

/* `roles` as a list, or as one text with spaces between. Unknown roles give nothing. */
static uint32_t roles_of(const sw_json *node) {
    uint32_t roles = 0;
    if (node && node->kind == SW_JSON_ARRAY)
        for (const sw_json *one = node->first; one; one = one->next)
            if (one->kind == SW_JSON_STRING) roles |= sw_role_parse(one->text);
    if (!node || node->kind != SW_JSON_STRING) return roles;
    for (size_t at = 0; at < node->text.len;) {
        size_t end = at;
        while (end < node->text.len && node->text.ptr[end] != ' ') end++;
        roles |= sw_role_parse(sw_slice_sub(node->text, at, end));
        at = end + 1;
    }
    return roles;
}

/* What the claims say, once the signature is known to be good. NULL: good. */
static const char *read_claims(const sw_auth *auth, const sw_json *claims, int64_t now_ms,
                               seen *ret) {
    const sw_json *nbf = sw_json_get(claims, SW_S("nbf"));
    sw_principal *who = &ret->principal;
    *who = (sw_principal){.roles = roles_of(sw_json_get(claims, SW_S("roles")))};
    ret->not_before_ms = INT64_MIN;
    if (!date_of(sw_json_get(claims, SW_S("exp")), &ret->expires_ms))
        return "the token has no expiry (exp)";
    ret->expires_ms += auth->leeway_ms;
    if (now_ms >= ret->expires_ms) return "the token has expired";
    if (nbf && !date_of(nbf, &ret->not_before_ms)) return "the token's nbf is no time";
    if (nbf) ret->not_before_ms -= auth->leeway_ms;
    if (now_ms < ret->not_before_ms) return "the token is not valid yet";
    if (auth->audience.len && !has_audience(claims, auth->audience))
        return "the token is for another audience";
    sw_slice sub = text_of(claims, SW_S("sub"));
    if (sub.len == 0 || !copy_text(sub, who->sub, sizeof who->sub))
        return "the token names nobody (sub), or too long a name";
    if (!copy_text(text_of(claims, SW_S("org")), who->org, sizeof who->org))
        return "the token's org is too long";
    if (who->roles == 0)
        return "the token has none of the roles publisher, viewer, officer, "
               "supervisor, admin";
    if (who->org[0] == '\0' && !(who->roles & SW_ROLE_ADMIN))
        return "the token names no unit (org), which only the role admin may leave out";
    return NULL;
}

static const char *check(sw_auth *auth, sw_slice token, int64_t now_ms, seen *ret) {
    sw_slice parts[3];
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        size_t end = at;
        while (end < token.len && token.ptr[end] != '.') end++;
        if (i < 2 ? end >= token.len : end != token.len) return "this is no token";
        parts[i] = sw_slice_sub(token, at, end);
        at = end + 1;
    }
    const sw_json *head = part_json(&auth->scratch, parts[0]);
    const sw_json *claims = part_json(&auth->scratch, parts[1]);
    if (!head || !claims) return "this is no token";
    if (sw_json_get(head, SW_S("crit"))) return "the token has critical extensions";
    sw_key_alg alg;
    if (!sw_key_alg_parse(text_of(head, SW_S("alg")), &alg))
        return "the token is not signed by HS256, RS256 or ES256";
    const sw_json *kid = sw_json_get(head, SW_S("kid"));
    const auth_key *key = key_of(auth, text_of(head, SW_S("kid")), kid != NULL, alg);
    if (!key) return "no configured key fits the token's kid and alg";
    sw_slice text = sw_arena_printf(&auth->scratch, "%.*s", SW_FMT(token));
    if (!text.ptr || !verified(key, text.ptr)) return "the token's signature is wrong";
    return read_claims(auth, claims, now_ms, ret);
}

sw_err sw_auth_check(sw_auth *auth, sw_slice token, sw_principal *ret, const char **ret_why) {
    SW_ASSERT(auth && ret && ret_why);
    *ret_why = "this is no token";
    if (token.len == 0 || token.len > TOKEN_BYTES_MAX) return SW_E_INVALID;
    for (size_t i = 0; i < token.len; i++)
        if (token.ptr[i] != '.' && digit64(token.ptr[i]) < 0) return SW_E_INVALID;
    int64_t now_ms = auth->clock->wall_ms(auth->clock);
    sw_hash128 hash = sw_hash128_of(token);
    seen one = {.token = hash};
    pthread_mutex_lock(&auth->lock);
    seen *place = &auth->seen[(hash.bytes[0] | (uint32_t)hash.bytes[1] << 8) % SEEN_MAX];
    bool known = place->expires_ms != 0 && sw_hash128_eq(place->token, hash) &&
                 now_ms < place->expires_ms && now_ms >= place->not_before_ms;
    const char *why = NULL;
    if (!known) {
        why = check(auth, token, now_ms, &one);
        sw_arena_reset(&auth->scratch);
        if (!why) *place = one;
    }
    if (!why) *ret = place->principal;
    pthread_mutex_unlock(&auth->lock);
    if (!why) return SW_OK;
    *ret_why = why;
    return SW_E_INVALID;
}
