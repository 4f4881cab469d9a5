/* reader.h - what the parts of the directory's reader share: findings, values with places. Layer 9.
 * Thread: owner's. */
#ifndef SW_NOTIFY_DIRECTORY_READER_H
#define SW_NOTIFY_DIRECTORY_READER_H

#include "civil/zone.h"
#include "notify/directory/directory.h"
#include "text/yaml.h"

#define SW_DIRECTORY_BYTES_MAX ((size_t)32 << 20)

typedef struct sw_directory_reader {
    sw_pb pb;
    sw_diags *diags, *notes;
    const char *folder; /* of CSV files; NULL: one text */
    const sw_zone *zone;
    int64_t from_ms;
    sw_directory_entry **entries; /* as they stand in the text */
    uint32_t *lines;              /* of each entry */
    uint32_t count, cap;
    sw_err err; /* SW_OK, SW_E_INVALID, SW_E_LIMIT */
} sw_directory_reader;

/* A finding at a node. */
void sw_directory_fault(sw_directory_reader *reader, const sw_yaml *at, sw_err code,
                        const char *field, const char *hint, const char *fmt, ...) SW_PRINTF(6, 7);
/* The text of a member: an empty one where there is none. `required`: that is a fault. Numbers are
 * faults with the hint to write them in quotes, so that no zero is lost. */
char *sw_directory_text(sw_directory_reader *reader, const sw_yaml *map, const char *key,
                        bool required);
/* A date, local midnight, or an RFC 3339 time; 0 where there is none. */
int64_t sw_directory_time(sw_directory_reader *reader, const sw_yaml *map, const char *key);
/* The members `from` and `until`; a fault where the first is not before the second. */
void sw_directory_interval(sw_directory_reader *reader, const sw_yaml *map, int64_t *ret_from_ms,
                           int64_t *ret_until_ms);
void sw_directory_keys(sw_directory_reader *reader, const sw_yaml *map, const char *const *names,
                       size_t count, const char *what);
/* The list of that name, whose items are maps; NULL: none. */
const sw_yaml *sw_directory_list(sw_directory_reader *reader, const sw_yaml *map, const char *key);
/* Findings from now on are of this section: of a folder, of the file that it stands in. */
void sw_directory_section(sw_directory_reader *reader, const char *section);
/* Takes an entry over. */
void sw_directory_take(sw_directory_reader *reader, const sw_yaml *at, sw_directory_entry *entry);
/* The entry of that id, as it stands so far; NULL. */
sw_directory_entry *sw_directory_have(const sw_directory_reader *reader, const char *id);

/* The sections of the text: each tells its own faults. */
void sw_directory_read_units(sw_directory_reader *reader, const sw_yaml *list);
void sw_directory_read_officers(sw_directory_reader *reader, const sw_yaml *list);
void sw_directory_read_posts(sw_directory_reader *reader, const sw_yaml *list);
void sw_directory_read_deputies(sw_directory_reader *reader, const sw_yaml *list);
void sw_directory_read_areas(sw_directory_reader *reader, const sw_yaml *list);
void sw_directory_read_rosters(sw_directory_reader *reader, const sw_yaml *list);
/* What needs the whole: names that nobody has, circles, one number of two officers; and notes. */
void sw_directory_check(sw_directory_reader *reader);

/* A folder of CSV files as the same tree that a YAML file gives; columns of findings are cells.
 * `ret_fault`: the first fault of a line, whose rest can still be read. SW_E_INVALID: the tree
 * would not be what is meant. */
SW_NODISCARD sw_err sw_directory_csv(sw_arena *arena, const char *folder, sw_diags *diags,
                                     sw_err *ret_fault, const sw_yaml **ret);

#endif
