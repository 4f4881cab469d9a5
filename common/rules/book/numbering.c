#include <pthread.h>
#include <stdio.h>

#include "rules/book/numbers.h"
#include "rules/book/record.h"

#define VERSION 1
/* In a stored record each number of a field is one byte, so that it can be changed in place. */
#define FIELD_MAX 0x80u

struct sw_numberings {
    const sw_catalogue *present;
    uint32_t fields; /* of all its types */
    pthread_mutex_t lock;
    uint32_t count; /* published after what it counts */
    sw_numbers list[SW_NUMBERINGS_MAX];
};

/* ---- writing ---- */

static void put_uint(sw_buf *out, uint64_t n) {
    uint8_t bytes[10];
    sw_buf_add(out, sw_slice_of((const char *)bytes, sw_pack_uint(bytes, n)));
}

static void put_text(sw_buf *out, sw_slice s) {
    put_uint(out, s.len);
    sw_buf_add(out, s);
}

static uint32_t kind_of(const sw_field *field) {
    return (uint32_t)field->type * 2 + field->list;
}

static void put_type(sw_buf *out, const sw_event_type *type) {
    put_text(out, type->name);
    put_uint(out, type->field_count);
    for (uint32_t f = 0; f < type->field_count; f++) {
        const sw_field *field = &type->fields[f];
        put_text(out, field->name);
        put_uint(out, kind_of(field));
        put_uint(out, field->key ? (uint64_t)field->key_id + 1 : 0);
    }
}

sw_err sw_numbering_write(const sw_catalogue *cat, sw_buf *out) {
    SW_ASSERT(cat && out);
    sw_buf_add_byte(out, VERSION);
    put_uint(out, sw_catalogue_key_count(cat));
    for (uint32_t k = 0; k < sw_catalogue_key_count(cat); k++)
        put_text(out, sw_catalogue_key_name(cat, k));
    put_uint(out, sw_catalogue_type_count(cat));
    for (uint32_t t = 0; t < sw_catalogue_type_count(cat); t++)
        put_type(out, sw_catalogue_type(cat, t));
    return out->err;
}

/* ---- reading ---- */

typedef struct reading {
    const uint8_t *at, *end;
    const sw_catalogue *present;
    sw_numbers *to;
    uint32_t fields, fields_max;
    char *why;
} reading;

static bool get_uint(reading *r, uint64_t max, uint64_t *ret) {
    return sw_unpack_uint(&r->at, r->end, ret) && *ret <= max;
}

static bool get_text(reading *r, sw_slice *ret) {
    uint64_t len;
    if (!get_uint(r, UINT32_MAX, &len) || len > (uint64_t)(r->end - r->at)) return false;
    *ret = sw_slice_of((const char *)r->at, len);
    r->at += len;
    return true;
}

static sw_err differs(const reading *r, const char *what, sw_slice type, sw_slice name) {
    snprintf(r->why, SW_NUMBERING_TEXT, "%s: %.*s%s%.*s", what, SW_FMT(type), name.len ? "." : "",
             SW_FMT(name));
    return SW_E_VERSION;
}

static sw_err get_keys(reading *r) {
    uint64_t count;
    uint32_t id;
    sw_slice name;
    if (!get_uint(r, UINT16_MAX, &count)) return SW_E_CORRUPT;
    for (uint64_t k = 0; k < count; k++) {
        if (!get_text(r, &name)) return SW_E_CORRUPT;
        if (!sw_catalogue_key_find(r->present, name, &id))
            return differs(r, "no field is this key any more", name, SW_SLICE_NONE);
        if (k >= sw_catalogue_key_count(r->present)) return SW_E_CORRUPT; /* one twice */
        r->to->keys[k] = (uint16_t)id;
    }
    r->to->key_count = (uint32_t)count;
    return SW_OK;
}

/* Whether it is what it was. */
static bool same_field(const reading *r, const sw_field *field, uint64_t kind, uint64_t key) {
    if (kind_of(field) != kind || field->key != (key > 0)) return false;
    return key == 0 || (key <= r->to->key_count && r->to->keys[key - 1] == field->key_id);
}

static sw_err get_field(reading *r, const sw_event_type *type) {
    sw_slice name;
    uint64_t kind, key;
    if (!get_text(r, &name) || !get_uint(r, UINT8_MAX, &kind) || !get_uint(r, UINT16_MAX, &key))
        return SW_E_CORRUPT;
    const int32_t index = sw_event_type_field(type, name);
    if (index < 0) return differs(r, "a field is gone", type->name, name);
    if (!same_field(r, &type->fields[index], kind, key))
        return differs(r, "a field has another type, or is a key where it was none or another",
                       type->name, name);
    if ((uint32_t)index >= FIELD_MAX) return differs(r, "too many fields", type->name, name);
    if (r->fields == r->fields_max) return SW_E_CORRUPT; /* one twice */
    r->to->fields[r->fields++] = (uint16_t)index;
    return SW_OK;
}

static sw_err get_type(reading *r, uint32_t number) {
    sw_slice name;
    uint64_t fields;
    if (!get_text(r, &name) || !get_uint(r, UINT16_MAX, &fields)) return SW_E_CORRUPT;
    const sw_event_type *type = sw_catalogue_find(r->present, name);
    if (!type) return differs(r, "a type is gone", name, SW_SLICE_NONE);
    if (number >= sw_catalogue_type_count(r->present)) return SW_E_CORRUPT; /* one twice */
    r->to->types[number] = (uint16_t)type->index;
    r->to->first_field[number] = (uint16_t)r->fields;
    sw_err err = SW_OK;
    for (uint64_t f = 0; f < fields && !err; f++) err = get_field(r, type);
    return err;
}

static sw_err read_all(reading *r) {
    uint64_t count;
    if (r->at == r->end || *r->at++ != VERSION) return SW_E_CORRUPT;
    sw_err err = get_keys(r);
    if (err) return err;
    if (!get_uint(r, UINT16_MAX, &count)) return SW_E_CORRUPT;
    for (uint32_t t = 0; t < count && !err; t++) err = get_type(r, t);
    if (err) return err;
    r->to->type_count = (uint32_t)count;
    r->to->first_field[count] = (uint16_t)r->fields;
    return r->at == r->end ? SW_OK : SW_E_CORRUPT;
}

/* ---- those that are taken up ---- */

sw_err sw_numberings_new(sw_arena *arena, const sw_catalogue *present, sw_numberings **ret) {
    SW_ASSERT(arena && present && ret);
    const uint32_t types = sw_catalogue_type_count(present), keys = sw_catalogue_key_count(present);
    sw_numberings *n = sw_arena_zero(arena, 1, sizeof *n);
    if (!n) return SW_E_NOMEM;
    n->present = present;
    for (uint32_t t = 0; t < types; t++) n->fields += sw_catalogue_type(present, t)->field_count;
    pthread_mutex_init(&n->lock, NULL);
    const size_t each = 2 * (size_t)types + 1 + n->fields + keys;
    uint16_t *room = sw_arena_alloc(arena, SW_NUMBERINGS_MAX * each * sizeof room[0]);
    if (!room) return SW_E_NOMEM;
    for (size_t i = 0; i < SW_NUMBERINGS_MAX; i++, room += each)
        n->list[i] = (sw_numbers){.types = room,
                                  .first_field = room + types,
                                  .fields = room + 2 * types + 1,
                                  .keys = room + 2 * types + 1 + n->fields};
    *ret = n;
    return SW_OK;
}

const sw_numbers *sw_numbers_find(const sw_numberings *n, const sw_hash128 *catalogue) {
    const uint32_t count = n ? __atomic_load_n(&n->count, __ATOMIC_ACQUIRE) : 0;
    for (uint32_t i = 0; i < count; i++)
        if (sw_hash128_eq(n->list[i].catalogue, *catalogue)) return &n->list[i];
    return NULL;
}

bool sw_numberings_has(const sw_numberings *numberings, sw_hash128 hash) {
    return sw_numbers_find(numberings, &hash) != NULL;
}

static sw_err add(sw_numberings *n, sw_hash128 hash, sw_slice bytes, char *why) {
    if (sw_numbers_find(n, &hash)) return SW_OK;
    if (n->count == SW_NUMBERINGS_MAX) return SW_E_LIMIT;
    sw_numbers *to = &n->list[n->count];
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    reading r = {.at = at,
                 .end = at + bytes.len,
                 .present = n->present,
                 .to = to,
                 .fields_max = n->fields < UINT16_MAX ? n->fields : UINT16_MAX,
                 .why = why};
    sw_err err = read_all(&r);
    if (err) return err;
    to->catalogue = hash;
    __atomic_store_n(&n->count, n->count + 1, __ATOMIC_RELEASE);
    return SW_OK;
}

sw_err sw_numberings_add(sw_numberings *numberings, sw_hash128 hash, sw_slice bytes,
                         char ret_why[SW_NUMBERING_TEXT]) {
    SW_ASSERT(numberings && ret_why);
    ret_why[0] = '\0';
    pthread_mutex_lock(&numberings->lock);
    sw_err err = add(numberings, hash, bytes, ret_why);
    pthread_mutex_unlock(&numberings->lock);
    return err;
}
