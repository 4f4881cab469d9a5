/* markup.h - text within HTML and XML.  Layer 1.  Thread: any. */
#ifndef SW_TEXT_MARKUP_H
#define SW_TEXT_MARKUP_H

#include "base/buf.h"

/* Appends `text` so that nothing of it is markup, in the content of an element or in an attribute
 * between quotes of either kind, and so that an attribute keeps its line breaks. Control characters
 * that XML 1.0 can't write become U+FFFD. */
void sw_markup_text(sw_buf *out, sw_slice text);

#endif
