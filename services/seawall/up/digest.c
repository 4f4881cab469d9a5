#include "seawall/up/up.h"
#include "text/sort.h"
#include "text/yaml.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

void sw_up_note_file(sw_up *up, const char *path) {
    SW_ASSERT(up->file_count < SW_UP_FILES_MAX);
    up->files[up->file_count++] = path;
}

static sw_err hash_file(sw_up *up, const char *path, sw_hash128 *ret) {
    sw_slice text;
    sw_arena_mark mark = sw_arena_save(up->arena);
    sw_err err = sw_file_read(up->arena, path, FILE_BYTES_MAX, NULL, &text);
    if (!err) *ret = sw_hash128_of(text);
    sw_arena_rewind(up->arena, mark);
    return err;
}

static int compare(const void *a, const void *b) {
    return sw_hash128_cmp(*(const sw_hash128 *)a, *(const sw_hash128 *)b);
}

/* In order of their content: machines may name them otherwise. */
static sw_err hash_files(sw_up *up, sw_slice *parts, uint32_t count) {
    sw_hash128 *hashes = sw_arena_zero(up->arena, count, sizeof *hashes);
    const void **sorted = sw_arena_zero(up->arena, count, sizeof *sorted);
    const void **scratch = sw_arena_zero(up->arena, count, sizeof *scratch);
    if (!hashes || !sorted || !scratch) return SW_E_NOMEM;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t loaded = up->load.file_count;
        sw_err err =
            hash_file(up, i < loaded ? up->load.files[i] : up->files[i - loaded], &hashes[i]);
        if (err) return err;
        sorted[i] = &hashes[i];
    }
    sw_sort(sorted, scratch, count, compare);
    for (uint32_t i = 0; i < count; i++) parts[i] = sw_slice_of(sorted[i], sizeof(sw_hash128));
    return SW_OK;
}

sw_err sw_up_digest(sw_up *up, const char **ret) {
    char text[SW_HASH128_TEXT];
    uint32_t files = up->load.file_count + up->file_count, count = files;
    const sw_topology *topology = &up->topology;
    sw_slice *parts =
        sw_arena_zero(up->arena, (size_t)files + topology->store_count, sizeof *parts);
    sw_err err = parts ? hash_files(up, parts, files) : SW_E_NOMEM;
    for (uint32_t i = 0; !err && i < topology->store_count; i++) {
        const sw_store_spec *store = &topology->stores[i];
        parts[count] = sw_arena_printf(up->arena, "%s %u", store->name, store->version);
        if (!parts[count++].ptr) err = SW_E_NOMEM;
    }
    if (err) return err;
    sw_hash128_hex(sw_hash128_parts(parts, count), text);
    *ret = sw_arena_printf(up->arena, "%.16s", text).ptr;
    return *ret ? SW_OK : SW_E_NOMEM;
}
