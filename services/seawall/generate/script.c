#include "seawall/generate/script.h"

#define LIVES_MAX 512u
#define DECK_SALT 0x4445u

/* A row's event or life as a number. */
typedef struct script_row {
    uint16_t form, life;
} script_row;

struct sw_script {
    const sw_life *lives[LIVES_MAX];
    const script_row *rows[LIVES_MAX];
    uint32_t life_count;
    const sw_form **forms;
    uint32_t form_count;
    uint32_t duties[DUTY_COUNT];
    uint32_t deck_count;
};

static const sw_life_table *const tables[] = {
    &sw_lives_incident, &sw_lives_criminal, &sw_lives_custody,   &sw_lives_administrative,
    &sw_lives_property, &sw_lives_place,    &sw_lives_oversight, &sw_lives_rare,
    &sw_lives_law2026,  &sw_lives_before};

static bool find_life(const sw_script *script, const char *name, uint32_t *ret) {
    for (uint32_t i = 0; i < script->life_count; i++)
        if (strcmp(script->lives[i]->name, name) == 0) return *ret = i, true;
    return false;
}

static sw_err resolve_row(sw_script *script, sw_arena *arena, const sw_catalogue *cat,
                          const sw_life *life, const sw_row *row, sw_diags *diags,
                          script_row *ret) {
    uint32_t index = UINT16_MAX;
    if (row->op == ROW_EVENT) {
        ret->form = (uint16_t)script->form_count;
        return sw_form_new(arena, cat, life, row, diags, &script->forms[script->form_count++]);
    }
    bool calls = (row->op == ROW_CALL || row->op == ROW_FORK) && row->what[0];
    if (calls && !find_life(script, row->what, &index))
        return sw_diag_at(diags, SW_E_UNKNOWN, 0, 0, NULL, NULL, "the life '%s' calls '%s': none",
                          life->name, row->what);
    ret->life = (uint16_t)index;
    return SW_OK;
}

static sw_err resolve(sw_script *script, sw_arena *arena, const sw_catalogue *cat,
                      sw_diags *diags) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; i < script->life_count; i++) {
        const sw_life *life = script->lives[i];
        script_row *rows = sw_arena_zero(arena, life->row_count, sizeof *rows);
        if (!rows) return SW_E_LIMIT;
        script->rows[i] = rows;
        for (uint32_t k = 0; k < life->row_count; k++) {
            sw_err bad = resolve_row(script, arena, cat, life, &life->rows[k], diags, &rows[k]);
            if (bad) err = bad;
        }
    }
    return err;
}

sw_err sw_script_new(sw_arena *arena, const sw_catalogue *cat, sw_diags *diags,
                     const sw_script **ret) {
    sw_script *script = sw_arena_zero(arena, 1, sizeof *script);
    if (!script) return SW_E_LIMIT;
    uint32_t rows = 0;
    for (size_t t = 0; t < SW_COUNT(tables); t++)
        for (uint32_t i = 0; i < tables[t]->count; i++) {
            const sw_life *life = &tables[t]->lives[i];
            SW_ASSERT(script->life_count < LIVES_MAX);
            script->lives[script->life_count++] = life;
            script->deck_count += life->share;
            rows += life->row_count;
        }
    SW_ASSERT(rows < UINT16_MAX);
    script->forms = sw_arena_zero(arena, rows, sizeof(const sw_form *));
    if (!script->forms) return SW_E_LIMIT;
    static const char *const duties[DUTY_COUNT] = {"station week", "officer listed"};
    for (uint32_t i = 0; i < DUTY_COUNT; i++) {
        bool found = find_life(script, duties[i], &script->duties[i]);
        SW_ASSERT(found);
    }
    sw_err err = resolve(script, arena, cat, diags);
    if (err) return err;
    *ret = script;
    return SW_OK;
}

const sw_form *sw_script_form(const sw_script *script, uint16_t form) {
    SW_ASSERT(form < script->form_count);
    return script->forms[form];
}

uint32_t sw_script_life_count(const sw_script *script) {
    return script->life_count;
}

const sw_life *sw_script_life(const sw_script *script, uint32_t index) {
    SW_ASSERT(index < script->life_count);
    return script->lives[index];
}

uint32_t sw_script_duty(const sw_script *script, sw_duty duty) {
    return script->duties[duty];
}

uint32_t sw_script_deck_count(const sw_script *script) {
    return script->deck_count;
}

uint32_t sw_script_deal(const sw_script *script, const sw_county *county, uint64_t dealt,
                        uint32_t *deck) {
    uint32_t at = (uint32_t)(dealt % script->deck_count);
    if (at == 0) {
        sw_rng rng = sw_county_rng(county, dealt / script->deck_count, DECK_SALT);
        uint32_t n = 0;
        for (uint32_t i = 0; i < script->life_count; i++)
            for (uint32_t k = 0; k < script->lives[i]->share; k++) deck[n++] = i;
        for (uint32_t i = n - 1; i > 0; i--) {
            uint32_t j = (uint32_t)sw_rng_below(&rng, i + 1u), card = deck[i];
            deck[i] = deck[j];
            deck[j] = card;
        }
    }
    return deck[at];
}

/* ---- the walk ---- */

#define WALK_DEPTH_MAX 200u
#define OVERRUN_SHARE  30u /* in 1,000 delays that can overrun */
#define MINUTE_MS      60000LL
#define WALK_SALT      0x5741u
/* 2025-12-12T08:00:00+08:00: the law of before 2026 still holds for some weeks. */
#define BACKFILL_MS   1765497600000LL
#define BACKFILL_DAYS 8

typedef struct walker {
    sw_walk *walk;
    sw_rng rng;
    int64_t told_from_ms;
    uint16_t seq;
    uint8_t used[WHO_COUNT];
} walker;

static int64_t delay(walker *w, const sw_row *row, int64_t at_ms) {
    int64_t lo = row->lo, hi = row->hi;
    if (row->late_hi > 0 && sw_rng_chance(&w->rng, OVERRUN_SHARE, 1000)) {
        w->walk->overruns++;
        lo = row->late_lo;
        hi = row->late_hi;
    }
    if (hi == 0) return at_ms;
    /* The lesser of two: more is done soon than at the last moment. */
    int64_t a = sw_rng_between(&w->rng, lo * 60, hi * 60),
            b = sw_rng_between(&w->rng, lo * 60, hi * 60);
    at_ms += (a < b ? a : b) * 1000;
    return lo >= DAYS(1) ? sw_county_day_time(&w->rng, at_ms) : at_ms;
}

/* The row of a group that is taken; UINT32_MAX: none of them. */
static uint32_t choose(walker *w, const sw_life *life, uint32_t first, uint32_t *ret_next) {
    uint32_t end = first, whole = 0;
    while (end < life->row_count && life->rows[end].either && whole < 1000)
        whole += life->rows[end++].chance;
    SW_ASSERT(whole <= 1000);
    *ret_next = end;
    uint64_t x = sw_rng_below(&w->rng, 1000);
    for (uint32_t i = first; i < end; i++) {
        if (x < life->rows[i].chance) return i;
        x -= life->rows[i].chance;
    }
    return UINT32_MAX;
}

static sw_err happen(walker *w, const sw_circle *circle, uint16_t form, int64_t at_ms) {
    sw_happening what = {.time_ms = at_ms, .true_ms = at_ms, .form = form, .circle = *circle};
    what.circle.seq = w->seq++;
    what.circle.persons = w->used[WHO_PERSON];
    return w->walk->happens(w->walk->ctx, &w->rng, &what, w->told_from_ms);
}

static void bind(walker *w, uint32_t binds, sw_circle *circle) {
    for (uint32_t who = 0; who < WHO_COUNT; who++)
        if (binds & BIND(who) && w->used[who] < UINT8_MAX) circle->nth[who] = ++w->used[who];
}

static sw_err walk_life(walker *w, uint32_t index, sw_circle circle, uint32_t depth,
                        int64_t *at_ms) {
    const sw_script *script = w->walk->script;
    const sw_life *life = script->lives[index];
    if (depth > WALK_DEPTH_MAX) return SW_OK;
    w->walk->begun[index]++;
    bind(w, life->binds, &circle);
    sw_err err = SW_OK;
    for (uint32_t i = 0, next; i < life->row_count && !err; i = next) {
        uint32_t chosen = i;
        next = i + 1;
        if (life->rows[i].either)
            chosen = choose(w, life, i, &next);
        else if (life->rows[i].chance < 1000 && !sw_rng_chance(&w->rng, life->rows[i].chance, 1000))
            continue;
        if (chosen == UINT32_MAX) continue;
        const sw_row *row = &life->rows[chosen];
        const script_row *to = &script->rows[index][chosen];
        if (row->op == ROW_END) break;
        if (row->op == ROW_MOVE) {
            w->walk->moves++;
            circle.station = sw_county_next_station(w->walk->county, circle.station);
            continue;
        }
        int64_t then_ms = delay(w, row, *at_ms);
        if (row->op == ROW_FORK) {
            err = walk_life(w, to->life, circle, depth + 1, &then_ms);
            continue;
        }
        *at_ms = then_ms;
        if (row->op == ROW_EVENT)
            err = happen(w, &circle, to->form, then_ms);
        else if (to->life != UINT16_MAX)
            err = walk_life(w, to->life, circle, depth + 1, at_ms);
    }
    return err;
}

sw_err sw_walk_run(sw_walk *walk, uint32_t life, uint32_t number, int64_t start_ms, int station,
                   int officer) {
    const sw_life *which = walk->script->lives[life];
    walker w = {.walk = walk, .told_from_ms = start_ms};
    w.rng = sw_county_rng(walk->county, number, WALK_SALT);
    sw_circle circle = {.number = number};
    circle.station = station >= 0 ? (uint8_t)station : sw_county_station(walk->county, &w.rng);
    circle.officer =
        officer >= 0 ? (uint8_t)officer : (uint8_t)sw_rng_below(&w.rng, COUNTY_OFFICERS);
    int64_t year;
    int32_t month, day;
    sw_date_from_days(sw_floor_div(start_ms + COUNTY_OFFSET_MS, 86400000), &year, &month, &day);
    circle.year = (uint8_t)(year % 100);
    int64_t at_ms = start_ms;
    if (which->backfill && start_ms > BACKFILL_MS)
        at_ms = BACKFILL_MS + (int64_t)sw_rng_below(&w.rng, BACKFILL_DAYS * 1440) * MINUTE_MS;
    else if (which->office)
        at_ms = sw_county_office_time(walk->county, &w.rng, start_ms);
    return walk_life(&w, life, circle, 0, &at_ms);
}
