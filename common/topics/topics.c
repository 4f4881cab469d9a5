#include "topics/topics.h"

#include "stream/topology.h"

#define DAY_MS INT64_C(86400000)

/* What waits to be told apart, receipts and the inbox are read once; a month is left to look into
 * them. */
static const sw_topic_spec table[] = {
    {.name = SW_TOPIC_INBOX, .retention_ms = 30 * DAY_MS},
    {.name = SW_TOPIC_IDENTITY, .retention_ms = 30 * DAY_MS},
    {.name = SW_TOPIC_RECEIPTS, .retention_ms = 1 * DAY_MS},
    {.name = SW_TOPIC_EVENTS},
    {.name = SW_TOPIC_KEYED},
    {.name = SW_TOPIC_WARNINGS},
    {.name = SW_TOPIC_PERIODS, .compacted = true},
    {.name = SW_TOPIC_SCORES, .compacted = true},
    {.name = SW_TOPIC_TASKS},
    {.name = SW_TOPIC_NOTICES},
    {.name = SW_TOPIC_ROLLUPS, .compacted = true},
    {.name = SW_TOPIC_DIRECTORY, .compacted = true},
    {.name = SW_TOPIC_KEYS, .retention_ms = 30 * DAY_MS},
    {.name = SW_TOPIC_RULES, .compacted = true},
    {.name = SW_TOPIC_CALENDARS, .compacted = true},
    {.name = SW_TOPIC_NOTIFY_STEPS, .retention_ms = 30 * DAY_MS},
    {.name = SW_TOPIC_SCORES_STEPS, .retention_ms = 30 * DAY_MS},
    {.name = SW_TOPIC_NOTIFY_DIRECTORY, .compacted = true},
    {.name = SW_TOPIC_DEAD_LETTERS},
};

uint32_t sw_topics_fill(uint32_t partitions, sw_topic_spec ret[SW_PIPELINE_TOPICS_MAX]) {
    SW_ASSERT(partitions > 0 && partitions <= SW_PARTITIONS_MAX);
    for (uint32_t i = 0; i < SW_COUNT(table); i++) {
        ret[i] = table[i];
        ret[i].partitions = partitions;
    }
    return SW_COUNT(table);
}
