#include "base/err.h"

static const struct {
    const char *name;
    sw_verdict verdict;
} errs[] = {
    [-SW_OK] = {"ok", SW_VERDICT_NONE},
    [-SW_E_SYNTAX] = {"syntax", SW_VERDICT_REJECT},
    [-SW_E_TYPE] = {"type", SW_VERDICT_REJECT},
    [-SW_E_INVALID] = {"invalid", SW_VERDICT_REJECT},
    [-SW_E_UNKNOWN] = {"unknown", SW_VERDICT_REJECT},
    [-SW_E_MISSING] = {"missing", SW_VERDICT_REJECT},
    [-SW_E_LIMIT] = {"limit", SW_VERDICT_REJECT},
    [-SW_E_RANGE] = {"range", SW_VERDICT_REJECT},
    [-SW_E_CONFLICT] = {"conflict", SW_VERDICT_REJECT},
    [-SW_E_NOT_FOUND] = {"not-found", SW_VERDICT_REJECT},
    [-SW_E_END] = {"end", SW_VERDICT_NONE},
    [-SW_E_AGAIN] = {"again", SW_VERDICT_RETRY},
    [-SW_E_TIMEOUT] = {"timeout", SW_VERDICT_RETRY},
    [-SW_E_FENCED] = {"fenced", SW_VERDICT_ABORT},
    [-SW_E_REBALANCED] = {"rebalanced", SW_VERDICT_ABORT},
    [-SW_E_ABORTED] = {"aborted", SW_VERDICT_ABORT},
    [-SW_E_IO] = {"io", SW_VERDICT_FATAL},
    [-SW_E_FULL] = {"full", SW_VERDICT_FATAL},
    [-SW_E_CORRUPT] = {"corrupt", SW_VERDICT_FATAL},
    [-SW_E_VERSION] = {"version", SW_VERDICT_FATAL},
    [-SW_E_BUSY] = {"busy", SW_VERDICT_FATAL},
    [-SW_E_NOMEM] = {"nomem", SW_VERDICT_FATAL},
    [-SW_E_INTERNAL] = {"internal", SW_VERDICT_FATAL},
};

sw_verdict sw_err_verdict(sw_err err) {
    SW_ASSERT(err <= 0 && (unsigned)-err < SW_COUNT(errs));
    return errs[-err].verdict;
}

const char *sw_err_name(sw_err err) {
    SW_ASSERT(err <= 0 && (unsigned)-err < SW_COUNT(errs));
    return errs[-err].name;
}

const char *sw_verdict_name(sw_verdict verdict) {
    static const char *const names[] = {"none", "retry", "reject", "abort", "fatal"};
    SW_ASSERT((unsigned)verdict < SW_COUNT(names));
    return names[verdict];
}
