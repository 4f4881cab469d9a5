/* reading.h - values of a settings file in YAML, each fault with its place.  Layer 9.  Thread:
 * owner's. */
#ifndef SW_NOTIFY_READING_H
#define SW_NOTIFY_READING_H

#include "notify/pb.h"
#include "text/yaml.h"

typedef struct sw_reading {
    sw_pb pb;
    sw_diags *diags;
    sw_err err; /* the first fault */
} sw_reading;

/* A finding at a node; `at` may be NULL. */
void sw_reading_fault(sw_reading *r, const sw_yaml *at, sw_err code, const char *field,
                      const char *hint, const char *fmt, ...) SW_PRINTF(6, 7);
void sw_reading_keys(sw_reading *r, const sw_yaml *map, const char *const *names, size_t count,
                     const char *what);
/* The root of a file that says `kind: KIND`; NULL and a finding otherwise. */
const sw_yaml *sw_reading_file(sw_reading *r, const char *path, const char *kind);
/* The scalar's text, copied; "" where there is none, which is a fault if `required`. */
const char *sw_reading_text(sw_reading *r, const sw_yaml *map, const char *key, bool required);
/* "90s", "15m", "24h", "2d" or 0, in milliseconds; `otherwise` where there is none. */
int64_t sw_reading_duration(sw_reading *r, const sw_yaml *map, const char *key, int64_t otherwise);
/* A whole number within [low, high]. */
int64_t sw_reading_number(sw_reading *r, const sw_yaml *map, const char *key, int64_t low,
                          int64_t high, int64_t otherwise);
bool sw_reading_flag(sw_reading *r, const sw_yaml *map, const char *key, bool otherwise);
/* The items of a list of words: `ret_count` of them; a single word is a list of one. */
const char **sw_reading_words(sw_reading *r, const sw_yaml *map, const char *key,
                              uint32_t *ret_count);
/* A level by name, SW_NOTIFY_LEVELS if it is none. */
uint32_t sw_level_of(sw_slice name);

enum { SW_NOTIFY_LEVELS = 6, SW_LEVEL_BREACH = 5 };
extern const char *const sw_level_words[SW_NOTIFY_LEVELS];
/* The level of a member, a fault where it is none; `otherwise` where there is no member. */
uint32_t sw_reading_level(sw_reading *r, const sw_yaml *map, const char *key, uint32_t otherwise);

#endif
