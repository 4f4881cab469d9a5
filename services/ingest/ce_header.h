/* ce_header.h - values of ce- headers, as the CloudEvents HTTP binding has them (1.0.2, 3.1.3.2).
 * Layer 9.  Thread: any; pure. */
#ifndef SW_INGEST_CE_HEADER_H
#define SW_INGEST_CE_HEADER_H

#include "base/arena.h"
#include "base/err.h"

/* The attribute's text: what stands in double quotes is taken out of them (RFC 7230, 3.2.6), then
 * percent-encoding is decoded once. Borrows from `value` where nothing has to be changed.
 * SW_E_SYNTAX with why in `*ret_why`: half an escape, an open quote, no UTF-8; SW_E_LIMIT. */
SW_NODISCARD sw_err sw_ce_header_decode(sw_slice value, sw_arena *arena, sw_slice *ret,
                                        const char **ret_why);

/* Media types (RFC 9110, 8.3.1): compares type and subtype without parameters, in any case. */
bool sw_media_type_is(sw_slice content_type, const char *media_type);
/* Whether a charset other than UTF-8 is named. */
bool sw_media_type_foreign_charset(sw_slice content_type);

#endif
