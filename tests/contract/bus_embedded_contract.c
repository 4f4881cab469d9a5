#include <stdio.h>

#include "contract/bus_contract.h"
#include "contract/folder.h"

static char path[FOLDER_PATH_MAX];

static sw_bus *open_path(const sw_bus_options *options) {
    sw_arena arena;
    sw_diags diags;
    sw_bus *bus = NULL;
    sw_arena_init(&arena, 1 << 16);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 10);
    if (sw_bus_embedded_open(path, options, &diags, &bus) && diags.first)
        fprintf(stderr, "%.*s\n", SW_FMT(sw_diag_text(&arena, diags.first)));
    sw_arena_done(&arena);
    return bus;
}

static sw_bus *open_new(const sw_bus_options *options) {
    folder_make(path);
    return open_path(options);
}

static sw_bus *reopen(sw_bus *bus, const sw_bus_options *options) {
    sw_bus_close(bus);
    return open_path(options);
}

static void close_for_good(sw_bus *bus) {
    sw_bus_close(bus);
    folder_remove(path);
}

int main(void) {
    static const bus_backend backend = {"embedded", open_new, reopen, close_for_good, true};
    return bus_contract_run(&backend);
}
