#include "seawall/input/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES ((size_t)256 << 10)

struct sw_lines {
    int fd;
    char *bytes;
    size_t cap, begin, end; /* what is in the buffer and not given out */
    size_t line_bytes_max;
    uint64_t number, taken, size;
    bool at_end, skipping;
};

sw_err sw_lines_open(const char *path, size_t line_bytes_max, sw_diags *diags, sw_lines **ret) {
    struct stat st;
    int fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return sw_diag_at(diags, errno == ENOENT ? SW_E_NOT_FOUND : SW_E_IO, 0, 0, NULL, NULL,
                          "%s can't be read: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        return sw_diag_at(diags, SW_E_IO, 0, 0, NULL, "name a file", "%s is a folder", path);
    }
    sw_lines *lines = sw_heap_zero(1, sizeof *lines);
    char *bytes = sw_heap_alloc(line_bytes_max + READ_BYTES);
    if (!lines || !bytes) {
        sw_heap_free(lines);
        sw_heap_free(bytes);
        close(fd);
        return SW_E_NOMEM;
    }
    *lines = (sw_lines){.fd = fd,
                        .bytes = bytes,
                        .cap = line_bytes_max + READ_BYTES,
                        .line_bytes_max = line_bytes_max};
    lines->size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    *ret = lines;
    return SW_OK;
}

void sw_lines_close(sw_lines *lines) {
    if (!lines) return;
    close(lines->fd);
    sw_heap_free(lines->bytes);
    sw_heap_free(lines);
}

static sw_err read_more(sw_lines *lines) {
    memmove(lines->bytes, lines->bytes + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    ssize_t n;
    do n = read(lines->fd, lines->bytes + lines->end, lines->cap - lines->end);
    while (n < 0 && errno == EINTR);
    if (n < 0) return SW_E_IO;
    if (n == 0) lines->at_end = true;
    lines->end += (size_t)n;
    return SW_OK;
}

/* The end of the line that begins at `begin`: of its text, and of its newline. */
static sw_err find_end(sw_lines *lines, size_t *ret_end, size_t *ret_next) {
    size_t looked = 0;
    for (;;) {
        const char *from = lines->bytes + lines->begin + looked;
        const char *newline = memchr(from, '\n', lines->end - lines->begin - looked);
        if (newline) {
            *ret_end = (size_t)(newline - lines->bytes);
            *ret_next = *ret_end + 1;
            return SW_OK;
        }
        looked = lines->end - lines->begin;
        if (lines->at_end || looked > lines->line_bytes_max) {
            *ret_end = *ret_next = lines->end;
            return SW_OK;
        }
        sw_err err = read_more(lines);
        if (err) return err;
    }
}

sw_err sw_lines_next(sw_lines *lines, sw_slice *ret) {
    for (;;) {
        size_t end, next;
        sw_err err = find_end(lines, &end, &next);
        if (err) return err;
        if (lines->begin == next && lines->at_end) return SW_E_END;
        size_t begin = lines->begin;
        bool whole = next > end || lines->at_end, was_skipping = lines->skipping;
        lines->taken += next - begin;
        lines->begin = next;
        lines->skipping = !whole;
        if (was_skipping) continue; /* the rest of a line that was too long */
        if (lines->number++ == 0 && end - begin >= 3 &&
            memcmp(lines->bytes + begin, "\xef\xbb\xbf", 3) == 0)
            begin += 3;
        if (!whole || end - begin > lines->line_bytes_max) return SW_E_LIMIT;
        if (end > begin && lines->bytes[end - 1] == '\r') end--;
        *ret = sw_slice_of(lines->bytes + begin, end - begin);
        return SW_OK;
    }
}

uint64_t sw_lines_number(const sw_lines *lines) {
    return lines->number;
}

uint64_t sw_lines_bytes(const sw_lines *lines) {
    return lines->taken;
}

uint64_t sw_lines_size(const sw_lines *lines) {
    return lines->size;
}
