/* report.h - findings and rules as JSON, for programs.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_REPORT_H
#define SW_SEAWALL_REPORT_H

#include "base/buf.h"
#include "base/diag.h"

/* An array of {file, line, column, field, code, message, hint}; what is not known is left out. */
void sw_report_diags(sw_buf *buf, const sw_diags *diags);
/* `"name":"text"`, after a comma unless it is the first. Nothing where the text is empty. */
void sw_report_text(sw_buf *buf, bool *first, const char *name, sw_slice text);
void sw_report_int(sw_buf *buf, bool *first, const char *name, int64_t n);
void sw_report_bool(sw_buf *buf, bool *first, const char *name, bool b);
/* An array of texts. */
void sw_report_texts(sw_buf *buf, const sw_slice *texts, uint32_t count);
/* `"name":` for what the caller writes himself. */
void sw_report_name(sw_buf *buf, bool *first, const char *name);
/* Writes the buffer and a newline to standard output; false, and told on stderr, if it failed. */
bool sw_report_print(const sw_buf *buf);

#endif
