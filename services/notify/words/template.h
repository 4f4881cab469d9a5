/* template.h - the words of messages: templates by kind, level and language, as data.  Layer 9.
 * Thread: any, immutable after loading. */
#ifndef SW_NOTIFY_TEMPLATE_H
#define SW_NOTIFY_TEMPLATE_H

#include "base/buf.h"
#include "notify/reading.h"

/* What a template may name. There is no name of a suspect, a victim or a reporter among them. */
typedef enum sw_blank {
    SW_BLANK_LEVEL,   /* 红色 */
    SW_BLANK_RULE,    /* 提请批准逮捕期限 */
    SW_BLANK_KEY,     /* A3209812026000123 */
    SW_BLANK_UNIT,    /* 城东所 */
    SW_BLANK_OFFICER, /* 王建国: of the police, in charge */
    SW_BLANK_DUE,     /* 3月2日24时 */
    SW_BLANK_LEFT,    /* 剩5小时 */
    SW_BLANK_TEXT,    /* what to do */
    SW_BLANK_WHY,     /* why this person is told */
    SW_BLANK_CODE,    /* of the reply */
    SW_BLANK_COUNT,   /* how many */
    SW_BLANK_LIST,    /* each in short */
    SW_BLANK_LEVELS,  /* 红2 橙5 */
    SW_BLANKS
} sw_blank;

typedef enum sw_template_kind {
    SW_TEMPLATE_WARNING,
    SW_TEMPLATE_ESCALATION,
    SW_TEMPLATE_EVENT,
    SW_TEMPLATE_MERGED,
    SW_TEMPLATE_ITEM, /* of the list of a merged one */
    SW_TEMPLATE_DIGEST,
    SW_TEMPLATE_REPEATED, /* what stands before one that is sent again */
    SW_TEMPLATE_KINDS
} sw_template_kind;

typedef struct sw_template sw_template;
typedef struct sw_words sw_words;

/* Reads the templates of a file; all faults in one run: an unknown placeholder, a language without
 * one of the kinds, a text that can need more SMS parts than `max_parts` says. Lives in the arena.
 * SW_E_INVALID; SW_E_SYNTAX, SW_E_NOT_FOUND, SW_E_IO, SW_E_LIMIT. */
SW_NODISCARD sw_err sw_words_load(sw_arena *arena, const char *path, sw_diags *diags,
                                  const sw_words **ret);

/* Values of the placeholders; what is left empty leaves nothing. */
typedef struct sw_blanks {
    sw_slice values[SW_BLANKS];
} sw_blanks;

/* The text in `language` (or the first of the file), of that level where it has a template of its
 * own. Values are cut to what was measured at load. */
void sw_words_write(const sw_words *words, sw_slice language, sw_template_kind kind, uint32_t level,
                    const sw_blanks *blanks, sw_buf *out);
/* 红色 */
sw_slice sw_words_level(const sw_words *words, sw_slice language, uint32_t level);
/* 3月2日24时, 3月2日17时30分: local. */
void sw_words_due(const sw_words *words, sw_slice language, int64_t due_ms, int32_t offset_s,
                  sw_buf *out);
/* 剩5小时, 已超2天. */
void sw_words_left(const sw_words *words, sw_slice language, int64_t left_ms, sw_buf *out);

#endif
