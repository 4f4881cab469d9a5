/* lines.h - reads text by lines, from a file or standard input, each of bounded length.  Layer 9.
 * Thread: owner's. */
#ifndef SW_SEAWALL_LINES_H
#define SW_SEAWALL_LINES_H

#include "base/diag.h"

typedef struct sw_lines sw_lines;

/* `path` "-" is standard input. SW_E_NOT_FOUND, SW_E_IO, said in `diags`. */
SW_NODISCARD sw_err sw_lines_open(const char *path, size_t line_bytes_max, sw_diags *diags,
                                  sw_lines **ret);
void sw_lines_close(sw_lines *lines); /* NULL is a no-op */
/* The next line without its end (LF or CRLF), valid until the next call; a byte order mark at the
 * beginning is skipped. SW_E_END. SW_E_LIMIT: a longer line; it is skipped whole, and reading goes
 * on with the next call. SW_E_IO. */
SW_NODISCARD sw_err sw_lines_next(sw_lines *lines, sw_slice *ret);
uint64_t sw_lines_number(const sw_lines *lines); /* of the line given last, from 1 */
uint64_t sw_lines_bytes(const sw_lines *lines);  /* read so far */
uint64_t sw_lines_size(const sw_lines *lines);   /* of the whole file; 0: not known */

#endif
