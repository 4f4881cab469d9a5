#include "seawall/generate/form/field.h"
#include "text/time.h"

#define HOT_PLACES  60u
#define HOT_PEOPLE  200u
#define SALT_PLACE  0x504cu
#define SALT_PEOPLE 0x5050u
#define SALT_PERSON 0x4e41u

static const char letters[WHO_COUNT] = {
    [WHO_CASE] = 'A',      [WHO_PERSON] = 'P',  [WHO_INCIDENT] = 'J', [WHO_REPORT] = 'B',
    [WHO_PROPERTY] = 'W',  [WHO_NOTICE] = 'T',  [WHO_REMEDY] = 'S',   [WHO_PETITION] = 'X',
    [WHO_COMPLAINT] = 'C', [WHO_DOC] = 'D',     [WHO_FILE] = 'F',     [WHO_CLIP] = 'V',
    [WHO_MEASURE] = 'M',   [WHO_WARNING] = 'Y', [WHO_FINDING] = 'Q',  [WHO_JOINT] = 'U',
    [WHO_RECEPTION] = 'H', [WHO_VISIT] = 'R',   [WHO_RIGHTS] = 'Z',   [WHO_APPRAISAL] = 'G',
    [WHO_REQUEST] = 'N',   [WHO_ACCOUNT] = 'K', [WHO_ORDER] = 'O',    [WHO_OFFENCE] = 'E'};

static void write_digits(sw_buf *out, uint64_t n, uint32_t digits) {
    char text[20];
    SW_ASSERT(digits <= sizeof text);
    for (uint32_t i = digits; i-- > 0; n /= 10) text[i] = (char)('0' + n % 10);
    sw_buf_add(out, sw_slice_of(text, digits));
}

static void write_nth_id(const sw_county *county, const sw_circle *circle, sw_who who, uint32_t nth,
                         sw_buf *out) {
    char *p = sw_buf_room(out, 32);
    if (!p) return;
    char *begin = p;
    *p++ = letters[who];
    memcpy(p, county->org, 6);
    p += 6;
    *p++ = '2', *p++ = '0';
    *p++ = (char)('0' + circle->year / 10), *p++ = (char)('0' + circle->year % 10);
    uint32_t n = circle->number;
    for (int i = 7; i >= 0; i--, n /= 10) p[i] = (char)('0' + n % 10);
    p += 8;
    if (nth > 1) {
        *p++ = '-';
        if (nth >= 100) *p++ = (char)('0' + nth / 100);
        if (nth >= 10) *p++ = (char)('0' + nth / 10 % 10);
        *p++ = (char)('0' + nth % 10);
    }
    sw_buf_wrote(out, (size_t)(p - begin));
}

void field_write_id(const sw_county *county, const sw_circle *circle, sw_who who, sw_buf *out) {
    write_nth_id(county, circle, who, circle->nth[who], out);
}

static void write_persons(const sw_county *county, const sw_circle *circle, sw_buf *out) {
    uint32_t one = circle->nth[WHO_PERSON];
    uint32_t from = one ? one : 1, to = one ? one : circle->persons;
    sw_buf_add_byte(out, '[');
    for (uint32_t n = from; n <= to; n++) {
        if (n > from) sw_buf_add_byte(out, ',');
        sw_buf_add_byte(out, '"');
        write_nth_id(county, circle, WHO_PERSON, n, out);
        sw_buf_add_byte(out, '"');
    }
    sw_buf_add_byte(out, ']');
}

static void write_officers(const sw_circle *circle, sw_buf *out) {
    sw_buf_add(out, SW_S("[\""));
    sw_county_write_officer(out, circle->station, circle->officer);
    sw_buf_add(out, SW_S("\",\""));
    sw_county_write_officer(out, circle->station, (circle->officer + 1u) % COUNTY_OFFICERS);
    sw_buf_add(out, SW_S("\"]"));
}

/* Things of a station: "AREA-05", "R-05-2". */
static void write_thing(const char *head, const sw_circle *circle, uint32_t of, sw_buf *out) {
    sw_buf_add_cstr(out, head);
    write_digits(out, circle->station + 1u, 2);
    if (!of) return;
    sw_buf_add_byte(out, '-');
    sw_buf_add_int(out, circle->number % of + 1);
}

static void write_hot(const sw_county *county, const sw_circle *circle, const char *head,
                      uint32_t count, uint64_t salt, sw_buf *out) {
    sw_rng rng = sw_county_rng(county, circle->number, salt);
    sw_buf_add_cstr(out, head);
    write_digits(out, circle->station + 1u, 2);
    sw_buf_add_byte(out, '-');
    write_digits(out, sw_county_hot(&rng, count), 3);
}

static void write_hash(const sw_county *county, const sw_circle *circle, const field *f,
                       sw_buf *out) {
    static const char hex[] = "0123456789abcdef";
    sw_rng rng = sw_county_rng(county, circle->number, f->head.len);
    uint64_t x = sw_rng_next(&rng);
    for (int i = 0; i < 16; i++, x >>= 4) sw_buf_add_byte(out, hex[x & 15]);
}

/* Nobody is called so: the style in which judgments hide names, numbers that are not given out. */
static void write_personal(const field *f, const sw_county *county, const sw_circle *circle,
                           sw_buf *out) {
    static const char *const families[] = {"赵", "钱", "孙", "李", "周", "吴", "郑", "王"};
    static const char *const given[] = {"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"};
    sw_rng rng = sw_county_rng(county, circle->number, SALT_PERSON + circle->nth[WHO_PERSON]);
    uint64_t x = sw_rng_next(&rng);
    switch (f->fill) {
    case FILL_NAME:
        sw_buf_add_cstr(out, families[x % SW_COUNT(families)]);
        sw_buf_add_cstr(out, "某");
        sw_buf_add_cstr(out, given[x / 8 % SW_COUNT(given)]);
        break;
    case FILL_PHONE:
        sw_buf_add_cstr(out, "1000000");
        write_digits(out, x % 10000, 4);
        break;
    case FILL_ID_NUMBER:
        sw_buf_add(out, sw_slice_of(county->org, 6));
        sw_buf_add_cstr(out, "00000000");
        write_digits(out, x % 10000, 4);
        break;
    case FILL_ADDRESS:
        sw_buf_add_cstr(out, "虚构路");
        sw_buf_add_int(out, (int64_t)(x % 300) + 1);
        sw_buf_add_cstr(out, "号");
        break;
    default:
        sw_buf_add_cstr(out, "000000000000");
        write_digits(out, x % 10000000, 7);
    }
}

static void write_quoted(const field *f, const sw_county *county, const sw_circle *circle,
                         sw_buf *out) {
    switch (f->fill) {
    case FILL_WHO:
        field_write_id(county, circle, f->who, out);
        break;
    case FILL_UNIT:
        sw_county_write_org(county, out, circle->station + 1u);
        break;
    case FILL_COUNTY:
        sw_county_write_org(county, out, 0);
        break;
    case FILL_NEXT_UNIT:
        sw_county_write_org(county, out, sw_county_next_station(county, circle->station) + 1u);
        break;
    case FILL_OFFICER:
        sw_county_write_officer(out, circle->station, circle->officer);
        break;
    case FILL_CHIEF:
        sw_county_write_officer(out, circle->station, COUNTY_OFFICERS);
        break;
    case FILL_DEVICE:
        write_thing("CAM-", circle, 30, out);
        break;
    case FILL_AREA:
        write_thing("AREA-", circle, 0, out);
        break;
    case FILL_ROOM:
        write_thing("ROOM-", circle, 4, out);
        break;
    case FILL_CAMERA:
        write_thing("EYE-", circle, 4, out);
        break;
    case FILL_CABINET:
        write_thing("CABINET-", circle, 0, out);
        break;
    case FILL_PLACE:
        write_hot(county, circle, "PLACE-", HOT_PLACES, SALT_PLACE, out);
        break;
    case FILL_HOT_HASH:
        write_hot(county, circle, "h", HOT_PEOPLE, SALT_PEOPLE + f->head.len, out);
        break;
    case FILL_HASH:
        write_hash(county, circle, f, out);
        break;
    default:
        write_personal(f, county, circle, out);
    }
}

static void write_value(const field *f, const sw_county *county, const sw_circle *circle,
                        int64_t time_ms, sw_rng *rng, sw_buf *out) {
    switch (f->fill) {
    case FILL_TEXT:
        sw_buf_add(out, f->choices[f->choice_count > 1 ? sw_rng_below(rng, f->choice_count) : 0]);
        return;
    case FILL_RANGE:
        if (f->who) sw_buf_add_byte(out, '"');
        sw_buf_add_int(out, sw_rng_between(rng, f->lo, f->hi));
        if (f->who) sw_buf_add_byte(out, '"');
        return;
    case FILL_CHANCE:
        sw_buf_add(out, sw_rng_below(rng, 1000) < (uint64_t)f->lo ? SW_S("true") : SW_S("false"));
        return;
    case FILL_PERSONS:
        write_persons(county, circle, out);
        return;
    case FILL_OFFICERS:
        write_officers(circle, out);
        return;
    case FILL_WHOS:
        sw_buf_add(out, SW_S("[\""));
        field_write_id(county, circle, f->who, out);
        sw_buf_add(out, SW_S("\"]"));
        return;
    default:
        break;
    }
    sw_buf_add_byte(out, '"');
    if (f->fill == FILL_TIME)
        sw_time_write(out, time_ms + f->lo * 1000, COUNTY_OFFSET_S);
    else
        write_quoted(f, county, circle, out);
    sw_buf_add_byte(out, '"');
}

void field_write(const field *f, const sw_county *county, const sw_circle *circle, int64_t time_ms,
                 sw_rng *rng, bool *first, sw_buf *out) {
    bool of_life = f->fill == FILL_WHO || f->fill == FILL_WHOS;
    if (of_life && circle->nth[f->who] == 0) return;
    if (!*first) sw_buf_add_byte(out, ',');
    *first = false;
    sw_buf_add(out, f->head);
    write_value(f, county, circle, time_ms, rng, out);
}
