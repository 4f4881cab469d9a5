#include "report/view/query.h"

#include "host/auth.h"
#include "report/view/rows.h"
#include "topics/topics.h"

sw_err sw_queries_open(sw_bus *bus, const sw_topology *topology, sw_clock *clock,
                       const sw_catalogue *catalogue, const sw_evaluator *deadline,
                       const sw_evaluator *risk, sw_queries *ret) {
    SW_ASSERT(bus && topology && clock && catalogue && deadline && risk && ret);
    sw_db *db = sw_bus_db(bus);
    sw_queries q = {.bus = bus,
                    .topology = topology,
                    .clock = clock,
                    .catalogue = catalogue,
                    .evaluators = {deadline, risk}};
    const struct {
        const char *name;
        sw_read *read;
    } stores[] = {{"view.warnings", &q.warnings}, {"view.index", &q.index},
                  {"view.periods", &q.periods},   {"view.due", &q.due},
                  {"view.events", &q.events},     {"deadline.books", &q.books[0]},
                  {"risk.books", &q.books[1]},    {"deadline.marks", &q.marks[0]},
                  {"risk.marks", &q.marks[1]}};
    for (size_t i = 0; i < SW_COUNT(stores); i++) {
        sw_err err = sw_read_open(db, topology, stores[i].name, stores[i].read);
        if (err) return err;
    }
    *ret = q;
    return SW_OK;
}

bool sw_sight_sees(const sw_sight *sight, sw_slice org, sw_slice compartment) {
    if (compartment.len && !sight->compartments) return false;
    return sw_org_within(sight->unit, org);
}

static void add_positions(const sw_queries *q, const char *topic, sw_buf *out) {
    uint32_t index;
    if (sw_topology_topic(q->topology, topic, &index) != SW_OK) return;
    sw_buf_printf(out, "\"%s\":[", topic);
    for (uint32_t p = 0; p < q->topology->topics[index].partitions; p++) {
        int64_t next = 0;
        sw_err err = sw_bus_position(q->bus, sw_task_number(SW_PROCESSOR_VIEW, p), index, p, &next);
        if (p) sw_buf_add_byte(out, ',');
        sw_buf_add_int(out, err ? -1 : next);
    }
    sw_buf_add_byte(out, ']');
}

void sw_queries_as_of(void *queries, sw_buf *out) {
    const sw_queries *q = queries;
    sw_buf_add_cstr(out, "\"as_of\":{\"time\":\"");
    sw_time_write(out, sw_clock_now_ms(q->clock), 0);
    sw_buf_add_cstr(out, "\",\"positions\":{");
    add_positions(q, SW_TOPIC_KEYED, out);
    sw_buf_add_byte(out, ',');
    add_positions(q, SW_TOPIC_WARNINGS, out);
    sw_buf_add_byte(out, ',');
    add_positions(q, SW_TOPIC_PERIODS, out);
    sw_buf_add_cstr(out, "}}");
}
