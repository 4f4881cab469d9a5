#include <stdio.h>

#include "host/auth_key.h"
#include "seawall/cli/term.h"
#include "seawall/up/up.h"

#define GIB ((int64_t)1 << 30)

static const sw_config_key keys[] = {
    {"data_dir", SW_CONFIG_PATH, "seawall-data", NULL, 0, 0,
     "folder of the log and all state; made if it is not there"},
    {"http.listen", SW_CONFIG_TEXT, "127.0.0.1:8080", NULL, 0, 0,
     "address and port to serve on; port 0 takes a free one"},
    {"http.port_file", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "the port is written into this file once requests are served"},
    {"http.connections", SW_CONFIG_INT, "12000", NULL, 16, 100000, "open connections at most"},
    {"http.memory", SW_CONFIG_BYTES, "256MiB", NULL, 1 << 20, 64 * GIB,
     "for all bodies, answers and streams together; more is answered with 503"},
    {"http.header_time", SW_CONFIG_DURATION, "20s", NULL, 100, 3600000,
     "in which the head of a request must have come"},
    {"http.body_time", SW_CONFIG_DURATION, "60s", NULL, 100, 3600000,
     "in which the body must have come"},
    {"http.idle_time", SW_CONFIG_DURATION, "75s", NULL, 100, 3600000,
     "after which a kept connection without a request is closed"},
    {"http.stop_time", SW_CONFIG_DURATION, "10s", NULL, 0, 600000,
     "how long a stop waits for what was begun"},
    {"http.cookie_secure", SW_CONFIG_BOOL, "false", NULL, 0, 0,
     "the page's session only over HTTPS: true where a proxy ends TLS"},
    {"auth.keys", SW_CONFIG_LIST, NULL, "{kid, alg: HS256 | RS256 | ES256, file}", 0, 0,
     "keys of tokens; without any the server listens on the loopback only, and asks nobody"},
    {"auth.audience", SW_CONFIG_TEXT, NULL, NULL, 0, 0, "what `aud` of a token must hold"},
    {"auth.leeway", SW_CONFIG_DURATION, "30s", NULL, 0, 600000,
     "by which clocks may differ where a token begins or ends"},
    {"log.level", SW_CONFIG_CHOICE, "info", "debug info warn error", 0, 0,
     "what is written to stderr"},
    {"bus", SW_CONFIG_CHOICE, "embedded", "embedded kafka", 0, 0,
     "where the topics are: in the data directory, or on a Kafka cluster"},
    {"service", SW_CONFIG_CHOICE, "all", "all ingest deadline risk notify report", 0, 0,
     "what of the pipeline this process runs; less than all needs bus: kafka"},
    {"topics.prefix", SW_CONFIG_TEXT, NULL, NULL, 0, 0,
     "of all names on the Kafka cluster, so that deployments can share one"},
    {"topics.replication", SW_CONFIG_INT, "0", NULL, 0, 32767,
     "copies of each topic that is made; 0: as the cluster has it"},
    {"topics.make", SW_CONFIG_BOOL, "true", NULL, 0, 0,
     "make topics that are missing; false: that is an error, see `seawall topics`"},
    {"instances", SW_CONFIG_INT, "1", NULL, 1, 256, "processes of this service"},
    {"instance", SW_CONFIG_INT, "0", NULL, 0, 255, "which of them this is, from 0"},
    {"groups", SW_CONFIG_INT, "1", NULL, 1, 256,
     "into so many groups the partitions are shared out; the same in all processes of a service"},
    {"stand_by", SW_CONFIG_BOOL, "false", NULL, 0, 0,
     "keep a copy of the state of the instance before this one"},
    {"kafka.*", SW_CONFIG_TEXT, NULL, NULL, 0, 0,
     "any option of librdkafka: kafka.bootstrap.servers, kafka.security.protocol …"},
    {"partitions", SW_CONFIG_INT, "0", NULL, 0, SW_PARTITIONS_MAX,
     "of each topic, for ever; 0: as the data directory has it, and in a new one 2 (4 on Kafka)"},
    {"threads", SW_CONFIG_INT, "2", NULL, 1, 64,
     "that run the processors: so many for each kind (evaluators; what people read), and one for "
     "what is waited for"},
    {"memory", SW_CONFIG_BYTES, "144MiB", NULL, 8 << 20, 64 * GIB,
     "for the database's caches and buffers; a restore from Kafka takes up to 256 MiB more while "
     "it runs, or 64 MiB for each of more than four groups"},
    {"decoded", SW_CONFIG_BYTES, "64MiB", NULL, 1 << 20, 64 * GIB,
     "for what processors keep decoded, as the books of cases; 220MiB hold a million open periods"},
    {"disk_reserve", SW_CONFIG_BYTES, "512MiB", NULL, 1 << 20, 1024 * GIB,
     "free space below which nothing is taken in (503)"},
    {"clock_behind", SW_CONFIG_DURATION, "10m", NULL, 1000, INT64_MAX / 4,
     "how far the clock may be behind the last commit on Kafka and the brokers' clocks; more, and "
     "nothing is claimed"},
    {"clock_ahead", SW_CONFIG_DURATION, "10m", NULL, 1000, INT64_MAX / 4,
     "the same ahead of the brokers' clocks"},
    {"packs", SW_CONFIG_PATHS, NULL, NULL, 0, 0, "rule packs; default: cn-police"},
    {"catalogue", SW_CONFIG_PATHS, NULL, NULL, 0, 0,
     "event types; default: those that belong to the packs"},
    {"calendar", SW_CONFIG_PATHS, NULL, NULL, 0, 0,
     "working-day calendars; default: those that belong to the packs"},
    {"indicators", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "indicator pack; default: cn-police where the rules are, else no figures are kept"},
    {"scores", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "weights of risk scores; default: scores/cn-police.yaml of the packs"},
    {"bulletins.daily", SW_CONFIG_TEXT, "07:30", NULL, 0, 0,
     "when the bulletin of the day before issues itself, by the indicators' time zone; or off"},
    {"bulletins.weekly", SW_CONFIG_TEXT, "08:00", NULL, 0, 0,
     "when on Monday that of the week before does; or off"},
    {"bulletins.monthly", SW_CONFIG_TEXT, "08:30", NULL, 0, 0,
     "when on the first day of a month that of the month before does; or off"},
    {"bulletins.workdays", SW_CONFIG_BOOL, "false", NULL, 0, 0,
     "on a day off they wait for the next working day of the calendar"},
    {"bulletins.units", SW_CONFIG_TEXT, NULL, NULL, 0, 0,
     "beginnings of unit codes by comma, a bulletin each; default: `org`, else all"},
    {"tier", SW_CONFIG_CHOICE, "county", "station county city", 0, 0, "which tier this is"},
    {"org", SW_CONFIG_TEXT, NULL, NULL, 0, 0, "the unit that this is of: 12 digits"},
    {"ingest.rate", SW_CONFIG_INT, "0", NULL, 0, 1000000, "events a second of each client; 0: any"},
    {"ingest.burst", SW_CONFIG_INT, "0", NULL, 0, 10000000,
     "events that a client may send at once; 0: twice the rate"},
    {"ingest.waiting_max", SW_CONFIG_INT, "20000", NULL, 1, 1000000,
     "events that wait to be decided; more are answered with 503"},
    {"seal.personal", SW_CONFIG_BOOL, "true", NULL, 0, 0,
     "lock personal fields with a key for each subject"},
    {"inbox.org", SW_CONFIG_TEXT, NULL, NULL, 0, 0,
     "unit that what comes by seawall.inbox may be of, or below it; default: every unit"},
    {"notify.settings", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "folder with notify.yaml, templates.yaml and loop.yaml; default: deploy/notify"},
    {"notify.channels", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "gateway, mail and their secrets; without it SMS go to the file sms.log in data_dir"},
    {"seal.key", SW_CONFIG_PATH, NULL, NULL, 0, 0,
     "file of the master key; default: master.key in the data directory, made if it is not there. "
     "Separate services need one for all"},
};

const sw_config_table sw_up_settings = {keys, SW_COUNT(keys)};

bool sw_up_config(sw_arena *arena, const char *path, const char *const *sets, uint32_t set_count,
                  const sw_config **ret) {
    sw_diags diags;
    sw_config_source source = {.tables = &sw_up_settings,
                               .table_count = 1,
                               .path = path,
                               .sets = sets,
                               .set_count = set_count};
    sw_diags_init(&diags, arena, SW_SLICE_NONE, 100);
    if (sw_config_load(arena, &source, &diags, ret) == SW_OK) return true;
    sw_print_diags(stderr, &diags, "error", SW_TINT_RED);
    return false;
}

static sw_slice text_of(const sw_yaml *node) {
    bool scalar = node && node->kind != SW_YAML_MAP && node->kind != SW_YAML_SEQ;
    return scalar ? node->text : SW_SLICE_NONE;
}

static sw_err read_key(sw_arena *arena, const sw_yaml *node, const char *dir, sw_diags *diags,
                       sw_auth_key *ret) {
    static const char *const names[] = {"kid", "alg", "file"};
    const sw_yaml_keys allowed = {names, SW_COUNT(names), "a key", "auth.keys", NULL};
    if (node->kind != SW_YAML_MAP)
        return sw_diag_at(diags, SW_E_TYPE, node->line, node->col, "auth.keys",
                          "- {kid: main, alg: HS256, file: token.key}", "this is no key");
    sw_err err = sw_yaml_check_keys(node, &allowed, diags) ? SW_E_UNKNOWN : SW_OK;
    sw_slice file = text_of(sw_yaml_get(node, "file")), alg = text_of(sw_yaml_get(node, "alg"));
    ret->kid = text_of(sw_yaml_get(node, "kid"));
    if (!sw_key_alg_parse(alg, &ret->alg))
        err = sw_diag_at(diags, SW_E_INVALID, node->line, node->col, "auth.keys",
                         "HS256, RS256 or ES256", "the key has no algorithm");
    if (file.len == 0)
        return sw_diag_at(diags, SW_E_MISSING, node->line, node->col, "auth.keys",
                          "file: token.key", "the key names no file");
    bool here = !dir || file.ptr[0] == '/';
    ret->path = here ? file : sw_arena_printf(arena, "%s/%.*s", dir, SW_FMT(file));
    return ret->path.ptr ? err : SW_E_NOMEM;
}

sw_err sw_up_auth_open(sw_arena *arena, const sw_config *config, sw_clock *clock, sw_diags *diags,
                       sw_auth **ret) {
    sw_auth_key list[32];
    const char *dir;
    const sw_yaml *node = sw_config_node(config, "auth.keys", &dir);
    sw_auth_options options = {.keys = list,
                               .audience = sw_config_cstr(config, "auth.audience"),
                               .leeway_ms = sw_config_int(config, "auth.leeway"),
                               .clock = clock};
    sw_err err = SW_OK;
    diags->file = sw_config_file(config);
    for (const sw_yaml *one = node ? node->first : NULL; one; one = one->next) {
        if (options.key_count == SW_COUNT(list)) return SW_E_LIMIT;
        sw_err bad = read_key(arena, one, dir, diags, &list[options.key_count++]);
        if (bad) err = bad;
    }
    diags->file = SW_SLICE_NONE;
    return err ? err : sw_auth_open(&options, diags, ret);
}

bool sw_up_rules(sw_load *load, sw_arena *arena, const sw_config *config) {
    sw_load_paths from = {.rule_count = 0};
    const char *own;
    from.rules = sw_config_paths(config, "packs", &from.rule_count);
    from.catalogues = sw_config_paths(config, "catalogue", &from.catalogue_count);
    from.calendars = sw_config_paths(config, "calendar", &from.calendar_count);
    if (from.rule_count == 0) {
        const char *packs = sw_packs_dir(arena);
        own = packs ? sw_arena_printf(arena, "%s/cn-police", packs).ptr : NULL;
        from.rules = &own;
        from.rule_count = own != NULL;
    }
    return sw_load_paths_quietly(load, arena, &from);
}
