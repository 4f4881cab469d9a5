#include "unit/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/logger.h"
#include "text/json.h"
#include "text/yaml.h"

static sw_arena arena;
static char folder[] = "/tmp/seawall-log-XXXXXX";
static char log_path[128], audit_path[128];

static sw_slice content(const char *path) {
    sw_slice text;
    assert_ok(sw_file_read(&arena, path, 1 << 20, NULL, &text));
    return text;
}

/* Every line is JSON; returns the n-th, and how many there are. */
static const sw_json *line(sw_slice text, uint32_t n, uint32_t *ret_count) {
    const sw_json *found = NULL, *one;
    uint32_t count = 0;
    for (size_t at = 0; at < text.len; count++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        assert_non_null(end);
        sw_slice row = sw_slice_sub(text, at, (size_t)(end - text.ptr));
        assert_ok(sw_json_parse(&arena, row, (sw_json_limits){0}, NULL, &one));
        if (count == n) found = one;
        at = (size_t)(end - text.ptr) + 1;
    }
    *ret_count = count;
    return found;
}

static sw_logger *open_log(sw_clock *clock, int *ret_fd) {
    sw_logger *log;
    *ret_fd = open(log_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    unlink(audit_path);
    sw_logger_options options = {
        .fd = *ret_fd, .level = SW_TRACE_INFO, .audit_path = audit_path, .clock = clock};
    assert_ok(sw_logger_open(&options, NULL, &log));
    return log;
}

static void lines_are_json_whatever_their_texts_are(void **state) {
    (void)state;
    sw_clock_virtual clock;
    int fd;
    uint32_t count;
    sw_clock_virtual_init(&clock, 1772355600000);
    sw_logger *log = open_log(&clock.clock, &fd);
    sw_trace(sw_logger_sink(log), &(sw_trace_event){.level = SW_TRACE_WARN,
                                                    .name = "test.event",
                                                    .err = SW_E_AGAIN,
                                                    .fields = {{"n", -7, SW_SLICE_NONE},
                                                               {"text", 0, SW_S("a\"\n\x01")},
                                                               {"cut", 0, SW_S("ok\xff rest")}}});
    sw_trace(sw_logger_sink(log), &(sw_trace_event){.level = SW_TRACE_DEBUG, .name = "test.quiet"});
    const sw_json *json = line(content(log_path), 0, &count);
    assert_int_equal(count, 1);
    assert_slice(sw_json_get(json, SW_S("time"))->text, "2026-03-01T09:00:00Z");
    assert_slice(sw_json_get(json, SW_S("level"))->text, "warn");
    assert_slice(sw_json_get(json, SW_S("error"))->text, "again");
    assert_slice(sw_json_get(json, SW_S("n"))->text, "-7");
    assert_slice(sw_json_get(json, SW_S("text"))->text, "a\"\n\x01");
    assert_slice(sw_json_get(json, SW_S("cut"))->text, "ok");
    sw_logger_close(log);
    close(fd);
}

static void repeats_within_a_second_are_counted(void **state) {
    (void)state;
    sw_clock_virtual clock;
    int fd;
    uint32_t count;
    sw_clock_virtual_init(&clock, 0);
    sw_logger *log = open_log(&clock.clock, &fd);
    sw_trace_event event = {.level = SW_TRACE_WARN, .name = "test.storm"};
    for (int i = 0; i < 1000; i++) sw_logger_write(log, &event);
    sw_logger_write(log, &(sw_trace_event){.level = SW_TRACE_WARN, .name = "test.other"});
    line(content(log_path), 0, &count);
    assert_int_equal(count, 21);
    sw_clock_virtual_advance(&clock, 1000);
    sw_logger_write(log, &event);
    const sw_json *json = line(content(log_path), 21, &count);
    assert_int_equal(count, 22);
    assert_slice(sw_json_get(json, SW_S("repeated"))->text, "980");
    sw_logger_close(log);
    close(fd);
}

static void audit_lines_go_to_the_file_and_refusals_to_the_log_too(void **state) {
    (void)state;
    sw_clock_virtual clock;
    int fd;
    uint32_t count;
    struct stat st;
    sw_clock_virtual_init(&clock, 0);
    sw_logger *log = open_log(&clock.clock, &fd);
    sw_principal who = {.sub = "012345", .org = "320981010000", .roles = SW_ROLE_OFFICER};
    sw_audit audit = {.principal = &who,
                      .client = SW_S("127.0.0.1:1"),
                      .action = "warnings.act",
                      .object = SW_S("abc"),
                      .status = 202};
    for (int i = 0; i < 100; i++) sw_logger_audit(log, &audit);
    assert_int_equal(content(log_path).len, 0);
    const sw_json *json = line(content(audit_path), 99, &count);
    assert_int_equal(count, 100);
    assert_slice(sw_json_get(json, SW_S("who"))->text, "012345");
    assert_slice(sw_json_get(json, SW_S("roles"))->text, "officer");
    assert_slice(sw_json_get(json, SW_S("outcome"))->text, "done");
    assert_slice(sw_json_get(json, SW_S("status"))->text, "202");
    assert_null(sw_json_get(json, SW_S("code")));
    assert_int_equal(stat(audit_path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(unlink(audit_path), 0); /* a rotation */
    assert_ok(sw_logger_reopen(log));
    sw_logger_audit(log, &audit);
    audit.status = 409;
    audit.code = "conflict";
    sw_logger_audit(log, &audit);
    json = line(content(audit_path), 1, &count);
    assert_int_equal(count, 2);
    assert_slice(sw_json_get(json, SW_S("outcome"))->text, "refused");
    assert_slice(sw_json_get(json, SW_S("code"))->text, "conflict");
    for (int i = 0; i < 100; i++) sw_logger_audit(log, &audit);
    line(content(log_path), 0, &count);
    assert_int_equal(count, 20); /* as all that repeats */
    sw_logger_close(log);
    close(fd);
}

static int setup(void **state) {
    (void)state;
    sw_arena_init(&arena, 16 << 20);
    if (!mkdtemp(folder)) return 1;
    snprintf(log_path, sizeof log_path, "%s/log", folder);
    snprintf(audit_path, sizeof audit_path, "%s/audit", folder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(log_path);
    unlink(audit_path);
    rmdir(folder);
    sw_arena_done(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_json_whatever_their_texts_are),
        cmocka_unit_test(repeats_within_a_second_are_counted),
        cmocka_unit_test(audit_lines_go_to_the_file_and_refusals_to_the_log_too),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
