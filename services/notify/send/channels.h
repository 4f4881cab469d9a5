/* channels.h - where messages leave: the settings of gateway, mail, webhooks and file, with their
 * secrets.  Layer 9.  Thread: any, immutable after loading. */
#ifndef SW_NOTIFY_CHANNELS_H
#define SW_NOTIFY_CHANNELS_H

#include "base/hash.h"
#include "notify/policy.h"

typedef enum sw_sms_driver { SW_SMS_FILE, SW_SMS_KANNEL } sw_sms_driver;

typedef struct sw_channels {
    sw_sms_driver sms;
    const char *sms_file; /* of the driver file: a line a message */
    const char *sms_url;  /* of Kannel: http://…/cgi-bin/sendsms */
    const char *sms_user, *sms_password, *sms_from;
    const char *report_base; /* under which the gateway reaches us; "": no reports */
    int64_t timeout_ms;      /* of one call */
    int64_t probe_ms;        /* so often it is asked whether the gateway can be reached; 0: never */
    const char *probe_url;   /* a page that answers 2xx where it works; "": that it listens */
    const char *mail_url;    /* smtp://…, smtps://…; "": none */
    const char *mail_from, *mail_user, *mail_password;
    const char *file;             /* of the channel file */
    char secret[SW_HASH128_TEXT]; /* of this installation: reports and replies are signed by it */
    const char **webhook_secrets; /* as policy->webhooks */
} sw_channels;

/* Reads `kind: Channels`; NULL for `path`: SMS go to the file `sms.log` in `data_dir`. Relative
 * file names are in `data_dir`, where the secret is made on the first start. All faults in one run.
 */
SW_NODISCARD sw_err sw_channels_load(sw_arena *arena, const char *path, const char *data_dir,
                                     const sw_policy *policy, sw_diags *diags,
                                     const sw_channels **ret);

/* What makes a report's or reply's address impossible to guess. */
void sw_channels_token(const sw_channels *channels, sw_slice what, sw_slice which,
                       char ret[SW_HASH128_TEXT]);
/* In constant time. */
bool sw_channels_token_is(const sw_channels *channels, sw_slice what, sw_slice which,
                          sw_slice token);

#endif
