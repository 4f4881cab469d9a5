#include "contract/store_model.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "store/overlay.h"
#include "unit/test.h"

#define KEYS      60u
#define VALUE_MAX 40u
#define PREFIX    "p7"

/* Key number i is "kNN", behind PREFIX where an overlay writes it. */
typedef struct cell {
    bool there;
    uint32_t len;
    char bytes[VALUE_MAX];
} cell;

struct store_model {
    uint32_t stores;
    sw_rng rng;
    cell *cells; /* KEYS of each store */
};

typedef struct key_text {
    char text[16];
} key_text;

static key_text key_of(uint32_t i) {
    key_text key;
    snprintf(key.text, sizeof key.text, PREFIX "k%02u", i);
    return key;
}

static sw_slice full_key(const key_text *key) {
    return sw_slice_cstr(key->text);
}

static sw_slice short_key(const key_text *key) {
    return sw_slice_cstr(key->text + strlen(PREFIX));
}

store_model *store_model_new(uint32_t stores, uint64_t seed) {
    store_model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    model->stores = stores;
    model->cells = calloc(stores * KEYS, sizeof *model->cells);
    assert_non_null(model->cells);
    sw_rng_init(&model->rng, seed);
    return model;
}

void store_model_free(store_model *model) {
    free(model->cells);
    free(model);
}

static cell *cell_of(store_model *model, uint32_t store, uint32_t key) {
    return &model->cells[store * KEYS + key];
}

static cell random_cell(store_model *model) {
    cell c = {.there = true, .len = (uint32_t)sw_rng_below(&model->rng, VALUE_MAX)};
    for (uint32_t i = 0; i < c.len; i++) c.bytes[i] = (char)sw_rng_next(&model->rng);
    return c;
}

static void random_op(store_model *model, sw_batch *batch) {
    uint32_t store = (uint32_t)sw_rng_below(&model->rng, model->stores);
    uint32_t key = (uint32_t)sw_rng_below(&model->rng, KEYS);
    key_text text = key_of(key);
    if (sw_rng_chance(&model->rng, 1, 20)) {
        uint32_t to = key + (uint32_t)sw_rng_below(&model->rng, KEYS - key);
        key_text to_text = key_of(to);
        assert_ok(sw_batch_delete_range(batch, store, full_key(&text), full_key(&to_text)));
        for (; key < to; key++) *cell_of(model, store, key) = (cell){0};
    } else if (sw_rng_chance(&model->rng, 1, 3)) {
        assert_ok(sw_batch_delete(batch, store, full_key(&text)));
        *cell_of(model, store, key) = (cell){0};
    } else {
        cell c = random_cell(model);
        assert_ok(sw_batch_put(batch, store, full_key(&text), sw_slice_of(c.bytes, c.len)));
        *cell_of(model, store, key) = c;
    }
}

void store_model_write(store_model *model, sw_db *db) {
    sw_batch *batch;
    assert_ok(sw_batch_new(1 << 16, &batch));
    uint64_t ops = sw_rng_below(&model->rng, 30);
    for (uint64_t i = 0; i < ops; i++) random_op(model, batch);
    assert_ok(sw_db_write(db, batch, sw_rng_chance(&model->rng, 1, 4)));
    sw_batch_free(batch);
}

static void assert_cell(const cell *c, sw_slice value) {
    assert_true(c->there);
    assert_int_equal(value.len, c->len);
    assert_memory_equal(value.ptr, c->bytes, c->len);
}

static void compare_range(store_model *model, sw_db *db, uint32_t store, uint32_t from,
                          uint32_t to) {
    key_text from_text = key_of(from), to_text = key_of(to);
    sw_iter *iter;
    sw_slice key, value;
    assert_ok(sw_db_iter_open(db, store, full_key(&from_text), full_key(&to_text), &iter));
    for (uint32_t i = from; i < to; i++) {
        const cell *c = cell_of(model, store, i);
        if (!c->there) continue;
        key_text text = key_of(i);
        assert_true(sw_iter_next(iter, &key, &value));
        assert_slice(key, text.text);
        assert_cell(c, value);
    }
    assert_false(sw_iter_next(iter, &key, &value));
    assert_ok(sw_iter_error(iter));
    sw_iter_close(iter);
}

static void compare_range_back(store_model *model, sw_db *db, uint32_t store, uint32_t from,
                               uint32_t to) {
    key_text from_text = key_of(from), to_text = key_of(to);
    sw_iter *iter;
    sw_slice key, value;
    assert_ok(sw_db_iter_open_back(db, store, full_key(&from_text), full_key(&to_text), &iter));
    for (uint32_t i = to; i > from; i--) {
        const cell *c = cell_of(model, store, i - 1);
        if (!c->there) continue;
        key_text text = key_of(i - 1);
        assert_true(sw_iter_next(iter, &key, &value));
        assert_slice(key, text.text);
        assert_cell(c, value);
    }
    assert_false(sw_iter_next(iter, &key, &value));
    assert_ok(sw_iter_error(iter));
    sw_iter_close(iter);
}

void store_model_compare(store_model *model, sw_db *db) {
    sw_buf buf;
    sw_buf_init(&buf, 1 << 16);
    for (uint32_t store = 0; store < model->stores; store++) {
        for (uint32_t i = 0; i < KEYS; i++) {
            key_text text = key_of(i);
            const cell *c = cell_of(model, store, i);
            sw_buf_clear(&buf);
            sw_err err = sw_db_get(db, store, full_key(&text), &buf);
            assert_int_equal(err, c->there ? SW_OK : SW_E_NOT_FOUND);
            if (c->there) assert_cell(c, sw_buf_slice(&buf));
        }
        uint32_t from = (uint32_t)sw_rng_below(&model->rng, KEYS);
        compare_range(model, db, store, 0, KEYS);
        uint32_t to = from + (uint32_t)sw_rng_below(&model->rng, KEYS - from);
        compare_range(model, db, store, from, to);
        compare_range_back(model, db, store, from, to);
    }
    sw_buf_done(&buf);
}

void store_model_clear(store_model *model, sw_db *db) {
    sw_batch *batch;
    assert_ok(sw_batch_new(1 << 16, &batch));
    for (uint32_t store = 0; store < model->stores; store++)
        assert_ok(sw_batch_delete_range(batch, store, SW_S(PREFIX), SW_S("q")));
    assert_ok(sw_db_write(db, batch, false));
    sw_batch_free(batch);
    memset(model->cells, 0, model->stores * KEYS * sizeof *model->cells);
}

static void overlay_change(store_model *model, sw_overlay *overlay) {
    uint32_t store = (uint32_t)sw_rng_below(&model->rng, model->stores);
    uint32_t key = (uint32_t)sw_rng_below(&model->rng, KEYS);
    key_text text = key_of(key);
    if (sw_rng_chance(&model->rng, 1, 3)) {
        assert_ok(sw_overlay_delete(overlay, store, short_key(&text)));
        *cell_of(model, store, key) = (cell){0};
    } else {
        cell c = random_cell(model);
        bool there = cell_of(model, store, key)->there;
        bool told = !there && sw_rng_chance(&model->rng, 1, 2); /* that it is new */
        assert_ok((told ? sw_overlay_put_new : sw_overlay_put)(overlay, store, short_key(&text),
                                                               sw_slice_of(c.bytes, c.len)));
        *cell_of(model, store, key) = c;
    }
}

static void overlay_look_ahead(store_model *model, sw_overlay *overlay) {
    for (uint64_t i = sw_rng_below(&model->rng, KEYS); i > 0; i--) {
        key_text text = key_of((uint32_t)sw_rng_below(&model->rng, KEYS));
        sw_overlay_want(overlay, (uint32_t)sw_rng_below(&model->rng, model->stores),
                        short_key(&text));
    }
    assert_ok(sw_overlay_read(overlay));
}

static void overlay_read(store_model *model, sw_overlay *overlay) {
    uint32_t store = (uint32_t)sw_rng_below(&model->rng, model->stores);
    uint32_t key = (uint32_t)sw_rng_below(&model->rng, KEYS);
    key_text text = key_of(key);
    sw_slice value;
    sw_err err = sw_overlay_get(overlay, store, short_key(&text), &value);
    const cell *c = cell_of(model, store, key);
    assert_int_equal(err, c->there ? SW_OK : SW_E_NOT_FOUND);
    if (c->there) assert_cell(c, value);
}

typedef struct visit {
    store_model *model;
    uint32_t store, next, to, left;
} visit;

static bool check_visit(void *arg, sw_slice key, sw_slice value) {
    visit *v = arg;
    while (v->next < v->to && !cell_of(v->model, v->store, v->next)->there) v->next++;
    assert_true(v->next < v->to);
    key_text text = key_of(v->next);
    assert_true(sw_slice_eq(key, short_key(&text)));
    assert_cell(cell_of(v->model, v->store, v->next), value);
    v->next++;
    return --v->left > 0;
}

static void overlay_scan(store_model *model, sw_overlay *overlay) {
    uint32_t from = (uint32_t)sw_rng_below(&model->rng, KEYS);
    visit v = {.model = model,
               .store = (uint32_t)sw_rng_below(&model->rng, model->stores),
               .next = from,
               .to = from + 1 + (uint32_t)sw_rng_below(&model->rng, KEYS - from),
               .left = 1 + (uint32_t)sw_rng_below(&model->rng, KEYS)};
    key_text from_text = key_of(from), to_text = key_of(v.to);
    sw_slice to = v.to == KEYS ? SW_SLICE_NONE : short_key(&to_text);
    assert_ok(sw_overlay_scan(overlay, v.store, short_key(&from_text), to, check_visit, &v));
    if (v.left == 0) return;
    for (; v.next < v.to; v.next++) assert_false(cell_of(model, v.store, v.next)->there);
}

static void overlay_step(store_model *model, sw_overlay *overlay) {
    switch (sw_rng_below(&model->rng, 6)) {
    case 0:
    case 1:
        overlay_change(model, overlay);
        break;
    case 2:
        overlay_scan(model, overlay);
        break;
    case 3:
        overlay_look_ahead(model, overlay);
        break;
    default:
        overlay_read(model, overlay);
        break;
    }
}

/* Some steps that are taken back, and reads that must not notice. */
static void overlay_refused(store_model *model, sw_overlay *overlay, int depth) {
    size_t bytes = model->stores * KEYS * sizeof *model->cells;
    cell *before = malloc(bytes);
    assert_non_null(before);
    memcpy(before, model->cells, bytes);
    uint32_t changed = sw_overlay_changed(overlay);
    sw_overlay_mark mark = sw_overlay_save(overlay);
    for (uint64_t i = sw_rng_below(&model->rng, 10); i > 0; i--) overlay_step(model, overlay);
    if (depth < 3 && sw_rng_chance(&model->rng, 1, 2)) overlay_refused(model, overlay, depth + 1);
    sw_overlay_undo(overlay, mark);
    memcpy(model->cells, before, bytes);
    free(before);
    assert_int_equal(sw_overlay_changed(overlay), changed);
}

void store_model_overlay(store_model *model, sw_db *db) {
    sw_overlay *overlay;
    sw_batch *batch;
    assert_ok(sw_overlay_new(db, SW_S(PREFIX), 1 << 20, &overlay));
    assert_ok(sw_batch_new(1 << 16, &batch));
    for (int commit = 0; commit < 3; commit++) {
        for (uint64_t i = sw_rng_below(&model->rng, 60); i > 0; i--) {
            if (sw_rng_chance(&model->rng, 1, 8)) overlay_refused(model, overlay, 0);
            overlay_step(model, overlay);
        }
        sw_batch_clear(batch);
        assert_ok(sw_overlay_seal(overlay, batch));
        assert_true(sw_batch_count(batch) <= sw_overlay_changed(overlay));
        assert_ok(sw_db_write(db, batch, false));
        sw_overlay_reset(overlay);
        assert_int_equal(sw_overlay_changed(overlay), 0);
    }
    sw_batch_free(batch);
    sw_overlay_free(overlay);
}
