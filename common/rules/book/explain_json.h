/* explain_json.h - the pieces of an explanation in JSON.  Layer 5, private to rules.  Thread:
 * owner's. */
#ifndef SW_RULES_BOOK_EXPLAIN_JSON_H
#define SW_RULES_BOOK_EXPLAIN_JSON_H

#include "rules/book/turn.h"

/* Where an explanation is written: times are shown in the pack's zone. */
typedef struct sw_ledger {
    const sw_book *book;
    sw_book *own; /* the same: a copy, in which tallies may be made */
    const sw_zone *zone;
    sw_arena *arena;
    sw_buf *out;
    sw_err err; /* the first failure but those of `out` */
} sw_ledger;

/* "name": with a comma where one is needed. */
void sw_ledger_name(sw_ledger *l, const char *name);
/* Opens an item of an array or the value of a name. */
void sw_ledger_open(sw_ledger *l, char bracket);
void sw_ledger_close(sw_ledger *l, char bracket);
void sw_ledger_text(sw_ledger *l, const char *name, sw_slice text);
void sw_ledger_int(sw_ledger *l, const char *name, int64_t n);
void sw_ledger_bool(sw_ledger *l, const char *name, bool truth);
/* null where there is none: SW_TIME_MAX, SW_TIME_NONE. */
void sw_ledger_time(sw_ledger *l, const char *name, int64_t ms);
void sw_ledger_day(sw_ledger *l, const char *name, int64_t day);
void sw_ledger_span(sw_ledger *l, const char *name, sw_span span);
/* {"source", "id", "type", "time"} of a record. */
void sw_ledger_event(sw_ledger *l, const char *name, uint32_t rec);
void sw_ledger_basis(sw_ledger *l, const char *name, const sw_basis *basis, uint32_t count);
/* "pack": "name@version". */
void sw_ledger_pack(sw_ledger *l, const sw_pack *pack);
/* The rule, its law and the key; of the key only the first field if `group` is NULL. */
void sw_ledger_rule(sw_ledger *l, const sw_rule *rule, const sw_group *group);
/* A condition's text and the values that it read: {"text", "values": {path: value}}; nothing for
 * NULL. */
void sw_ledger_condition(sw_ledger *l, const char *name, const sw_cel *cel, sw_scope *scope);

#endif
