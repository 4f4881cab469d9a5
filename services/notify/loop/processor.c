#include "env/limits.h"
#include "notify/loop/task.h"
#include "notify/processors.h"
#include "topics/topics.h"

static const char *const inputs[] = {SW_TOPIC_NOTIFY_DIRECTORY, SW_TOPIC_WARNINGS, SW_TOPIC_KEYED,
                                     SW_TOPIC_NOTIFY_STEPS, NULL};
static const char *const outputs[] = {SW_TOPIC_TASKS, SW_TOPIC_NOTICES, SW_TOPIC_NOTIFY_STEPS,
                                      NULL};
static const sw_processor_store stores[SW_NOTIFY_STORES] = {
    [SW_NOTIFY_TASKS] = {"tasks", 1, SW_VALUE_BYTES_MAX, NULL},
    [SW_NOTIFY_WARNINGS] = {"warnings", 1, 64, NULL},
    [SW_NOTIFY_ROUTES] = {"routes", 1, 1 << 16, NULL},
    [SW_NOTIFY_DIRECTORY] = {"directory", 1, SW_VALUE_BYTES_MAX, NULL},
    [SW_NOTIFY_PATROLS] = {"patrols", 1, 1 << 14, NULL},
};

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    sw_notify_call call;
    sw_notify_call_init(&call, ctx, shared);
    if (strcmp(input->topic, SW_TOPIC_KEYED) == 0) return sw_notify_on_event(&call, input);
    if (strcmp(input->topic, SW_TOPIC_WARNINGS) == 0) return sw_notify_on_warning(&call, input);
    if (strcmp(input->topic, SW_TOPIC_NOTIFY_STEPS) == 0) return sw_notify_on_hop(&call, input);
    const char *salt = memchr(input->key.ptr, '~', input->key.len);
    sw_slice key =
        sw_slice_sub(input->key, 0, salt ? (size_t)(salt - input->key.ptr) : input->key.len);
    return sw_directory_rows_take(&call.rows, key, input->value);
}

static sw_err on_timer(sw_ctx *ctx, const void *shared, sw_slice key, int64_t due_ms) {
    (void)due_ms;
    sw_notify_call call;
    sw_notify_call_init(&call, ctx, shared);
    return sw_notify_escalate(&call, sw_slice_sub(key, 2, key.len));
}

const sw_processor sw_processor_notify = {
    .name = "notify",
    .patience = 20,
    .id = SW_PROCESSOR_NOTIFY,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_NOTIFY_STORES,
    .on_record = on_record,
    .on_timer = on_timer,
};
