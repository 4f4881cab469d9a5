#include "report/figures/label.h"

#include "text/json.h"

void sw_label_text(sw_buf *out, const char *name, sw_slice text) {
    if (text.len == 0) return;
    sw_buf_printf(out, "%s\"%s\":", out->len > 1 ? "," : "", name);
    sw_json_write_string(out, text);
}
