/* topics.h - the topics of the pipeline and the numbers of its processors.  Layer 7.  Thread: any.
 *
 * Outsiders rely on names, keys and values (docs/topics.md); numbers are stored with every commit
 * and are never given twice. */
#ifndef SW_TOPICS_TOPICS_H
#define SW_TOPICS_TOPICS_H

#include "bus/bus.h"

#define SW_TOPIC_INBOX     "seawall.inbox"     /* as upstream likes: CloudEvents of Kafka clients */
#define SW_TOPIC_IDENTITY  "seawall.identity"  /* (source, id): checked, to be told apart */
#define SW_TOPIC_RECEIPTS  "seawall.receipts"  /* the door: what became of what it took in */
#define SW_TOPIC_EVENTS    "seawall.events"    /* subject: the log of record, kept for ever */
#define SW_TOPIC_KEYED     "seawall.keyed"     /* field=value: the same bytes for each key value */
#define SW_TOPIC_WARNINGS  "seawall.warnings"  /* field=value of the first key field */
#define SW_TOPIC_PERIODS   "seawall.periods"   /* instance; compacted */
#define SW_TOPIC_SCORES    "seawall.scores"    /* field=value; compacted */
#define SW_TOPIC_TASKS     "seawall.tasks"     /* warning_id: the loop */
#define SW_TOPIC_NOTICES   "seawall.notices"   /* recipient: messages */
#define SW_TOPIC_ROLLUPS   "seawall.rollups"   /* unit: figures */
#define SW_TOPIC_DIRECTORY "seawall.directory" /* id; compacted */
#define SW_TOPIC_KEYS      "seawall.keys"      /* a subject's hash: its new key, locked */
#define SW_TOPIC_RULES     "seawall.rules"     /* id; compacted */
#define SW_TOPIC_CALENDARS "seawall.calendars" /* id; compacted */

/* Between tasks of one processor; nobody else reads them. */
#define SW_TOPIC_NOTIFY_STEPS     "seawall.notify.steps"     /* field=value: decisions under way */
#define SW_TOPIC_SCORES_STEPS     "seawall.scores.steps"     /* the same of the scores */
#define SW_TOPIC_NOTIFY_DIRECTORY "seawall.notify.directory" /* the directory for every task */

/* Numbers of processors: sw_processor.id. */
enum sw_processor_number {
    SW_PROCESSOR_IDENTITY = 1,
    SW_PROCESSOR_DEADLINE = 2,
    SW_PROCESSOR_RISK = 3,
    SW_PROCESSOR_NOTIFY = 4,
    SW_PROCESSOR_VIEW = 5,
    SW_PROCESSOR_RELAY = 6,
    SW_PROCESSOR_INBOX = 7,
    SW_PROCESSOR_DIRECTORY = 8,
    SW_PROCESSOR_ROLLUP = 9,
    SW_PROCESSOR_RECORD = 10,
    SW_PROCESSOR_OUTBOX = 11,  /* messages of one recipient (notify) */
    SW_PROCESSOR_LETTERS = 12, /* dead letters that were sent again (ingest) */
    SW_PROCESSOR_KEYS = 13,    /* keys of subjects (ingest) */
    SW_PROCESSOR_SCORE = 14    /* what weighs on cases, officers, units (risk) */
    /* 20 was given once */
};

enum { SW_TOPICS_PARTITIONS = 8, SW_PIPELINE_TOPICS_MAX = 32 };

/* Fills `ret` with every topic, dead letters among them, each with `partitions` partitions, and
 * returns how many there are. Names are literals. */
uint32_t sw_topics_fill(uint32_t partitions, sw_topic_spec ret[SW_PIPELINE_TOPICS_MAX]);

#endif
