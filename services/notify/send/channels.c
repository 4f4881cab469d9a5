#include "notify/send/channels.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_BYTES 32

static const char *in_folder(sw_reading *r, const char *folder, const char *name) {
    return *name == '/' ? name : sw_pb_printf(&r->pb, "%s/%s", folder, name);
}

/* The first line of a file that only its owner should read. */
static const char *secret_of(sw_reading *r, const sw_yaml *at, const char *field,
                             const char *path) {
    sw_slice text;
    if (!*path) return "";
    if (sw_file_read(r->pb.arena, path, 4096, NULL, &text)) {
        sw_reading_fault(r, at, SW_E_NOT_FOUND, field, "write the secret into it, chmod 600",
                         "'%s' can't be read", path);
        return "";
    }
    size_t len = 0;
    while (len < text.len && text.ptr[len] != '\n' && text.ptr[len] != '\r') len++;
    return sw_pb_text(&r->pb, sw_slice_sub(text, 0, len));
}

static bool make_secret(const char *path, char bytes[SECRET_BYTES]) {
    if (getrandom(bytes, SECRET_BYTES, 0) != SECRET_BYTES) return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return false;
    bool ok = write(fd, bytes, SECRET_BYTES) == SECRET_BYTES && fsync(fd) == 0;
    close(fd);
    return ok;
}

/* Made once, so that reports of what was sent before a restart are still known. */
static void own_secret(sw_reading *r, const char *data_dir, sw_channels *channels) {
    const char *path = in_folder(r, data_dir, "notify.secret");
    char bytes[SECRET_BYTES];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read(fd, bytes, SECRET_BYTES) == SECRET_BYTES;
    if (fd >= 0) close(fd);
    if (!ok && errno != ENOENT && fd < 0) {
        sw_reading_fault(r, NULL, SW_E_IO, NULL, NULL, "'%s' can't be read", path);
        return;
    }
    if (!ok && !make_secret(path, bytes)) {
        sw_reading_fault(r, NULL, SW_E_IO, NULL, "is the data directory there?",
                         "the secret '%s' can't be made", path);
        return;
    }
    sw_hash128_hex(sw_hash128_of(sw_slice_of(bytes, SECRET_BYTES)), channels->secret);
}

static void read_sms(sw_reading *r, const sw_yaml *root, const char *data_dir,
                     sw_channels *channels) {
    static const char *const names[] = {"driver",        "file",     "url",         "username",
                                        "password_file", "from",     "report_base", "timeout",
                                        "probe",         "probe_url"};
    const sw_yaml *sms = sw_yaml_get(root, "sms");
    if (!sms) return;
    sw_reading_keys(r, sms, names, SW_COUNT(names), "sms");
    const char *driver = sw_reading_text(r, sms, "driver", true);
    if (strcmp(driver, "kannel") == 0)
        channels->sms = SW_SMS_KANNEL;
    else if (strcmp(driver, "file") != 0)
        sw_reading_fault(r, sms, SW_E_UNKNOWN, "driver", "kannel or file", "no driver '%s'",
                         driver);
    bool kannel = channels->sms == SW_SMS_KANNEL;
    const char *file = sw_reading_text(r, sms, "file", false);
    if (*file) channels->sms_file = in_folder(r, data_dir, file);
    channels->sms_url = sw_reading_text(r, sms, "url", kannel);
    channels->sms_user = sw_reading_text(r, sms, "username", kannel);
    channels->sms_password =
        secret_of(r, sms, "password_file", sw_reading_text(r, sms, "password_file", kannel));
    channels->sms_from = sw_reading_text(r, sms, "from", false);
    channels->report_base = sw_reading_text(r, sms, "report_base", false);
    channels->probe_ms = sw_reading_duration(r, sms, "probe", channels->probe_ms);
    channels->probe_url = sw_reading_text(r, sms, "probe_url", false);
    channels->timeout_ms = sw_reading_duration(r, sms, "timeout", channels->timeout_ms);
    const char *const headers[] = {channels->sms_user, channels->sms_password, channels->sms_from,
                                   channels->report_base};
    for (size_t i = 0; i < SW_COUNT(headers); i++)
        if (strpbrk(headers[i], "\r\n"))
            sw_reading_fault(r, sms, SW_E_INVALID, "sms", NULL, "a setting has a line break");
}

static void read_mail(sw_reading *r, const sw_yaml *root, sw_channels *channels) {
    static const char *const names[] = {"url", "from", "username", "password_file"};
    const sw_yaml *mail = sw_yaml_get(root, "email");
    if (!mail) return;
    sw_reading_keys(r, mail, names, SW_COUNT(names), "email");
    channels->mail_url = sw_reading_text(r, mail, "url", true);
    channels->mail_from = sw_reading_text(r, mail, "from", true);
    channels->mail_user = sw_reading_text(r, mail, "username", false);
    channels->mail_password =
        secret_of(r, mail, "password_file", sw_reading_text(r, mail, "password_file", false));
    if (strncmp(channels->mail_url, "smtp", 4) != 0)
        sw_reading_fault(r, mail, SW_E_INVALID, "url", "smtp://host:25 or smtps://host:465",
                         "'%s' is no mail server", channels->mail_url);
}

sw_err sw_channels_load(sw_arena *arena, const char *path, const char *data_dir,
                        const sw_policy *policy, sw_diags *diags, const sw_channels **ret) {
    static const char *const names[] = {"apiVersion", "kind", "sms", "email", "file"};
    sw_reading r = {.pb = {arena, false}, .diags = diags};
    sw_channels *channels = sw_pb_zero(&r.pb, 1, sizeof *channels);
    if (!channels) return SW_E_LIMIT;
    *channels = (sw_channels){.sms_file = in_folder(&r, data_dir, "sms.log"),
                              .sms_url = "",
                              .sms_user = "",
                              .sms_password = "",
                              .sms_from = "",
                              .report_base = "",
                              .timeout_ms = 10000,
                              .probe_ms = 30000,
                              .probe_url = "",
                              .mail_url = "",
                              .mail_from = "",
                              .mail_user = "",
                              .mail_password = "",
                              .file = in_folder(&r, data_dir, "notices.jsonl")};
    own_secret(&r, data_dir, channels);
    const sw_yaml *root = path ? sw_reading_file(&r, path, "Channels") : NULL;
    if (root) {
        sw_reading_keys(&r, root, names, SW_COUNT(names), "the settings of channels");
        read_sms(&r, root, data_dir, channels);
        read_mail(&r, root, channels);
        const char *file = sw_reading_text(&r, root, "file", false);
        if (*file) channels->file = in_folder(&r, data_dir, file);
    }
    channels->webhook_secrets =
        sw_pb_zero(&r.pb, policy->webhook_count + 1, sizeof *channels->webhook_secrets);
    for (uint32_t i = 0; channels->webhook_secrets && i < policy->webhook_count; i++)
        channels->webhook_secrets[i] =
            secret_of(&r, NULL, "secret_file", policy->webhooks[i].secret_file);
    if (r.pb.full) return SW_E_LIMIT;
    if (!r.err) *ret = channels;
    return r.err;
}

void sw_channels_token(const sw_channels *channels, sw_slice what, sw_slice which,
                       char ret[SW_HASH128_TEXT]) {
    const sw_slice parts[] = {sw_slice_cstr(channels->secret), what, which};
    sw_hash128_hex(sw_hash128_parts(parts, SW_COUNT(parts)), ret);
}

bool sw_channels_token_is(const sw_channels *channels, sw_slice what, sw_slice which,
                          sw_slice token) {
    char want[SW_HASH128_TEXT];
    sw_channels_token(channels, what, which, want);
    if (token.len != SW_HASH128_TEXT - 1) return false;
    uint8_t differs = 0;
    for (size_t i = 0; i < token.len; i++)
        differs = (uint8_t)(differs | (uint8_t)(want[i] ^ token.ptr[i]));
    return differs == 0;
}
