#include "seawall/up/renew.h"

#include "deadline/deadline.h"
#include "risk/risk.h"
#include "runtime/read.h"
#include "runtime/renew.h"
#include "seawall/up/tellings.h"

void sw_up_renew_allow(sw_up *up) {
    for (uint32_t n = 0; n < up->topology.node_count; n++) {
        const sw_node *node = &up->topology.nodes[n];
        for (uint32_t i = 0; i < node->processor->store_count; i++)
            up->topology.stores[node->first_store + i].renewable = node->processor->renewable;
    }
}

static bool is_evaluator(const sw_processor *processor) {
    return processor == &sw_deadline || processor == &sw_risk;
}

/* The first store of the node that can't be read; false: there is none. */
static bool find_stale(const sw_up *up, const sw_node *node, uint32_t *ret_store) {
    for (uint32_t i = 0; i < node->processor->store_count; i++)
        if (sw_db_stale(sw_bus_db(up->bus), node->first_store + i))
            return *ret_store = node->first_store + i, true;
    return false;
}

/* ---- books that can't be taken up ---- */

typedef struct look {
    const sw_evaluator *evaluator;
    uint32_t store; /* of the evaluator */
    sw_evaluator_stored stored;
} look;

static bool look_at(void *arg, uint32_t partition, sw_slice key, sw_slice value) {
    look *l = arg;
    (void)partition;
    sw_evaluator_look(l->evaluator, l->store, key, value, &l->stored);
    return l->store == SW_EVALUATOR_MARKS || !l->stored.other_catalogue;
}

static sw_err look_into(const sw_up *up, const sw_node *node, uint32_t partition, look *l) {
    const uint32_t store = node->first_store + l->store;
    const sw_read read = {sw_bus_db(up->bus), store, node->processor->id, node->partitions};
    const sw_read_range all = {.partition = partition};
    return sw_read_scan(&read, &all, look_at, l);
}

/* What marks don't say, because an older program wrote them, the books are asked for. */
static sw_err find_unfit(const sw_up *up, const sw_node *node, bool *ret) {
    *ret = false;
    if (!is_evaluator(node->processor)) return SW_OK;
    sw_err err = SW_OK;
    for (uint32_t p = 0; !err && !*ret && p < node->partitions; p++) {
        look l = {.evaluator = node->shared, .store = SW_EVALUATOR_MARKS};
        err = look_into(up, node, p, &l);
        l.store = SW_EVALUATOR_BOOKS;
        if (!err && !l.stored.catalogue) err = look_into(up, node, p, &l);
        *ret = !sw_evaluator_fits(l.evaluator, &l.stored);
    }
    return err;
}

/* All its stores: the rows of one belong to those of the others. */
static sw_err set_stale(const sw_up *up, const sw_node *node, bool stale) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < node->processor->store_count; i++)
        err = sw_db_set_stale(sw_bus_db(up->bus), node->first_store + i, stale);
    return err;
}

static sw_err open_fresh(const sw_up *up, const char *path, sw_diags *diags, sw_db **ret) {
    const sw_topology *t = &up->topology;
    sw_store_spec *specs =
        sw_arena_alloc(up->arena, (t->store_count + SW_TELLINGS_STORES) * sizeof *specs);
    if (!specs) return SW_E_NOMEM;
    memcpy(specs, t->stores, t->store_count * sizeof *specs);
    memcpy(specs + t->store_count, sw_tellings_stores, sizeof sw_tellings_stores);
    sw_db_remove(path);
    const sw_db_budget budget = {.cache = true}; /* a crash begins again */
    return sw_db_rocks_open(path, specs, t->store_count + SW_TELLINGS_STORES, budget, diags, ret);
}

/* ---- one processor ---- */

/* Only evaluators tell anything; what the others keep is for those who ask. */
static sw_err build(sw_up *up, sw_renewal *renewal, sw_rebuilt *sum, uint64_t *ret_told) {
    const sw_node *node = &up->topology.nodes[renewal->node];
    if (!is_evaluator(node->processor)) {
        SW_ASSERT(node->output_count == 0);
        return sw_renew_build(renewal, sum);
    }
    sw_tellings tellings;
    sw_err err =
        sw_tellings_begin(&up->topology, node, up->bus, renewal->fresh, &up->clock, &tellings);
    renewal->emitted = sw_tellings_emitted;
    renewal->arg = &tellings;
    if (!err) err = sw_renew_build(renewal, sum);
    if (!err) err = sw_tellings_settle(&tellings, ret_told);
    sw_tellings_done(&tellings);
    return err;
}

static sw_err put(sw_up *up, const sw_renewal *renewal) {
    const sw_node *node = &up->topology.nodes[renewal->node];
    sw_err err = set_stale(up, node, true);
    if (!err) err = sw_renew_put(renewal);
    return err ? err : set_stale(up, node, false);
}

static void tell(sw_up *up, const char *processor, const sw_rebuilt *sum, uint64_t told,
                 int64_t took_us) {
    sw_logger_write(up->log,
                    &(sw_trace_event){.level = SW_TRACE_WARN,
                                      .name = "state.renewed",
                                      .fields = {{"processor", 0, sw_slice_cstr(processor)},
                                                 {"records", (int64_t)sum->records, SW_SLICE_NONE},
                                                 {"timers", (int64_t)sum->timers, SW_SLICE_NONE},
                                                 {"told", (int64_t)told, SW_SLICE_NONE},
                                                 {"took_ms", took_us / 1000, SW_SLICE_NONE}}});
}

static sw_err complain(const sw_up *up, uint32_t store, sw_err err, sw_diags *diags) {
    const sw_store_spec *spec = &up->topology.stores[store];
    const uint32_t former = sw_db_stale(sw_bus_db(up->bus), store);
    const char *why = err == SW_E_RANGE ? "the log has lost its beginning" : sw_err_name(err);
    const char *hint = "use the Seawall, the packs and the catalogue that wrote it";
    if (former == 0 || former == UINT32_MAX)
        return sw_diag_at(diags, SW_E_VERSION, 0, 0, spec->name, hint,
                          "the state is to be built anew from the log, and can't be: %s", why);
    return sw_diag_at(
        diags, SW_E_VERSION, 0, 0, spec->name, hint,
        "this store has format %u, this Seawall reads %u and can't build it anew from "
        "the log: %s",
        former, spec->version, why);
}

static sw_err renew(sw_up *up, uint32_t n, uint32_t store, sw_diags *diags) {
    const char *name = up->topology.nodes[n].processor->name;
    const char *path =
        sw_arena_printf(up->arena, "%s/renewal", sw_config_cstr(up->config, "data_dir")).ptr;
    sw_renewal renewal = {
        .topology = &up->topology, .node = n, .bus = up->bus, .env = up->env, .dir = path};
    sw_rebuilt sum = {0};
    uint64_t told = 0;
    const int64_t begin_us = sw_clock_mono_us(&up->clock);
    sw_logger_write(up->log, &(sw_trace_event){.level = SW_TRACE_WARN,
                                               .name = "state.renewing",
                                               .fields = {{"processor", 0, sw_slice_cstr(name)}}});
    sw_err err = path ? open_fresh(up, path, diags, &renewal.fresh) : SW_E_NOMEM;
    if (err) return err;
    err = build(up, &renewal, &sum, &told);
    if (err)
        err = complain(up, store, err, diags);
    else
        err = put(up, &renewal);
    sw_db_close(renewal.fresh);
    sw_db_remove(path);
    if (!err) tell(up, name, &sum, told, sw_clock_mono_us(&up->clock) - begin_us);
    return err;
}

sw_err sw_up_renew(sw_up *up, sw_diags *diags) {
    sw_err err = SW_OK;
    for (uint32_t n = 0; !err && n < up->topology.node_count; n++) {
        const sw_node *node = &up->topology.nodes[n];
        uint32_t store = node->first_store;
        bool stale = find_stale(up, node, &store), unfit = false;
        if (!stale) err = find_unfit(up, node, &unfit);
        if (!err && (stale || unfit)) err = renew(up, n, store, diags);
    }
    return err;
}
