/* Settings: whatever the file, it is read, or all that is wrong is told with its place. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/config.h"

static const sw_config_key keys[] = {
    {"data_dir", SW_CONFIG_PATH, "data", NULL, 0, 0, "a folder"},
    {"http.listen", SW_CONFIG_TEXT, "127.0.0.1:0", NULL, 0, 0, "an address"},
    {"http.time", SW_CONFIG_DURATION, "20s", NULL, 100, 3600000, "a time"},
    {"http.memory", SW_CONFIG_BYTES, "1MiB", NULL, 1, 1 << 30, "a size"},
    {"threads", SW_CONFIG_INT, "2", NULL, 1, 64, "a number"},
    {"quiet", SW_CONFIG_BOOL, "false", NULL, 0, 0, "a boolean"},
    {"level", SW_CONFIG_CHOICE, "info", "debug info", 0, 0, "a choice"},
    {"packs", SW_CONFIG_PATHS, NULL, NULL, 0, 0, "paths"},
    {"keys", SW_CONFIG_LIST, NULL, "{a}", 0, 0, "a list"},
};
static const sw_config_table table = {keys, SW_COUNT(keys)};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[] = "/tmp/seawall-fuzz-XXXXXX";
    sw_arena arena;
    sw_diags diags;
    const sw_config *config;
    int fd = mkstemp(path);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size) abort();
    close(fd);
    sw_arena_init(&arena, 64 << 20);
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    sw_config_source source = {.tables = &table, .table_count = 1, .path = path};
    sw_err err = sw_config_load(&arena, &source, &diags, &config);
    if (err) {
        SW_ASSERT(diags.count > 0);
    } else {
        uint32_t count;
        SW_ASSERT(sw_config_int(config, "threads") >= 1 && sw_config_int(config, "threads") <= 64);
        SW_ASSERT(sw_config_cstr(config, "data_dir") && sw_config_text(config, "level").len > 0);
        const char *const *paths = sw_config_paths(config, "packs", &count);
        for (uint32_t i = 0; i < count; i++) SW_ASSERT(paths[i]);
    }
    unlink(path);
    sw_arena_done(&arena);
    return 0;
}
