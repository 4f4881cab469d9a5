#include "seawall/generate/coverage/coverage_print.h"

#include "seawall/cli/report.h"
#include "seawall/cli/term.h"

#define REPORT_BYTES ((size_t)16 << 20)

typedef struct share {
    uint32_t hit, all;
} share;

typedef struct shares {
    share rules, clauses, parts[CLAUSE_PART_COUNT];
} shares;

static shares count_shares(const clauses *c) {
    shares s = {0};
    for (uint32_t i = 0; i < sw_ruleset_rule_count(c->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(c->set, i);
        s.rules.all++;
        s.rules.hit += clauses_of(c, rule, CLAUSE_START) > 0;
        for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++)
            for (uint32_t k = 0; k < clauses_count(rule, part); k++) {
                bool hit = c->counts[part][i][k] > 0;
                s.parts[part].all++;
                s.parts[part].hit += hit;
                s.clauses.all++;
                s.clauses.hit += hit;
            }
    }
    return s;
}

static void add_share(sw_buf *buf, bool *first, const char *name, share s) {
    bool inner = true;
    sw_report_name(buf, first, name);
    sw_buf_add_byte(buf, '{');
    sw_report_int(buf, &inner, "exercised", s.hit);
    sw_report_int(buf, &inner, "all", s.all);
    sw_buf_add_byte(buf, '}');
}

static void add_rule(const clauses *c, const sw_rule *rule, sw_buf *buf) {
    bool first = true;
    sw_buf_add_byte(buf, '{');
    sw_report_text(buf, &first, "rule", rule->id);
    for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++) {
        if (clauses_count(rule, part) == 0) continue;
        sw_report_name(buf, &first, clauses_part_name(part));
        for (uint32_t k = 0; k < clauses_count(rule, part); k++) {
            sw_buf_add_byte(buf, k ? ',' : '[');
            sw_buf_add_int(buf, (int64_t)c->counts[part][rule->index][k]);
        }
        sw_buf_add_byte(buf, ']');
    }
    sw_buf_add_byte(buf, '}');
}

static sw_err print_json(const clauses *c, FILE *to) {
    shares s = count_shares(c);
    bool first = true, first_rule = true;
    sw_buf buf;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_add_byte(&buf, '{');
    add_share(&buf, &first, "rules", s.rules);
    add_share(&buf, &first, "clauses", s.clauses);
    for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++)
        add_share(&buf, &first, clauses_part_name(part), s.parts[part]);
    sw_report_name(&buf, &first, "by_rule");
    sw_buf_add_byte(&buf, '[');
    for (uint32_t i = 0; i < sw_ruleset_rule_count(c->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(c->set, i);
        if (!first_rule) sw_buf_add_byte(&buf, ',');
        first_rule = false;
        add_rule(c, rule, &buf);
    }
    sw_buf_add_cstr(&buf, "]}\n");
    sw_err err = buf.err;
    if (!err && fwrite(buf.ptr, 1, buf.len, to) != buf.len) err = SW_E_IO;
    sw_buf_done(&buf);
    return err;
}

/* "12", "12+0+3" for several entries, "" for none. */
static sw_slice counts_text(const clauses *c, const sw_rule *rule, clause_part part,
                            sw_arena *arena) {
    sw_slice text = SW_SLICE_NONE;
    for (uint32_t k = 0; k < clauses_count(rule, part); k++)
        text = sw_arena_printf(arena, "%.*s%s%llu", SW_FMT(text), k ? "+" : "",
                               (unsigned long long)c->counts[part][rule->index][k]);
    return text;
}

static void print_missed(const clauses *c, FILE *to) {
    for (uint32_t i = 0; i < sw_ruleset_rule_count(c->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(c->set, i);
        for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++)
            for (uint32_t k = 0; k < clauses_count(rule, part); k++) {
                if (c->counts[part][i][k]) continue;
                const sw_on *on = clauses_entry(rule, part, k);
                fprintf(to, "never: %.*s: %s[%u] on %.*s%s%.*s\n", SW_FMT(rule->id),
                        clauses_part_name(part), k, SW_FMT(on->type->name),
                        on->when ? " when " : "",
                        SW_FMT(on->when ? sw_cel_text(on->when) : SW_SLICE_NONE));
            }
    }
}

static void print_share(FILE *to, const char *what, share s) {
    fprintf(to, "%s %u of %u (%u.%u %%)", what, s.hit, s.all, s.all ? s.hit * 100 / s.all : 100,
            s.all ? s.hit * 1000 / s.all % 10 : 0);
}

static sw_err print_table(const clauses *c, sw_arena *arena, FILE *to) {
    static const sw_column columns[] = {
        {"rule", false, 0}, {"start", true, 0},   {"stop", true, 0},  {"extend", true, 0},
        {"pause", true, 0}, {"restart", true, 0}, {"cancel", true, 0}};
    sw_table table;
    sw_table_init(&table, arena, columns, SW_COUNT(columns));
    for (uint32_t i = 0; i < sw_ruleset_rule_count(c->set); i++) {
        const sw_rule *rule = sw_ruleset_rule(c->set, i);
        sw_cell cells[SW_COUNT(columns)] = {{rule->id, SW_TINT_NONE}};
        for (clause_part part = 0; part < CLAUSE_PART_COUNT; part++)
            cells[part + 1].text = counts_text(c, rule, part, arena);
        if (!sw_table_add(&table, cells)) return SW_E_LIMIT;
    }
    sw_table_print(&table, to);
    print_missed(c, to);
    shares s = count_shares(c);
    print_share(to, "rules", s.rules);
    print_share(to, "; clauses", s.clauses);
    print_share(to, "; extend", s.parts[CLAUSE_EXTEND]);
    print_share(to, ", pause", s.parts[CLAUSE_PAUSE]);
    print_share(to, ", restart", s.parts[CLAUSE_RESTART]);
    fputc('\n', to);
    return ferror(to) ? SW_E_IO : SW_OK;
}

sw_err coverage_print(const clauses *c, bool json, sw_arena *arena, FILE *to) {
    return json ? print_json(c, to) : print_table(c, arena, to);
}
