/* Tokens: whatever the bytes, none is good that the key has not signed. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/auth.h"

static sw_auth *auth;
static sw_clock_virtual still;

static void open_auth(void) {
    char folder[] = "/tmp/seawall-fuzz-XXXXXX", path[64];
    if (!mkdtemp(folder)) abort();
    snprintf(path, sizeof path, "%s/key", folder);
    if (sw_token_new_key(path, NULL) != SW_OK) abort();
    sw_auth_key key = {SW_S("a"), SW_KEY_HS256, sw_slice_cstr(path)};
    sw_clock_virtual_init(&still, INT64_C(1772355600000));
    sw_auth_options options = {.keys = &key, .key_count = 1, .clock = &still.clock};
    if (sw_auth_open(&options, NULL, &auth) != SW_OK) abort();
    unlink(path);
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    sw_principal principal;
    const char *why = NULL;
    if (!auth) open_auth();
    sw_err err = sw_auth_check(auth, sw_slice_of(data, size), &principal, &why);
    SW_ASSERT(err == SW_E_INVALID && why); /* the key is new in each run */
    return 0;
}
