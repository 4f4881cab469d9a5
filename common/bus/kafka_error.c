#include "bus/kafka_error.h"

#include <stdio.h>

/* Codes whose meaning does not hang on the stage. Those that are not here follow from the flags and
 * the stage. */
static const struct {
    rd_kafka_resp_err_t code;
    kafka_meaning meaning;
} codes[] = {
    {RD_KAFKA_RESP_ERR__FENCED, KAFKA_FENCED},
    {RD_KAFKA_RESP_ERR_PRODUCER_FENCED, KAFKA_FENCED},
    {RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, KAFKA_FENCED},
    {RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, KAFKA_FENCED},
    {RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR__AUTHENTICATION, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR__INVALID_ARG, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_INVALID_RECORD, KAFKA_REFUSED},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, KAFKA_GONE},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, KAFKA_GONE},
};

/* The producer's own state is beyond repair, whatever the flags say: a transaction that timed out
 * is called abortable by some versions and then can't be aborted. */
static bool is_lost(rd_kafka_resp_err_t code) {
    switch (code) {
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__DESTROY:
        return true;
    default:
        return false;
    }
}

kafka_meaning kafka_meaning_of(kafka_stage stage, rd_kafka_resp_err_t code, kafka_flags flags) {
    SW_ASSERT(stage < KAFKA_STAGES);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return KAFKA_NONE;
    for (size_t i = 0; i < SW_COUNT(codes); i++)
        if (codes[i].code == code) return codes[i].meaning;
    if (stage == KAFKA_READ) return KAFKA_AGAIN;
    if (flags.fatal || is_lost(code)) return KAFKA_LOST;
    /* A commit that librdkafka wants aborted has not happened; one that only took too long may
     * have. The caller's own time decides when to stop calling again. */
    if (flags.abortable) return stage == KAFKA_ABORT ? KAFKA_LOST : KAFKA_BACK_OUT;
    if (flags.retriable || code == RD_KAFKA_RESP_ERR__TIMED_OUT ||
        code == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        return KAFKA_AGAIN;
    if (stage == KAFKA_INIT) return KAFKA_AGAIN;
    /* Not retriable, not abortable, not fatal: to be treated as fatal (librdkafka, INTRODUCTION).
     */
    return KAFKA_LOST;
}

kafka_meaning kafka_meaning_take(kafka_stage stage, rd_kafka_error_t *error, char *ret_text,
                                 size_t text_max) {
    if (!error) return KAFKA_NONE;
    kafka_flags flags = {
        .fatal = rd_kafka_error_is_fatal(error) != 0,
        .retriable = rd_kafka_error_is_retriable(error) != 0,
        .abortable = rd_kafka_error_txn_requires_abort(error) != 0,
    };
    kafka_meaning meaning = kafka_meaning_of(stage, rd_kafka_error_code(error), flags);
    if (ret_text)
        snprintf(ret_text, text_max, "%s: %s", rd_kafka_error_name(error),
                 rd_kafka_error_string(error));
    rd_kafka_error_destroy(error);
    return meaning;
}

sw_err kafka_err_of(kafka_meaning meaning) {
    switch (meaning) {
    case KAFKA_NONE:
        return SW_OK;
    case KAFKA_AGAIN:
    case KAFKA_BACK_OUT:
        return SW_E_AGAIN;
    case KAFKA_LOST:
        return SW_E_ABORTED;
    case KAFKA_FENCED:
        return SW_E_FENCED;
    case KAFKA_GONE:
        return SW_E_RANGE;
    case KAFKA_REFUSED:
        return SW_E_IO;
    }
    return SW_E_INTERNAL;
}
