#include "unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/auth.h"

#define NOW_MS INT64_C(1772355600000)

static sw_arena arena;
static char folder[] = "/tmp/seawall-auth-XXXXXX";
static char paths[5][128];
enum { SECRET, RSA_PRIVATE, RSA_PUBLIC, EC_PRIVATE, EC_PUBLIC };
static sw_clock_virtual vclock;

static sw_auth_key key(const char *kid, sw_key_alg alg, int path) {
    return (sw_auth_key){sw_slice_cstr(kid), alg, sw_slice_cstr(paths[path])};
}

static sw_auth *open_auth(const sw_auth_key *keys, uint32_t count) {
    sw_auth *auth;
    sw_auth_options options = {
        .keys = keys, .key_count = count, .leeway_ms = 30000, .clock = &vclock.clock};
    assert_ok(sw_auth_open(&options, NULL, &auth));
    return auth;
}

static sw_slice issue(const sw_auth_key *with, const char *org, uint32_t roles, int64_t ttl_ms) {
    sw_slice token;
    sw_token_claims claims = {.sub = SW_S("012345"),
                              .org = sw_slice_cstr(org),
                              .roles = roles,
                              .issued_ms = NOW_MS,
                              .expires_ms = NOW_MS + ttl_ms};
    assert_ok(sw_token_issue(with, &claims, &arena, NULL, &token));
    return token;
}

static const char *why_not(sw_auth *auth, sw_slice token) {
    sw_principal principal;
    const char *why = "?";
    return sw_auth_check(auth, token, &principal, &why) == SW_OK ? NULL : why;
}

static void tokens_of_the_three_algorithms_are_taken(void **state) {
    (void)state;
    sw_auth_key keys[] = {key("a", SW_KEY_HS256, SECRET), key("b", SW_KEY_RS256, RSA_PUBLIC),
                          key("c", SW_KEY_ES256, EC_PUBLIC)};
    sw_auth_key sign[] = {
        key("a", SW_KEY_HS256, SECRET), key("b", SW_KEY_RS256, RSA_PRIVATE),
        key("", SW_KEY_ES256, EC_PRIVATE)}; /* without kid: the only one of ES256 */
    sw_auth *auth = open_auth(keys, 3);
    for (int i = 0; i < 3; i++) {
        sw_principal who;
        const char *why;
        sw_slice token = issue(&sign[i], "320981010000", SW_ROLE_OFFICER | SW_ROLE_VIEWER, 60000);
        for (int again = 0; again < 2; again++) { /* verified, then remembered */
            assert_ok(sw_auth_check(auth, token, &who, &why));
            assert_string_equal(who.sub, "012345");
            assert_string_equal(who.org, "320981010000");
            assert_int_equal(who.roles, SW_ROLE_OFFICER | SW_ROLE_VIEWER);
            assert_false(who.local);
        }
    }
    sw_auth_close(auth);
}

static void a_token_ends_with_its_time_even_if_it_is_remembered(void **state) {
    (void)state;
    sw_auth_key keys[] = {key("a", SW_KEY_HS256, SECRET)};
    sw_auth *auth = open_auth(keys, 1);
    sw_slice token = issue(&keys[0], "3209", SW_ROLE_VIEWER, 60000);
    assert_null(why_not(auth, token));
    sw_clock_virtual_set(&vclock, NOW_MS + 60000 + 29999);
    assert_null(why_not(auth, token));
    sw_clock_virtual_set(&vclock, NOW_MS + 60000 + 30000);
    assert_string_equal(why_not(auth, token), "the token has expired");
    sw_clock_virtual_set(&vclock, NOW_MS);
    sw_auth_close(auth);
}

static void another_algorithm_than_the_key_s_is_refused(void **state) {
    (void)state;
    /* The classic: a public key taken for a secret, to sign with HS256. */
    sw_auth_key keys[] = {key("b", SW_KEY_RS256, RSA_PUBLIC)};
    sw_auth_key forged = key("b", SW_KEY_HS256, SECRET);
    sw_auth *auth = open_auth(keys, 1);
    assert_string_equal(why_not(auth, issue(&forged, "3209", SW_ROLE_VIEWER, 60000)),
                        "no configured key fits the token's kid and alg");
    /* {"alg":"none"} and {"alg":"HS512"} with claims and nothing or something after them. */
    assert_string_equal(why_not(auth, SW_S("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.")),
                        "the token is not signed by HS256, RS256 or ES256");
    assert_string_equal(why_not(auth, SW_S("eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJhIn0.AAAA")),
                        "the token is not signed by HS256, RS256 or ES256");
    sw_auth_close(auth);
}

static void what_was_changed_is_refused(void **state) {
    (void)state;
    sw_auth_key keys[] = {key("a", SW_KEY_HS256, SECRET)};
    sw_auth *auth = open_auth(keys, 1);
    sw_slice token = issue(&keys[0], "3209", SW_ROLE_VIEWER, 60000);
    for (size_t i = 0; i < token.len; i++) {
        sw_slice changed;
        assert_true(sw_arena_copy(&arena, token, &changed));
        char *at = (char *)(uintptr_t)(changed.ptr + i);
        /* The last digit holds bits that belong to no byte. */
        if (i + 1 == token.len) break;
        *at = *at == 'A' ? 'B' : 'A';
        assert_non_null(why_not(auth, changed));
        assert_non_null(why_not(auth, sw_slice_sub(token, 0, i)));
    }
    assert_null(why_not(auth, token));
    sw_auth_close(auth);
}

static void claims_must_say_who_where_and_what(void **state) {
    (void)state;
    sw_auth_key keys[] = {key("a", SW_KEY_HS256, SECRET)};
    sw_auth *auth = open_auth(keys, 1);
    assert_non_null(why_not(auth, issue(&keys[0], "", SW_ROLE_VIEWER, 60000)));
    assert_null(why_not(auth, issue(&keys[0], "", SW_ROLE_ADMIN, 60000)));
    assert_non_null(why_not(auth, issue(&keys[0], "3209", 0, 60000)));
    assert_non_null(
        why_not(auth, issue(&keys[0], "012345678901234567890123456789012", SW_ROLE_VIEWER, 60000)));
    sw_auth_close(auth);
    sw_auth_options options = {
        .keys = keys, .key_count = 1, .audience = "county", .leeway_ms = 0, .clock = &vclock.clock};
    assert_ok(sw_auth_open(&options, NULL, &auth));
    assert_string_equal(why_not(auth, issue(&keys[0], "3209", SW_ROLE_VIEWER, 60000)),
                        "the token is for another audience");
    sw_token_claims claims = {.sub = SW_S("x"),
                              .org = SW_S("3209"),
                              .roles = SW_ROLE_VIEWER,
                              .expires_ms = NOW_MS + 1000,
                              .audience = SW_S("county")};
    sw_slice token;
    assert_ok(sw_token_issue(&keys[0], &claims, &arena, NULL, &token));
    assert_null(why_not(auth, token));
    sw_auth_close(auth);
}

static void keys_that_are_none_are_refused_with_the_remedy(void **state) {
    (void)state;
    sw_diags diags;
    sw_auth *auth;
    sw_auth_key keys[] = {key("a", SW_KEY_RS256, SECRET),
                          key("b", SW_KEY_HS256, RSA_PUBLIC),
                          key("c", SW_KEY_ES256, EC_PUBLIC),
                          key("c", SW_KEY_ES256, EC_PUBLIC),
                          {SW_S("d"), SW_KEY_HS256, SW_S("/nowhere/at/all")}};
    sw_auth_options options = {.keys = keys, .key_count = 5, .clock = &vclock.clock};
    sw_diags_init(&diags, &arena, SW_SLICE_NONE, 100);
    assert_int_not_equal(sw_auth_open(&options, &diags, &auth), SW_OK);
    assert_int_equal(diags.count, 4); /* all in one run */
    assert_int_equal(sw_token_new_key(paths[SECRET], &diags), SW_E_CONFLICT);
    assert_int_equal(chmod(paths[SECRET], 0644), 0);
    keys[0].alg = SW_KEY_HS256;
    options.key_count = 1;
    assert_int_equal(sw_auth_open(&options, &diags, &auth), SW_E_INVALID);
    assert_int_equal(chmod(paths[SECRET], 0600), 0);
}

static int setup(void **state) {
    (void)state;
    static const char *const names[] = {"secret", "rsa", "rsa.pub", "ec", "ec.pub"};
    char command[1024];
    sw_arena_init(&arena, 64 << 20);
    sw_clock_virtual_init(&vclock, NOW_MS);
    if (!mkdtemp(folder)) return 1;
    for (int i = 0; i < 5; i++) snprintf(paths[i], sizeof paths[i], "%s/%s", folder, names[i]);
    snprintf(command, sizeof command,
             "cd %s && openssl genpkey -algorithm RSA -out rsa 2>rsa.log &&"
             " openssl pkey -in rsa -pubout -out rsa.pub &&"
             " openssl ecparam -name prime256v1 -genkey -noout -out ec &&"
             " openssl pkey -in ec -pubout -out ec.pub && rm rsa.log",
             folder);
    if (system(command) != 0) return 1;
    return sw_token_new_key(paths[SECRET], NULL) != SW_OK;
}

static int teardown(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++) unlink(paths[i]);
    rmdir(folder);
    sw_arena_done(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tokens_of_the_three_algorithms_are_taken),
        cmocka_unit_test(a_token_ends_with_its_time_even_if_it_is_remembered),
        cmocka_unit_test(another_algorithm_than_the_key_s_is_refused),
        cmocka_unit_test(what_was_changed_is_refused),
        cmocka_unit_test(claims_must_say_who_where_and_what),
        cmocka_unit_test(keys_that_are_none_are_refused_with_the_remedy),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
