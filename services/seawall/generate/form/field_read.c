#include "seawall/generate/form/field.h"
#include "text/json.h"

typedef struct known_field {
    const char *name;
    field_fill fill;
    sw_who who;
} known_field;

/* Fields that every life fills alike. */
static const known_field known[] = {
    {"case_id", FILL_WHO, WHO_CASE},
    {"person_id", FILL_WHO, WHO_PERSON},
    {"incident_id", FILL_WHO, WHO_INCIDENT},
    {"report_id", FILL_WHO, WHO_REPORT},
    {"property_id", FILL_WHO, WHO_PROPERTY},
    {"notice_id", FILL_WHO, WHO_NOTICE},
    {"remedy_id", FILL_WHO, WHO_REMEDY},
    {"petition_id", FILL_WHO, WHO_PETITION},
    {"complaint_id", FILL_WHO, WHO_COMPLAINT},
    {"doc_id", FILL_WHO, WHO_DOC},
    {"file_id", FILL_WHO, WHO_FILE},
    {"clip_id", FILL_WHO, WHO_CLIP},
    {"measure_id", FILL_WHO, WHO_MEASURE},
    {"warning_id", FILL_WHO, WHO_WARNING},
    {"finding_id", FILL_WHO, WHO_FINDING},
    {"joint_id", FILL_WHO, WHO_JOINT},
    {"reception_id", FILL_WHO, WHO_RECEPTION},
    {"visit_id", FILL_WHO, WHO_VISIT},
    {"rights_id", FILL_WHO, WHO_RIGHTS},
    {"appraisal_id", FILL_WHO, WHO_APPRAISAL},
    {"request_id", FILL_WHO, WHO_REQUEST},
    {"decision_id", FILL_WHO, WHO_ORDER},
    {"account_hash", FILL_WHO, WHO_ACCOUNT},
    {"order_id", FILL_WHO, WHO_ORDER},
    {"offence_id", FILL_WHO, WHO_OFFENCE},
    {"property_ids", FILL_WHOS, WHO_PROPERTY},
    {"doc_ids", FILL_WHOS, WHO_DOC},
    {"person_ids", FILL_PERSONS, WHO_PERSON},
    {"unit_org", FILL_UNIT, 0},
    {"station_org", FILL_UNIT, 0},
    {"visitor_org", FILL_UNIT, 0},
    {"county_org", FILL_COUNTY, 0},
    {"to_org", FILL_NEXT_UNIT, 0},
    {"from_org", FILL_NEXT_UNIT, 0},
    {"handler_id", FILL_OFFICER, 0},
    {"officer_id", FILL_OFFICER, 0},
    {"officer_ids", FILL_OFFICERS, 0},
    {"approver_id", FILL_CHIEF, 0},
    {"reviewer_id", FILL_CHIEF, 0},
    {"checker_id", FILL_CHIEF, 0},
    {"operator_id", FILL_OFFICER, 0},
    {"keeper_id", FILL_CHIEF, 0},
    {"borrower_id", FILL_OFFICER, 0},
    {"recorded_by", FILL_CHIEF, 0},
    {"device_id", FILL_DEVICE, 0},
    {"place_id", FILL_AREA, 0},
    {"room_id", FILL_ROOM, 0},
    {"camera_id", FILL_CAMERA, 0},
    {"cabinet_id", FILL_CABINET, 0},
    {"location_id", FILL_PLACE, 0},
    {"caller_hash", FILL_HOT_HASH, 0},
    {"household_hash", FILL_HOT_HASH, 0},
    {"party_pair_hash", FILL_HOT_HASH, 0},
    {"matter_hash", FILL_HASH, 0},
    {"officer_hash", FILL_HOT_HASH, 0},
    {"reporter_hash", FILL_HASH, 0},
    {"complainant_hash", FILL_HASH, 0},
    {"plate_hash", FILL_HASH, 0},
    {"approved_at", FILL_TIME, 0},
    {"received_at", FILL_TIME, 0},
    {"person_name", FILL_NAME, 0},
    {"complainant_name", FILL_NAME, 0},
    {"reporter_name", FILL_NAME, 0},
    {"caller_name", FILL_NAME, 0},
    {"petitioner_name", FILL_NAME, 0},
    {"told_name", FILL_NAME, 0},
    {"phone", FILL_PHONE, 0},
    {"complainant_phone", FILL_PHONE, 0},
    {"reporter_phone", FILL_PHONE, 0},
    {"caller_phone", FILL_PHONE, 0},
    {"petitioner_phone", FILL_PHONE, 0},
    {"id_number", FILL_ID_NUMBER, 0},
    {"address", FILL_ADDRESS, 0},
    {"home_address", FILL_ADDRESS, 0},
    {"account_no", FILL_ACCOUNT, 0},
};

bool field_by_name(const sw_field *declared, field *ret) {
    for (size_t i = 0; i < SW_COUNT(known); i++)
        if (sw_slice_is(declared->name, known[i].name)) {
            *ret = (field){.fill = known[i].fill, .who = known[i].who};
            return true;
        }
    return false;
}

/* "+3d", "-5m", "": seconds. */
static bool read_shift(sw_slice word, int64_t *ret) {
    *ret = 0;
    if (word.len == 0) return true;
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
    int64_t n;
    if (word.len < 3 || (word.ptr[0] != '+' && word.ptr[0] != '-')) return false;
    if (!sw_slice_int(sw_slice_sub(word, 1, word.len - 1), &n)) return false;
    for (size_t i = 0; i < SW_COUNT(units); i++)
        if (word.ptr[word.len - 1] == units[i].unit) {
            *ret = (word.ptr[0] == '-' ? -n : n) * units[i].seconds;
            return true;
        }
    return false;
}

static bool read_range(sw_slice word, int64_t *ret_lo, int64_t *ret_hi) {
    for (size_t i = 1; i < word.len; i++)
        if (word.ptr[i] == '-')
            return sw_slice_int(sw_slice_sub(word, 0, i), ret_lo) &&
                   sw_slice_int(sw_slice_sub(word, i + 1, word.len), ret_hi) && *ret_lo <= *ret_hi;
    return false;
}

/* One choice as JSON of the declared type. */
static bool read_choice(sw_arena *arena, const sw_field *declared, sw_slice word, sw_slice *ret) {
    int64_t n;
    if (declared->list) return *ret = word, sw_slice_is(word, "[]");
    switch (declared->type) {
    case SW_STRING:
        *ret = sw_arena_printf(arena, "\"%.*s\"", SW_FMT(word));
        return ret->len > 0;
    case SW_BOOL:
        return *ret = word, sw_slice_is(word, "true") || sw_slice_is(word, "false");
    case SW_INT:
    case SW_DOUBLE:
        return *ret = word, sw_slice_int(word, &n);
    default:
        return false;
    }
}

static bool read_choices(sw_arena *arena, const sw_field *declared, sw_slice word, field *ret) {
    uint32_t count = 1;
    for (size_t i = 0; i < word.len; i++) count += word.ptr[i] == '|';
    sw_slice *choices = sw_arena_zero(arena, count, sizeof *choices);
    if (!choices) return false;
    size_t from = 0;
    uint32_t n = 0;
    for (size_t i = 0; i <= word.len; i++) {
        if (i < word.len && word.ptr[i] != '|') continue;
        if (!read_choice(arena, declared, sw_slice_sub(word, from, i), &choices[n++])) return false;
        from = i + 1;
    }
    *ret = (field){.fill = FILL_TEXT, .choices = choices, .choice_count = count};
    return true;
}

bool field_by_word(sw_arena *arena, const sw_field *declared, sw_slice word, field *ret) {
    if (word.len == 0) return false;
    sw_slice rest = sw_slice_sub(word, 1, word.len);
    bool number = declared->type == SW_INT || declared->type == SW_DOUBLE;
    *ret = (field){0};
    if (word.ptr[0] == '#') {
        /* A number in a text is an id of a thing. */
        ret->fill = FILL_RANGE;
        ret->who = declared->type == SW_STRING ? 1 : 0;
        return (number || declared->type == SW_STRING) && read_range(rest, &ret->lo, &ret->hi);
    }
    if (word.ptr[0] == '?') {
        ret->fill = FILL_CHANCE;
        return declared->type == SW_BOOL && sw_slice_int(rest, &ret->lo);
    }
    if (word.ptr[0] == '@') {
        ret->fill = FILL_TIME;
        return declared->type == SW_TIMESTAMP && read_shift(rest, &ret->lo);
    }
    return read_choices(arena, declared, word, ret);
}
