#include "notify/send/flight.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "notify/directory/directory.h"
#include "notify/pb.h"
#include "text/json.h"
#include "text/time.h"

#define VALIDITY_MIN_MINUTES 1 /* Kannel: 0 is none */

void sw_flight_fail(sw_flight *flight, const char *outcome, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(flight->detail, sizeof flight->detail, fmt, args);
    va_end(args);
    flight->outcome = outcome;
}

static size_t take_answer(char *bytes, size_t size, size_t count, void *arg) {
    sw_flight *f = arg;
    size_t len = size * count, room = sizeof f->answer - 1 - f->answer_len;
    size_t take = len < room ? len : room;
    memcpy(f->answer + f->answer_len, bytes, take);
    f->answer_len += take;
    f->answer[f->answer_len] = '\0';
    return len;
}

static size_t give_upload(char *to, size_t size, size_t count, void *arg) {
    sw_flight *f = arg;
    size_t len = size * count, rest = f->upload.len - f->uploaded;
    if (len > rest) len = rest;
    memcpy(to, f->upload.ptr + f->uploaded, len);
    f->uploaded += len;
    return len;
}

static bool is(const char *a, const char *b) {
    return strcmp(a, b) == 0;
}

/* ---- Kannel (user guide, "Sending messages with a POST"): what a form's fields would be are
 * headers, and the body is the text; a form is refused ---- */

static void add_header(sw_flight *f, sw_pb *pb, const char *name, const char *value) {
    f->headers = curl_slist_append(f->headers, sw_pb_printf(pb, "X-Kannel-%s: %s", name, value));
}

/* Where the gateway tells what became of it: %d is filled in by Kannel. */
static char *report_url(sw_flight *f, sw_pb *pb, const sw_channels *channels) {
    const Seawall__V1__Message *m = f->message;
    char token[SW_HASH128_TEXT];
    char *which = sw_pb_printf(pb, "%s/%s", m->recipient, m->id);
    sw_channels_token(channels, SW_S("report"), sw_slice_cstr(which), token);
    return sw_pb_printf(pb, "%s/v1/sms/report/%s/%s/%s?type=%%d", channels->report_base,
                        m->recipient, m->id, token);
}

static bool to_kannel(sw_flight *f, const sw_channels *channels, int64_t now_ms) {
    const Seawall__V1__Message *m = f->message;
    sw_pb pb = {&f->arena, false};
    int64_t minutes = (m->expires_ms - now_ms) / 60000;
    if (minutes < VALIDITY_MIN_MINUTES) minutes = VALIDITY_MIN_MINUTES;
    if (!sw_phone_valid(sw_slice_cstr(m->to))) {
        sw_flight_fail(f, "failed", "not a telephone number");
        return false;
    }
    f->headers = curl_slist_append(NULL, "Content-Type: text/plain; charset=\"UTF-8\"");
    add_header(f, &pb, "Username", channels->sms_user);
    add_header(f, &pb, "Password", channels->sms_password);
    add_header(f, &pb, "To", m->to);
    if (*channels->sms_from) add_header(f, &pb, "From", channels->sms_from);
    add_header(f, &pb, "Coding", "2"); /* UCS-2 */
    add_header(f, &pb, "Validity", sw_pb_printf(&pb, "%lld", (long long)minutes));
    if (*channels->report_base) {
        add_header(f, &pb, "DLR-Mask", "31");
        add_header(f, &pb, "DLR-Url", report_url(f, &pb, channels));
    }
    curl_easy_setopt(f->call, CURLOPT_URL, channels->sms_url);
    curl_easy_setopt(f->call, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->call, CURLOPT_POSTFIELDS, m->text);
    curl_easy_setopt(f->call, CURLOPT_POSTFIELDSIZE, (long)strlen(m->text));
    if (pb.full) sw_flight_fail(f, "failed", "the call does not fit");
    return !pb.full;
}

/* ---- webhook: signed, so that whoever gets it knows from whom it is ---- */

static const sw_webhook *webhook_of(const sw_policy *policy, const char *to, uint32_t *ret_index) {
    for (uint32_t i = 0; i < policy->webhook_count; i++) {
        *ret_index = i;
        if (strncmp(to, "webhook/", 8) == 0 && is(to + 8, policy->webhooks[i].name))
            return &policy->webhooks[i];
    }
    return NULL;
}

static bool to_webhook(sw_flight *f, const sw_channels *channels, const sw_policy *policy,
                       int64_t now_ms) {
    uint32_t index;
    const Seawall__V1__Message *m = f->message;
    const sw_webhook *hook = webhook_of(policy, m->to, &index);
    if (!hook) {
        sw_flight_fail(f, "failed", "there is no such webhook");
        return false;
    }
    sw_pb pb = {&f->arena, false};
    const char *secret = channels->webhook_secrets[index];
    char *stamp = sw_pb_printf(&pb, "%lld", (long long)(now_ms / 1000));
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char hex[2 * sizeof mac + 1];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)stamp, strlen(stamp));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)m->text, strlen(m->text));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, sizeof hex, mac, sizeof mac);
    f->headers = curl_slist_append(f->headers, "Content-Type: application/json");
    f->headers = curl_slist_append(f->headers, sw_pb_printf(&pb, "Seawall-Message: %s", m->id));
    f->headers = curl_slist_append(f->headers,
                                   sw_pb_printf(&pb, "Seawall-Signature: t=%s,v1=%s", stamp, hex));
    curl_easy_setopt(f->call, CURLOPT_URL, hook->url);
    curl_easy_setopt(f->call, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->call, CURLOPT_POSTFIELDS, m->text);
    curl_easy_setopt(f->call, CURLOPT_POSTFIELDSIZE, (long)strlen(m->text));
    return true;
}

/* ---- mail (RFC 5322) ---- */

static bool to_mail(sw_flight *f, const sw_channels *channels, int64_t now_ms) {
    const Seawall__V1__Message *m = f->message;
    sw_pb pb = {&f->arena, false};
    if (!*channels->mail_url) {
        sw_flight_fail(f, "failed", "no mail server is set");
        return false;
    }
    char encoded[8192], date[64];
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    gmtime_r(&seconds, &utc);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &utc);
    size_t len = strlen(m->text);
    if (len > 5000) len = 5000;
    sodium_bin2base64(encoded, sizeof encoded, (const unsigned char *)m->text, len,
                      sodium_base64_VARIANT_ORIGINAL);
    sw_buf body;
    sw_buf_init(&body, 1 << 16);
    sw_buf_printf(&body,
                  "Date: %s\r\nFrom: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s@seawall>\r\n"
                  "Subject: =?UTF-8?B?5omn5rOV55uR552j6aKE6K2m?=\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: text/plain; charset=UTF-8\r\n"
                  "Content-Transfer-Encoding: base64\r\n\r\n",
                  date, channels->mail_from, m->to, m->id);
    for (const char *at = encoded; *at; at += strnlen(at, 76))
        sw_buf_printf(&body, "%.76s\r\n", at);
    f->upload = sw_slice_cstr(sw_pb_text(&pb, sw_buf_slice(&body)));
    sw_buf_done(&body);
    f->recipients = curl_slist_append(NULL, m->to);
    curl_easy_setopt(f->call, CURLOPT_URL, channels->mail_url);
    curl_easy_setopt(f->call, CURLOPT_MAIL_FROM, channels->mail_from);
    curl_easy_setopt(f->call, CURLOPT_MAIL_RCPT, f->recipients);
    curl_easy_setopt(f->call, CURLOPT_READFUNCTION, give_upload);
    curl_easy_setopt(f->call, CURLOPT_READDATA, f);
    curl_easy_setopt(f->call, CURLOPT_UPLOAD, 1L);
    if (*channels->mail_user) {
        curl_easy_setopt(f->call, CURLOPT_USERNAME, channels->mail_user);
        curl_easy_setopt(f->call, CURLOPT_PASSWORD, channels->mail_password);
    }
    return true;
}

/* ---- file: a line a message, as the phone would show it ---- */

static void to_file(sw_flight *f, const char *path, int64_t now_ms) {
    const Seawall__V1__Message *m = f->message;
    sw_buf line;
    sw_buf_init(&line, 1 << 16);
    sw_buf_add(&line, SW_S("{\"time\":\""));
    sw_time_write(&line, now_ms, 0);
    sw_buf_add(&line, SW_S("\",\"to\":"));
    sw_json_write_string(&line, sw_slice_cstr(m->to));
    sw_buf_add(&line, SW_S(",\"recipient\":"));
    sw_json_write_string(&line, sw_slice_cstr(m->recipient));
    sw_buf_printf(&line,
                  ",\"id\":\"%s\",\"level\":\"%s\",\"kind\":\"%s\",\"parts\":%u,\"text\":", m->id,
                  m->level, m->kind, m->part_count);
    sw_json_write_string(&line, sw_slice_cstr(m->text));
    sw_buf_add(&line, SW_S("}\n"));
    int fd = line.err ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        sw_flight_fail(f, "postponed", "%s", strerror(errno));
    } else {
        bool whole = write(fd, line.ptr, line.len) == (ssize_t)line.len;
        sw_flight_fail(f, whole ? "handed-over" : "indeterminate", "file");
        close(fd);
    }
    sw_buf_done(&line);
}

bool sw_flight_prepare(sw_flight *f, const sw_channels *channels, const sw_policy *policy,
                       int64_t now_ms) {
    const Seawall__V1__Message *m = f->message;
    f->outcome = NULL;
    f->detail[0] = f->answer[0] = '\0';
    f->answer_len = f->uploaded = 0;
    if (m->expires_ms <= now_ms) {
        sw_flight_fail(f, "failed", "expired");
        return false;
    }
    if (is(m->channel, "file") || (is(m->channel, "sms") && channels->sms == SW_SMS_FILE)) {
        to_file(f, is(m->channel, "file") ? channels->file : channels->sms_file, now_ms);
        return true;
    }
    f->call = curl_easy_init();
    if (!f->call) {
        sw_flight_fail(f, "postponed", "no memory for a call");
        return false;
    }
    curl_easy_setopt(f->call, CURLOPT_PRIVATE, f);
    curl_easy_setopt(f->call, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->call, CURLOPT_TIMEOUT_MS, (long)channels->timeout_ms);
    curl_easy_setopt(f->call, CURLOPT_ERRORBUFFER, f->error);
    curl_easy_setopt(f->call, CURLOPT_WRITEFUNCTION, take_answer);
    curl_easy_setopt(f->call, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->call, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
    if (is(m->channel, "webhook")) return to_webhook(f, channels, policy, now_ms);
    if (is(m->channel, "email")) return to_mail(f, channels, now_ms);
    return to_kannel(f, channels, now_ms);
}

/* Nothing was sent yet: it is safe to try again. */
static bool before_handover(sw_flight *f, CURLcode code) {
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
        code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
        code == CURLE_LOGIN_DENIED)
        return true;
    curl_off_t sent = 0, ready = 0;
    curl_easy_getinfo(f->call, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(f->call, CURLINFO_PRETRANSFER_TIME_T, &ready);
    return code == CURLE_OPERATION_TIMEDOUT && ready == 0 && sent == 0;
}

void sw_flight_judge(sw_flight *f, CURLcode code) {
    const Seawall__V1__Message *m = f->message;
    long status = 0;
    curl_easy_getinfo(f->call, CURLINFO_RESPONSE_CODE, &status);
    bool webhook = is(m->channel, "webhook");
    if (code && before_handover(f, code))
        sw_flight_fail(f, "postponed", "%s", curl_easy_strerror(code));
    else if (code) /* a webhook knows a repetition by its id, a phone does not */
        sw_flight_fail(f, webhook ? "postponed" : "indeterminate", "%s", curl_easy_strerror(code));
    else if (is(m->channel, "email") || (status >= 200 && status < 300))
        sw_flight_fail(f, "handed-over", "%ld %.100s", status, webhook ? "" : f->answer);
    else if (status == 503 || status == 429 || (webhook && (status >= 500 || status == 408)))
        sw_flight_fail(f, "postponed", "%ld", status);
    else if (!webhook && (status == 401 || status == 403)) /* us, not this number */
        sw_flight_fail(f, "postponed", "%ld %.100s", status, f->answer);
    else if (status >= 400 && status < 500)
        sw_flight_fail(f, "failed", "%ld %.100s", status, webhook ? "" : f->answer);
    else
        sw_flight_fail(f, webhook ? "failed" : "indeterminate", "%ld", status);
}

void sw_flight_clear(sw_flight *f) {
    if (f->call) curl_easy_cleanup(f->call);
    curl_slist_free_all(f->headers);
    curl_slist_free_all(f->recipients);
    f->call = NULL;
    f->headers = f->recipients = NULL;
    f->message = NULL;
    sw_arena_reset(&f->arena);
    f->step = SW_FLIGHT_FREE;
}
