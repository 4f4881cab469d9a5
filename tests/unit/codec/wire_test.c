#include "unit/test.h"

#include "base/rng.h"
#include "codec/wire.h"

/* The encodings of the protobuf documentation ("Encoding"): 150, "testing", zigzag. */
static void writes_the_documented_bytes(void **state) {
    (void)state;
    sw_buf buf;
    sw_buf_init(&buf, 1000);
    sw_wire_varint(&buf, 1, 150);
    sw_wire_text(&buf, 2, SW_S("testing"));
    sw_wire_text(&buf, 2, SW_S(""));
    sw_wire_sint(&buf, 3, -2);
    sw_wire_sint(&buf, 3, INT64_MIN);
    sw_wire_double(&buf, 4, 1);
    size_t mark = sw_wire_begin(&buf, 16);
    sw_wire_int(&buf, 1, -1);
    sw_wire_end(&buf, mark);
    static const uint8_t wanted[] = {
        0x08, 0x96, 0x01,                                                 /* 150 */
        0x12, 0x07, 't',  'e',  's',  't',  'i',  'n',  'g',              /* testing */
        0x18, 0x03,                                                       /* -2 */
        0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, /* INT64_MIN */
        0x21, 0,    0,    0,    0,    0,    0,    0xf0, 0x3f,             /* 1.0 */
        0x82, 0x01, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01,
    };
    assert_int_equal(buf.err, SW_OK);
    assert_int_equal(buf.len, sizeof wanted);
    assert_memory_equal(buf.ptr, wanted, sizeof wanted);
    sw_buf_done(&buf);
}

static void messages_of_any_length_nest(void **state) {
    (void)state;
    static char text[70000];
    memset(text, 'x', sizeof text);
    static const size_t lens[] = {0, 1, 120, 125, 126, 127, 128, 16380, 16384, 70000};
    for (size_t i = 0; i < SW_COUNT(lens); i++) {
        sw_buf buf;
        sw_buf_init(&buf, 1 << 20);
        size_t outer = sw_wire_begin(&buf, 1), inner = sw_wire_begin(&buf, 2);
        sw_wire_bytes(&buf, 3, sw_slice_of(text, lens[i]));
        sw_wire_end(&buf, inner);
        sw_wire_varint(&buf, 4, 7);
        sw_wire_end(&buf, outer);
        sw_wire_field f;
        sw_wire_reader r = sw_wire_read(sw_buf_slice(&buf));
        assert_true(sw_wire_next(&r, &f) && f.number == 1);
        sw_wire_reader in = sw_wire_read(f.bytes);
        assert_false(sw_wire_next(&r, &f) || r.fault);
        assert_true(sw_wire_next(&in, &f) && f.number == 2);
        sw_wire_reader deep = sw_wire_read(f.bytes);
        assert_true(sw_wire_next(&in, &f) && f.number == 4 && f.n == 7);
        assert_true(sw_wire_next(&deep, &f) && f.number == 3);
        assert_true(sw_slice_eq(f.bytes, sw_slice_of(text, lens[i])));
        sw_buf_done(&buf);
    }
}

static void refuses_what_is_not_protobuf(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
    } cases[] = {
        {"\x08", 1},                                              /* a tag without value */
        {"\x08\x80", 2},                                          /* half a varint */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 11},     /* beyond 64 bits */
        {"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 12}, /* eleven bytes */
        {"\x12\x05"
         "abc",
         5},                                 /* a length beyond the end */
        {"\x00\x01", 2},                     /* field 0 */
        {"\x0b\x0c", 2},                     /* a group */
        {"\x0e", 1},                         /* type 6 */
        {"\x21\x00\x00", 3},                 /* half a double */
        {"\x80\x80\x80\x80\x80\x01\x00", 7}, /* a field number beyond 29 bits */
    };
    for (size_t i = 0; i < SW_COUNT(cases); i++) {
        sw_wire_reader r = sw_wire_read(sw_slice_of(cases[i].bytes, cases[i].len));
        sw_wire_field f;
        assert_false(sw_wire_next(&r, &f));
        assert_true(r.fault);
        assert_false(sw_wire_next(&r, &f));
    }
    sw_wire_reader none = sw_wire_read(SW_SLICE_NONE);
    sw_wire_field f;
    assert_false(sw_wire_next(&none, &f));
    assert_false(none.fault);
}

static void a_full_buffer_is_remembered(void **state) {
    (void)state;
    for (size_t max = 1; max < 200; max += 7) {
        sw_buf buf;
        sw_buf_init(&buf, max);
        size_t mark = sw_wire_begin(&buf, 1);
        for (int i = 0; i < 100; i++) sw_wire_sint(&buf, 2, i - 50);
        sw_wire_end(&buf, mark);
        assert_int_equal(buf.err, SW_E_LIMIT);
        sw_buf_done(&buf);
    }
}

static void zigzag_round_trips(void **state) {
    (void)state;
    static const int64_t numbers[] = {0, -1, 1, 2147483647, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < SW_COUNT(numbers); i++) {
        sw_buf buf;
        sw_buf_init(&buf, 100);
        sw_wire_sint(&buf, 1, numbers[i]);
        sw_wire_reader r = sw_wire_read(sw_buf_slice(&buf));
        sw_wire_field f;
        assert_true(sw_wire_next(&r, &f));
        assert_true(sw_wire_zigzag(f.n) == numbers[i]);
        sw_buf_done(&buf);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_documented_bytes),
        cmocka_unit_test(messages_of_any_length_nest),
        cmocka_unit_test(refuses_what_is_not_protobuf),
        cmocka_unit_test(a_full_buffer_is_remembered),
        cmocka_unit_test(zigzag_round_trips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
