#include "text/yaml.h"

#include <errno.h>
#include <stdio.h>

static sw_err refuse(sw_diags *diags, sw_err code, const char *path, const char *hint,
                     const char *what) {
    return sw_diag_at(diags, code, 0, 0, NULL, hint, "%s: %s", path, what);
}

static sw_err refuse_errno(sw_diags *diags, const char *path) {
    int error = errno;
    sw_err code = error == ENOENT || error == ENOTDIR ? SW_E_NOT_FOUND : SW_E_IO;
    return refuse(diags, code, path, code == SW_E_NOT_FOUND ? "check the name" : NULL,
                  strerror(error));
}

/* Reads to the end rather than trust a size: pipes have none, and files grow. */
static sw_err read_stream(sw_arena *arena, FILE *file, const char *path, size_t max_bytes,
                          sw_diags *diags, sw_slice *ret) {
    size_t cap = 64 * 1024, len = 0;
    char *ptr = sw_arena_alloc(arena, cap);
    while (ptr) {
        len += fread(ptr + len, 1, cap - len, file);
        if (ferror(file)) return refuse_errno(diags, path);
        if (len > max_bytes) break;
        if (len < cap) {
            *ret = sw_slice_of(ptr, len);
            return SW_OK;
        }
        char *more = sw_arena_alloc(arena, cap * 2);
        if (more) memcpy(more, ptr, len);
        ptr = more;
        cap *= 2;
    }
    return refuse(diags, SW_E_LIMIT, path, "split it", "the file is too large");
}

sw_err sw_file_read(sw_arena *arena, const char *path, size_t max_bytes, sw_diags *diags,
                    sw_slice *ret) {
    SW_ASSERT(arena && path && ret);
    FILE *file = fopen(path, "rb");
    if (!file) return refuse_errno(diags, path);
    sw_err err = read_stream(arena, file, path, max_bytes, diags, ret);
    fclose(file);
    return err;
}
