#include "env/trace.h"

void sw_trace(const sw_trace_sink *sink, const sw_trace_event *event) {
    SW_ASSERT(event && event->name);
    if (sink && sink->take) sink->take(sink->arg, event);
}

const char *sw_trace_level_name(sw_trace_level level) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    SW_ASSERT((unsigned)level < SW_COUNT(names));
    return names[level];
}
