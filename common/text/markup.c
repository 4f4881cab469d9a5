#include "text/markup.h"

/* NULL: as it is. */
static const char *instead_of(unsigned char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    case '\r':
        return "&#13;";
    default:
        return c < 0x20 ? "\xef\xbf\xbd" : NULL;
    }
}

void sw_markup_text(sw_buf *out, sw_slice text) {
    size_t plain = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *instead = instead_of((unsigned char)text.ptr[i]);
        if (!instead) continue;
        sw_buf_add(out, sw_slice_sub(text, plain, i));
        sw_buf_add_cstr(out, instead);
        plain = i + 1;
    }
    sw_buf_add(out, sw_slice_sub(text, plain, text.len));
}
