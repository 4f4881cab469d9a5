#include "text/csv.h"

void sw_csv_cell(sw_buf *out, sw_slice text) {
    bool formula = text.len && memchr("=+-@\t\r", text.ptr[0], 6);
    bool quoted = formula;
    for (size_t i = 0; i < text.len; i++) quoted |= memchr(",\"\r\n", text.ptr[i], 4) != NULL;
    if (quoted) sw_buf_add_byte(out, '"');
    if (formula) sw_buf_add_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"') sw_buf_add_byte(out, '"');
        sw_buf_add_byte(out, text.ptr[i]);
    }
    if (quoted) sw_buf_add_byte(out, '"');
}
