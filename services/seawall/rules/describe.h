/* describe.h - rules in words, for people and for JSON.  Layer 9.  Thread: main. */
#ifndef SW_SEAWALL_DESCRIBE_H
#define SW_SEAWALL_DESCRIBE_H

#include "rules/pack.h"
#include "seawall/cli/term.h"

/* All in the arena; empty if it is full. */
sw_slice sw_describe_span(sw_arena *arena, sw_span span);       /* as packs write it: "3d" */
sw_slice sw_describe_span_words(sw_arena *arena, sw_span span); /* "3 natural days" */
sw_slice sw_describe_length(sw_arena *arena, int64_t ms);       /* "24h" */
sw_slice sw_describe_window(sw_arena *arena, sw_window window); /* "30d", "month" */
/* "3d", "30d | 3d", "{days: data.days}"; of the other kinds what they count: "3 in 30d". */
sw_slice sw_describe_limit(sw_arena *arena, const sw_rule *rule);
/* "blue orange breach" */
sw_slice sw_describe_levels(sw_arena *arena, const sw_rule *rule);
/* "刑事诉讼法 第九十一条; …" */
sw_slice sw_describe_basis(sw_arena *arena, const sw_basis *basis, uint32_t count);
/* "coercion.detained 刑事拘留, if data.kind == \"criminal\", counted from data.detained_at" */
sw_slice sw_describe_on(sw_arena *arena, const sw_on *on);
/* "natural days, the first not counted; …": what a count changes; empty for the defaults. */
sw_slice sw_describe_count(sw_arena *arena, const sw_count *count);
/* "2026-01-01T00:00:00+08:00", or `never` for the ends of time. */
sw_slice sw_describe_time(sw_arena *arena, const sw_zone *zone, int64_t ms, const char *never);
/* What a level of a threshold wants: "3", "below 3", "5 and 150% of the mean of 4 before". */
sw_slice sw_describe_number(sw_arena *arena, const sw_rule *rule, uint32_t index);
/* Texts with a separator; items by index. */
sw_slice sw_describe_list(sw_arena *arena, const sw_slice *texts, uint32_t count,
                          const char *separator);

#endif
