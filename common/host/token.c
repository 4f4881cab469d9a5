#include <errno.h>
#include <fcntl.h>
#include <jwt.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "host/auth_key.h"
#include "text/json.h"
#include "text/yaml.h"

enum { KEY_BYTES_MAX = 64 << 10, SECRET_BYTES_MIN = 32, SECRET_BYTES = 48 };

static sw_err tell(sw_diags *diags, sw_err code, const char *hint, sw_slice path,
                   const char *what) {
    return sw_diag_at(diags, code, 0, 0, NULL, hint, "%.*s: %s", SW_FMT(path), what);
}

sw_err sw_key_read(const sw_auth_key *key, sw_arena *arena, sw_diags *diags, sw_slice *ret) {
    SW_ASSERT(key && arena && ret);
    sw_slice path = sw_arena_printf(arena, "%.*s", SW_FMT(key->path)), bytes;
    if (!path.ptr) return SW_E_NOMEM;
    sw_err err = sw_file_read(arena, path.ptr, KEY_BYTES_MAX, diags, &bytes);
    if (err) return err;
    struct stat st;
    if (key->alg == SW_KEY_HS256 && stat(path.ptr, &st) == 0 && (st.st_mode & 077) != 0)
        return tell(diags, SW_E_INVALID, "chmod 600 it", path, "others may read this secret key");
    while (key->alg == SW_KEY_HS256 && bytes.len && strchr(" \t\r\n", bytes.ptr[bytes.len - 1]))
        bytes.len--;
    if (key->alg == SW_KEY_HS256 && bytes.len < SECRET_BYTES_MIN)
        return tell(diags, SW_E_INVALID, "`seawall token --new-key FILE` makes one", path,
                    "a key for HS256 has at least 32 bytes");
    if (key->alg == SW_KEY_HS256 && sw_slice_starts(bytes, SW_S("-----BEGIN")))
        return tell(diags, SW_E_INVALID, "name its algorithm: RS256 or ES256", path,
                    "this is a PEM file, no secret for HS256");
    if (key->alg != SW_KEY_HS256 && !sw_slice_starts(bytes, SW_S("-----BEGIN")))
        return tell(diags, SW_E_INVALID, "openssl writes it with -outform PEM", path,
                    "a key for RS256 or ES256 is a PEM file");
    char *to = sw_arena_alloc(arena, bytes.len + 1);
    if (!to) return SW_E_NOMEM;
    memcpy(to, bytes.ptr, bytes.len);
    to[bytes.len] = '\0';
    *ret = sw_slice_of(to, bytes.len);
    return SW_OK;
}

static void write_roles(sw_buf *buf, uint32_t roles) {
    char text[SW_ROLES_TEXT];
    sw_roles_text(roles, text);
    sw_buf_add_cstr(buf, "[");
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, " ");
        sw_buf_printf(buf, "%s\"%.*s\"", at == text ? "" : ",", (int)len, at);
        at += len + (at[len] == ' ');
    }
    sw_buf_add_cstr(buf, "]");
}

static void write_claims(sw_buf *buf, const sw_token_claims *claims) {
    sw_buf_add_cstr(buf, "{\"sub\":");
    sw_json_write_string(buf, claims->sub);
    if (claims->org.len) {
        sw_buf_add_cstr(buf, ",\"org\":");
        sw_json_write_string(buf, claims->org);
    }
    if (claims->audience.len) {
        sw_buf_add_cstr(buf, ",\"aud\":");
        sw_json_write_string(buf, claims->audience);
    }
    sw_buf_add_cstr(buf, ",\"roles\":");
    write_roles(buf, claims->roles);
    sw_buf_add_cstr(buf, ",\"iat\":");
    sw_buf_add_int(buf, claims->issued_ms / 1000);
    sw_buf_add_cstr(buf, ",\"exp\":");
    sw_buf_add_int(buf, claims->expires_ms / 1000);
    sw_buf_add_byte(buf, '}');
    sw_buf_add_byte(buf, '\0');
}

static char *sign(const sw_auth_key *key, sw_slice bytes, const char *claims, sw_arena *arena) {
    static const jwt_alg_t algs[] = {[SW_KEY_HS256] = JWT_ALG_HS256,
                                     [SW_KEY_RS256] = JWT_ALG_RS256,
                                     [SW_KEY_ES256] = JWT_ALG_ES256};
    jwt_t *jwt = NULL;
    char *text = NULL;
    sw_slice kid = sw_arena_printf(arena, "%.*s", SW_FMT(key->kid));
    if (!kid.ptr || jwt_new(&jwt) != 0) return NULL;
    const unsigned char *secret = (const unsigned char *)bytes.ptr;
    if (jwt_set_alg(jwt, algs[key->alg], secret, (int)bytes.len) == 0 &&
        jwt_add_grants_json(jwt, claims) == 0 &&
        (kid.len == 0 || jwt_add_header(jwt, "kid", kid.ptr) == 0))
        text = jwt_encode_str(jwt);
    jwt_free(jwt);
    return text;
}

sw_err sw_token_issue(const sw_auth_key *key, const sw_token_claims *claims, sw_arena *arena,
                      sw_diags *diags, sw_slice *ret) {
    SW_ASSERT(key && claims && claims->sub.len && ret);
    sw_slice bytes;
    sw_err err = sw_key_read(key, arena, diags, &bytes);
    if (err) return err;
    sw_buf json;
    sw_buf_init(&json, 4096);
    write_claims(&json, claims);
    char *text = json.err ? NULL : sign(key, bytes, json.ptr, arena);
    sw_buf_done(&json);
    if (!text)
        return tell(diags, SW_E_INVALID, "RS256 and ES256 sign with the private key", key->path,
                    "nothing can be signed with this key");
    bool copied = sw_arena_copy(arena, sw_slice_cstr(text), ret);
    sw_heap_free(text); /* libjwt's, from malloc */
    return copied ? SW_OK : SW_E_NOMEM;
}

sw_err sw_token_new_key(const char *path, sw_diags *diags) {
    static const char digits[] = "0123456789abcdef";
    unsigned char secret[SECRET_BYTES];
    char text[2 * SECRET_BYTES + 1];
    if (getrandom(secret, sizeof secret, 0) != (ssize_t)sizeof secret) return SW_E_IO;
    for (size_t i = 0; i < sizeof secret; i++) {
        text[2 * i] = digits[secret[i] >> 4];
        text[2 * i + 1] = digits[secret[i] & 15];
    }
    text[sizeof text - 1] = '\n';
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return tell(diags, errno == EEXIST ? SW_E_CONFLICT : SW_E_IO,
                    errno == EEXIST ? "a key is never overwritten: name another file" : NULL,
                    sw_slice_cstr(path), errno == EEXIST ? "is there already" : strerror(errno));
    bool good = write(fd, text, sizeof text) == (ssize_t)sizeof text && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    if (!good) unlink(path);
    return good ? SW_OK : tell(diags, SW_E_IO, NULL, sw_slice_cstr(path), "can't be written");
}
