/* label.h - what a list shows of one thing: members of a JSON object.  Layer 9.  Thread: any. */
#ifndef SW_REPORT_LABEL_H
#define SW_REPORT_LABEL_H

#include "base/buf.h"

/* Appends a text member behind the brace or the member before it; an empty text is left out. */
void sw_label_text(sw_buf *out, const char *name, sw_slice text);

#endif
