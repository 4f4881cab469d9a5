/* import.h - turns rows of an event log into case events, as a map file says.  Layer 9.  Thread:
 * owner's. */
#ifndef SW_SEAWALL_IMPORT_H
#define SW_SEAWALL_IMPORT_H

#include "base/buf.h"
#include "codec/event.h"

/* One attribute of a row: of the event itself, or of the case that it stands in ("case:" names). */
typedef struct sw_import_attribute {
    sw_slice name, value;
} sw_import_attribute;

/* One row of the log, whatever its format. Borrowed for the call. */
typedef struct sw_import_row {
    const sw_import_attribute *attributes;
    uint32_t attribute_count;
    uint64_t line;  /* where it stands in the file, from 1 */
    uint64_t index; /* of the event within its case, from 1 (xes); else of the row in the file */
} sw_import_row;

/* Takes a row; an error stops the reading and is returned by the reader. */
typedef struct sw_import_sink {
    void *ctx;
    sw_err (*row)(void *ctx, const sw_import_row *row);
    /* A place that can't be read as a row; reading goes on. */
    sw_err (*fault)(void *ctx, uint64_t line, const char *message);
    /* Bytes read so far. */
    void (*progress)(void *ctx, uint64_t bytes);
} sw_import_sink;

/* Streaming readers; memory does not grow with the file. The failure of a file as a whole (not XML,
 * no header, unreadable) is said in `diags`. SW_E_SYNTAX, SW_E_LIMIT, SW_E_IO, SW_E_NOT_FOUND.
 * `path` "-" is standard input. */
typedef sw_err sw_import_reader(const char *path, const sw_import_sink *sink, sw_diags *diags);
sw_import_reader sw_import_xes;   /* IEEE 1849-2016 */
sw_import_reader sw_import_csv;   /* RFC 4180; the first row names the columns */
sw_import_reader sw_import_jsonl; /* one object a line; members of objects by dotted path */

#define SW_IMPORT_ATTRIBUTES_MAX  512u
#define SW_IMPORT_VALUE_BYTES_MAX ((size_t)1 << 20)

typedef struct sw_import_map sw_import_map;

/* Reads a map file (docs/import.md) and checks it against the catalogue: all findings in one run.
 * SW_E_INVALID. */
SW_NODISCARD sw_err sw_import_map_load(sw_arena *arena, const sw_catalogue *catalogue,
                                       const char *path, sw_diags *diags,
                                       const sw_import_map **ret);

/* Makes the event of a row. *ret NULL: the map says to skip it. What is refused is said in `diags`:
 * SW_E_UNKNOWN no entry for the activity; SW_E_MISSING, SW_E_TYPE, SW_E_RANGE, SW_E_INVALID as of
 * sw_event_from_json. */
SW_NODISCARD sw_err sw_import_convert(const sw_import_map *map, const sw_import_row *row,
                                      sw_arena *arena, sw_diags *diags, sw_event **ret);

#endif
