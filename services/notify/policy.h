/* policy.h - who is told when, how often and how again: the settings of notify.  Layer 9.  Thread:
 * any, immutable after loading. */
#ifndef SW_NOTIFY_POLICY_H
#define SW_NOTIFY_POLICY_H

#include "civil/zone.h"
#include "notify/reading.h"

typedef enum sw_channel {
    SW_CHANNEL_INBOX = 1, /* always */
    SW_CHANNEL_SMS = 2,
    SW_CHANNEL_EMAIL = 4,
    SW_CHANNEL_WEBHOOK = 8,
    SW_CHANNEL_FILE = 16
} sw_channel;

/* One step of the ladder: nobody has signed `after_ms` after the decision. */
typedef struct sw_rung {
    int64_t after_ms;
    const char **to;
    uint32_t to_count;
} sw_rung;

typedef struct sw_level_policy {
    uint32_t channels;
    int64_t merge_ms; /* what comes within so long is told in one message; 0: at once */
    sw_rung *rungs;
    uint32_t rung_count;
    bool repeats; /* an indeterminate message is sent again, marked as repeated */
    const char *
        *fallback; /* channels, one after another, where those of `channels` fail for good */
    uint32_t fallback_count;
    bool up; /* where nothing reaches him, the next level up is told */
} sw_level_policy;

/* Events that are told without a rule: cabinet, gate. */
typedef struct sw_event_policy {
    const char *type; /* "file.checked_out" */
    uint32_t level;
    const char **to;
    uint32_t to_count;
} sw_event_policy;

/* Questions of a gate (POST /v1/checks) whose refusal is recorded as gate.refused. */
typedef struct sw_gate_policy {
    const char *type;  /* "invest.action_performed" */
    const char *field; /* "": any of that type */
    const char **values;
    uint32_t value_count;
} sw_gate_policy;

typedef enum sw_each { SW_EACH_DAY, SW_EACH_WEEK, SW_EACH_MONTH, SW_EACH_QUARTER } sw_each;
extern const char *const sw_each_names[4];

/* A patrol plan: each unit of a tier, in each period of the calendar, by somebody of these tiers.
 */
typedef struct sw_plan_policy {
    const char *name;
    sw_each each;
    const char *of;  /* tier of the units */
    const char **by; /* tiers of who patrols: as patrol.done has them */
    uint32_t by_count;
} sw_plan_policy;

typedef struct sw_webhook {
    const char *name, *url, *secret_file;
    uint32_t from_level;
    const char *org; /* a unit: its subtree */
} sw_webhook;

#define SW_CHANNELS 5u
extern const char *const sw_channel_names[SW_CHANNELS]; /* by bit */

typedef struct sw_policy {
    const sw_zone *zone;
    const char *language;
    int64_t max_age_ms;
    int64_t keep_ms;                       /* of what is done with, in an inbox; 0: for ever */
    int64_t quiet_from_ms, quiet_until_ms; /* of the local day; equal: none */
    uint32_t quiet_pass;                   /* this level and higher */
    uint32_t digest_over;                  /* more than so many at once become a digest */
    int64_t phone_parts_hour, phone_burst; /* parts of one phone */
    int64_t gateway_parts_s;               /* of all phones together */
    int64_t settle_ms;  /* an indeterminate or unreported message is settled after so long */
    uint32_t task_from; /* level that opens a task */
    sw_level_policy levels[SW_NOTIFY_LEVELS];
    sw_event_policy *events;
    uint32_t event_count;
    sw_plan_policy *plans;
    uint32_t plan_count;
    sw_gate_policy *gates;
    uint32_t gate_count;
    int64_t gate_again_ms; /* the same refusal is told again after so long */
    sw_webhook *webhooks;
    uint32_t webhook_count;
    uint32_t finding_levels[3]; /* minor, major, critical */
    const char **finding_to;
    uint32_t finding_to_count;
    const char **departments; /* of a joint verification */
    uint32_t department_count;
} sw_policy;

/* Reads `kind: Notify`; all faults in one run, as sw_words_load. */
SW_NODISCARD sw_err sw_policy_load(sw_arena *arena, const char *path, sw_diags *diags,
                                   const sw_policy **ret);

/* The bit of a channel's name; 0 if there is none. */
uint32_t sw_channel_of(const char *name);
/* Whether the local time lies within quiet hours; `ret_until_ms`: when they end. */
bool sw_policy_is_quiet(const sw_policy *policy, int64_t at_ms, int64_t *ret_until_ms);

#endif
