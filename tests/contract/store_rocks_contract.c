#include <stdio.h>

#include "contract/folder.h"
#include "contract/store_contract.h"

static const sw_store_spec specs[STORE_CONTRACT_STORES] = {
    {.name = "first", .version = 1, .point_lookups = true, .hot = true},
    {.name = "second", .version = 1, .point_lookups = true, .present = true, .rewritten = true},
    {.name = "third", .version = 1, .ordered_tail = true}};
static char path[FOLDER_PATH_MAX];

static sw_db *open_path(void) {
    sw_arena arena;
    sw_diags diags;
    sw_db *db = NULL;
    sw_arena_init(&arena, 1 << 16);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    if (sw_db_rocks_open(path, specs, STORE_CONTRACT_STORES,
                         (sw_db_budget){.memory_bytes = (size_t)16 << 20}, &diags, &db) &&
        diags.first)
        fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(&arena, diags.first)));
    sw_arena_done(&arena);
    return db;
}

static sw_db *open_new(void) {
    folder_make(path);
    return open_path();
}

static sw_db *reopen(sw_db *db) {
    sw_db_close(db);
    return open_path();
}

static void close_for_good(sw_db *db) {
    sw_db_close(db);
    folder_remove(path);
}

int main(void) {
    static const store_backend backend = {"rocksdb", open_new, reopen, close_for_good};
    return store_contract_run(&backend);
}
