#include "seal/box.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(SW_KEY_BYTES == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "key");
_Static_assert(SW_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "nonce");
_Static_assert(SW_BOX_MORE_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "tag");

enum { HEX_BYTES = 2 * SW_KEY_BYTES };

void sw_seal_random(void *to, size_t size) {
    randombytes_buf(to, size);
}

void sw_seal_key_random(sw_seal_key *ret) {
    randombytes_buf(ret->bytes, sizeof ret->bytes);
}

void sw_seal_wipe(void *at, size_t size) {
    sodium_memzero(at, size);
}

sw_err sw_box_lock(const sw_seal_key *key, const uint8_t nonce[SW_NONCE_BYTES], sw_slice bound,
                   sw_slice plain, sw_buf *out) {
    SW_ASSERT(key && nonce && out);
    char *to = sw_buf_room(out, plain.len + SW_BOX_MORE_BYTES);
    if (!to) return out->err;
    unsigned long long len = 0;
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(
        (uint8_t *)to, &len, (const uint8_t *)plain.ptr, plain.len, (const uint8_t *)bound.ptr,
        bound.len, NULL, nonce, key->bytes);
    sw_buf_wrote(out, (size_t)len);
    return SW_OK;
}

sw_err sw_box_unlock(const sw_seal_key *key, const uint8_t nonce[SW_NONCE_BYTES], sw_slice bound,
                     sw_slice box, sw_buf *out) {
    SW_ASSERT(key && nonce && out);
    if (box.len < SW_BOX_MORE_BYTES) return SW_E_CORRUPT;
    char *to = sw_buf_room(out, box.len);
    if (!to) return out->err;
    unsigned long long len = 0;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            (uint8_t *)to, &len, NULL, (const uint8_t *)box.ptr, box.len,
            (const uint8_t *)bound.ptr, bound.len, nonce, key->bytes) != 0)
        return SW_E_CORRUPT;
    sw_buf_wrote(out, (size_t)len);
    return SW_OK;
}

/* ---- files ---- */

static sw_err told(sw_diags *diags, sw_err err, const char *path, const char *hint,
                   const char *what) {
    return sw_diag_at(diags, err, 0, 0, NULL, hint, "the key file %s %s", path, what);
}

static sw_err make_file(const char *path, sw_diags *diags) {
    sw_seal_key key;
    char hex[HEX_BYTES + 1];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST
                   ? SW_OK
                   : told(diags, SW_E_IO, path, "check folder and rights", "can't be made");
    sw_seal_key_random(&key);
    sodium_bin2hex(hex, sizeof hex, key.bytes, sizeof key.bytes);
    hex[HEX_BYTES] = '\n';
    bool good = write(fd, hex, sizeof hex) == (ssize_t)sizeof hex && fsync(fd) == 0;
    good = close(fd) == 0 && good;
    sw_seal_wipe(&key, sizeof key);
    sw_seal_wipe(hex, sizeof hex);
    if (good) return SW_OK;
    (void)unlink(path);
    return told(diags, SW_E_IO, path, "check the disk", "can't be written");
}

static sw_err read_file(const char *path, int fd, sw_diags *diags, sw_seal_key *ret) {
    char hex[HEX_BYTES + 2];
    struct stat st;
    size_t len = 0;
    if (fstat(fd, &st) != 0 || (st.st_mode & 077) != 0)
        return told(diags, SW_E_INVALID, path, "chmod 600 it", "can be read by others");
    ssize_t got = read(fd, hex, sizeof hex);
    sw_err err = got < HEX_BYTES ||
                         sodium_hex2bin(ret->bytes, sizeof ret->bytes, hex, HEX_BYTES, NULL, &len,
                                        NULL) != 0 ||
                         len != sizeof ret->bytes
                     ? SW_E_INVALID
                     : SW_OK;
    sw_seal_wipe(hex, sizeof hex);
    return err ? told(diags, err, path, "it takes 64 hexadecimal digits", "holds no key") : SW_OK;
}

sw_err sw_seal_key_file(const char *path, bool make, sw_diags *diags, sw_seal_key *ret) {
    SW_ASSERT(path && ret);
    sw_err err = make ? make_file(path, diags) : SW_OK;
    if (err) return err;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return told(diags, errno == ENOENT ? SW_E_NOT_FOUND : SW_E_IO, path,
                    "name the file that the data was sealed with", "can't be read");
    err = read_file(path, fd, diags, ret);
    close(fd);
    return err;
}
