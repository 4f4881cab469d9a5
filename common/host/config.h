/* config.h - settings of a program: a YAML file and --set, against tables that say what there is.
 * Layer 8.  Thread: any, immutable once loaded. */
#ifndef SW_HOST_CONFIG_H
#define SW_HOST_CONFIG_H

#include "text/yaml.h"

typedef enum sw_config_type {
    SW_CONFIG_TEXT,
    SW_CONFIG_INT,
    SW_CONFIG_BOOL,
    SW_CONFIG_DURATION, /* "500ms", "30s", "5m", "2h", "7d"; kept in milliseconds */
    SW_CONFIG_BYTES,    /* "64KiB", "256MiB", "1GiB", or a number of bytes */
    SW_CONFIG_CHOICE,   /* one of `choices` */
    SW_CONFIG_PATH,  /* a relative one starts at the file's folder; of --set at the present one */
    SW_CONFIG_PATHS, /* one, or a list of them */
    SW_CONFIG_LIST   /* a list of maps: read by sw_config_node */
} sw_config_type;

/* One setting. The table is what --help, docs/configuration.md and `seawall config check` are made
 * of. */
typedef struct sw_config_key {
    const char *name; /* "http.listen": of the map `http` the key `listen` */
    sw_config_type type;
    const char *value;   /* the default as one would write it; NULL: none */
    const char *choices; /* CHOICE: "embedded kafka"; LIST: what each map holds */
    int64_t min, max;    /* INT, DURATION (ms), BYTES: what is allowed; both 0: 0 or more */
    const char *help;    /* what it is for, one sentence */
} sw_config_key;

typedef struct sw_config_table {
    const sw_config_key *keys;
    size_t count;
} sw_config_table;

typedef struct sw_config sw_config;

typedef struct sw_config_source {
    const sw_config_table *tables;
    size_t table_count;
    const char *path;        /* of the file; NULL: none */
    const char *const *sets; /* "http.listen=127.0.0.1:0"; the last one holds */
    uint32_t set_count;
} sw_config_source;

/* Reads and checks everything; all findings go into `diags`, each with its line and a hint.
 * Everything lives in `arena`. */
SW_NODISCARD sw_err sw_config_load(sw_arena *arena, const sw_config_source *source, sw_diags *diags,
                                   const sw_config **ret);

/* Values by name. The name must be of the tables, and of that type. */
sw_slice sw_config_text(const sw_config *config, const char *name);    /* TEXT, CHOICE, PATH */
const char *sw_config_cstr(const sw_config *config, const char *name); /* the same; NULL: none */
int64_t sw_config_int(const sw_config *config, const char *name);      /* INT, DURATION, BYTES */
bool sw_config_bool(const sw_config *config, const char *name);
const char *const *sw_config_paths(const sw_config *config, const char *name, uint32_t *ret_count);
/* The list as it was written; NULL: not set. `ret_dir`: where its relative paths start. */
const sw_yaml *sw_config_node(const sw_config *config, const char *name, const char **ret_dir);
/* All texts that were given and whose names begin with `prefix`, without it: of a table's key
 * "kafka.*", which takes any name. At most `max`; how many. */
uint32_t sw_config_open(const sw_config *config, const char *prefix, uint32_t max,
                        const char **ret_names, const char **ret_values);
/* Whether it was set by the file or --set. */
bool sw_config_given(const sw_config *config, const char *name);
/* The file's name for findings about values; empty without a file. */
sw_slice sw_config_file(const sw_config *config);

/* The tables as text for --help, and as the Markdown table of docs/configuration.md. */
void sw_config_write_help(sw_buf *buf, const sw_config_table *tables, size_t count);
void sw_config_write_markdown(sw_buf *buf, const sw_config_table *tables, size_t count);

#endif
