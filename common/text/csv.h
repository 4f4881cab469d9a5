/* csv.h - cells of comma-separated values (RFC 4180).  Layer 1.  Thread: any. */
#ifndef SW_TEXT_CSV_H
#define SW_TEXT_CSV_H

#include "base/buf.h"

/* Appends a cell, quoted where it must be. One that begins as a formula would (= + - @, tab,
 * return) gets a leading ' so that no spreadsheet calculates it (OWASP, CSV injection). */
void sw_csv_cell(sw_buf *out, sw_slice text);

#endif
