#include "seawall/cli/report.h"

#include <stdio.h>

#include "text/json.h"

void sw_report_name(sw_buf *buf, bool *first, const char *name) {
    if (!*first) sw_buf_add_byte(buf, ',');
    *first = false;
    sw_json_write_string(buf, sw_slice_cstr(name));
    sw_buf_add_byte(buf, ':');
}

void sw_report_text(sw_buf *buf, bool *first, const char *name, sw_slice text) {
    if (!text.len) return;
    sw_report_name(buf, first, name);
    sw_json_write_string(buf, text);
}

void sw_report_int(sw_buf *buf, bool *first, const char *name, int64_t n) {
    sw_report_name(buf, first, name);
    sw_buf_add_int(buf, n);
}

void sw_report_bool(sw_buf *buf, bool *first, const char *name, bool b) {
    sw_report_name(buf, first, name);
    sw_buf_add_cstr(buf, b ? "true" : "false");
}

void sw_report_texts(sw_buf *buf, const sw_slice *texts, uint32_t count) {
    sw_buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < count; i++) {
        if (i) sw_buf_add_byte(buf, ',');
        sw_json_write_string(buf, texts[i]);
    }
    sw_buf_add_byte(buf, ']');
}

static void report_diag(sw_buf *buf, const sw_diag *diag) {
    bool first = true;
    sw_buf_add_byte(buf, '{');
    sw_report_text(buf, &first, "file", diag->file);
    if (diag->line) {
        sw_report_int(buf, &first, "line", diag->line);
        sw_report_int(buf, &first, "column", diag->col);
    }
    sw_report_text(buf, &first, "field", diag->field);
    sw_report_text(buf, &first, "code", sw_slice_cstr(sw_err_name(diag->code)));
    sw_report_text(buf, &first, "message", diag->message);
    sw_report_text(buf, &first, "hint", diag->hint);
    sw_buf_add_byte(buf, '}');
}

void sw_report_diags(sw_buf *buf, const sw_diags *diags) {
    sw_buf_add_byte(buf, '[');
    for (const sw_diag *diag = diags->first; diag; diag = diag->next) {
        if (diag != diags->first) sw_buf_add_byte(buf, ',');
        report_diag(buf, diag);
    }
    sw_buf_add_byte(buf, ']');
}

bool sw_report_print(const sw_buf *buf) {
    if (buf->err == SW_OK && fwrite(buf->ptr, 1, buf->len, stdout) == buf->len &&
        putchar('\n') != EOF && fflush(stdout) == 0)
        return true;
    fprintf(stderr, "seawall: the output could not be written\n");
    return false;
}
