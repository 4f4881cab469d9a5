/* catalogue.h - the declared event types (docs/events.md).  Layer 2.  Thread: any,
 * immutable after load. */
#ifndef SW_CODEC_CATALOGUE_H
#define SW_CODEC_CATALOGUE_H

#include "base/diag.h"
#include "codec/value.h"
#include "text/yaml.h"

/* One declared field of `data`. */
typedef struct sw_field {
    sw_slice name;
    sw_value_kind type; /* STRING INT DOUBLE BOOL TIMESTAMP */
    bool list;          /* declared with [] */
    bool required, key, personal;
    uint32_t key_id; /* key: number of the key name that it counts as (`of`, else its own name) */
    uint32_t value_count;   /* `values:`, the known ones; sources may send others. 0: not said */
    const sw_slice *values; /* as written */
    sw_slice format;        /* "orgcode": twelve digits; empty: none. Told, not enforced */
} sw_field;

typedef struct sw_event_type {
    sw_slice name;            /* "coercion.detained" */
    sw_slice element;         /* "person"; may be empty */
    sw_slice title, title_en; /* `name` 刑事拘留 and `name_en`; may be empty */
    uint32_t index;           /* position in the catalogue */
    uint32_t field_count;
    const sw_field *fields; /* sorted by name */
    uint32_t key_count;     /* distinct key names, each with the fields that carry it */
    const struct sw_type_key {
        uint32_t key_id;
        uint32_t field_count;
        const uint32_t *fields; /* indexes into `fields` */
    } * keys;
} sw_event_type;

typedef struct sw_catalogue sw_catalogue;

/* Where the types that are always there stand in every catalogue. */
enum { SW_TYPE_RETRACTED, SW_TYPE_CORRECTED, SW_TYPE_BUILTIN_COUNT };
/* Of both: where their fields stand. `data.event` of event.corrected is no field: see
 * sw_correction. */
enum { SW_CORRECTION_ID, SW_CORRECTION_SOURCE, SW_CORRECTION_FIELD_COUNT };

/* Loads and checks one or more YAML files (`types:`, docs/events.md), merged; all findings
 * in one run. event.retracted and event.corrected are always there. Lives in `arena`. SW_E_INVALID
 * after any finding in the catalogue; of reading a file: as sw_file_read, sw_yaml_parse. */
SW_NODISCARD sw_err sw_catalogue_load(sw_arena *arena, const char *const *paths, size_t count,
                                      sw_diags *diags, const sw_catalogue **ret);
/* The same from text; `file` is named in findings. For tests and fuzzing. */
SW_NODISCARD sw_err sw_catalogue_parse(sw_arena *arena, sw_slice file, sw_slice text,
                                       sw_diags *diags, const sw_catalogue **ret);

/* The same from a tree that was read already, which must live as long as the catalogue. */
SW_NODISCARD sw_err sw_catalogue_from_yaml(sw_arena *arena, sw_slice file, const sw_yaml *root,
                                           sw_diags *diags, const sw_catalogue **ret);

/* "string", "int", … without []. */
const char *sw_field_type_name(const sw_field *field);

uint32_t sw_catalogue_type_count(const sw_catalogue *cat);
const sw_event_type *sw_catalogue_type(const sw_catalogue *cat, uint32_t index);
/* NULL if no such type. */
const sw_event_type *sw_catalogue_find(const sw_catalogue *cat, sw_slice name);
/* The nearest declared name for "did you mean"; empty if none is near. */
sw_slice sw_catalogue_nearest(const sw_catalogue *cat, sw_slice name);

uint32_t sw_catalogue_key_count(const sw_catalogue *cat);
sw_slice sw_catalogue_key_name(const sw_catalogue *cat, uint32_t key_id); /* "case_id" */
bool sw_catalogue_key_find(const sw_catalogue *cat, sw_slice name, uint32_t *ret_key_id);

/* Index of a field of `type`, or -1. */
int32_t sw_event_type_field(const sw_event_type *type, sw_slice name);
/* The entry of `keys` for a key name, or NULL if the type does not declare it. */
const struct sw_type_key *sw_event_type_key(const sw_event_type *type, uint32_t key_id);

#endif
