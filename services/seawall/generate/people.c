#include "seawall/generate/people.h"

/* Family and given names: two of them make a person. */
static const char *const families[] = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴",
                                       "徐", "孙", "胡", "朱", "高", "林", "何", "郭", "马", "罗"};
static const char *const given[] = {"建国", "志强", "海燕", "丽华", "晓东", "文斌", "玉兰", "国平",
                                    "雪梅", "伟",   "敏",   "静",   "磊",   "军",   "洋",   "勇",
                                    "艳",   "杰",   "娟",   "涛",   "明",   "超",   "霞",   "平"};
static const char *const offices[] = {"legal_brigade", "case_centre",     "command_centre",
                                      "inspection",    "petition_office", "discipline",
                                      "bureau_leader", "bureau_chief"};
#define OFFICE_STATION 99u /* numbers of the bureau's own officers follow the last station's */

static void write_person(const sw_county *county, sw_buf *out, uint32_t station, uint32_t officer,
                         uint32_t unit) {
    sw_rng rng = sw_county_rng(county, station * 100 + officer, 0x5045);
    const char *family = families[sw_rng_below(&rng, SW_COUNT(families))];
    const char *name = given[sw_rng_below(&rng, SW_COUNT(given))];
    sw_buf_add(out, SW_S("  - {id: '"));
    sw_county_write_officer(out, station, officer);
    sw_buf_printf(out, "', name: %s%s, unit: '", family, name);
    sw_county_write_org(county, out, unit);
    /* 199: no operator gives such numbers out. */
    sw_buf_printf(out, "', phone: '1990000%04u', qualification: {level: %s}}\n",
                  station * 100 + officer, officer % 3 == 0 ? "advanced" : "basic");
}

static void write_post(sw_buf *out, const char *role, uint32_t station, uint32_t officer) {
    sw_buf_printf(out, "      - {role: %s, officer: '", role);
    sw_county_write_officer(out, station, officer);
    sw_buf_add(out, SW_S("'}\n"));
}

static void write_unit(const sw_county *county, sw_buf *out, uint32_t station_from_1) {
    sw_buf_add(out, SW_S("  - code: '"));
    sw_county_write_org(county, out, station_from_1);
    if (station_from_1 == 0) {
        sw_buf_add(out, SW_S("'\n    name: 县公安局\n    tier: county\n    parent: '"));
        sw_buf_add(out, sw_slice_of(county->org, 4));
        sw_buf_add(out, SW_S("00000000'\n    posts:\n"));
        for (uint32_t i = 0; i < SW_COUNT(offices); i++)
            write_post(out, offices[i], OFFICE_STATION, i);
        return;
    }
    sw_buf_printf(out, "'\n    name: 第%u派出所\n    short: %u所\n    tier: station\n    parent: '",
                  station_from_1, station_from_1);
    sw_county_write_org(county, out, 0);
    sw_buf_add(out, SW_S("'\n    posts:\n"));
    uint32_t station = station_from_1 - 1;
    write_post(out, "unit_leader", station, COUNTY_OFFICERS);
    write_post(out, "legal_officer", station, COUNTY_OFFICERS - 1);
    write_post(out, "file_keeper", station, COUNTY_OFFICERS - 2);
    write_post(out, "property_keeper", station, COUNTY_OFFICERS - 3);
    write_post(out, "place_keeper", station, COUNTY_OFFICERS - 4);
}

void sw_people_write(const sw_county *county, sw_buf *out) {
    sw_buf_add(out,
               SW_S("# Made by seawall generate --directory; nobody in it is real.\n"
                    "kind: Directory\nmetadata: {timezone: Asia/Shanghai}\nunits:\n  - {code: '"));
    sw_buf_add(out, sw_slice_of(county->org, 4));
    sw_buf_add(out, SW_S("00000000', name: 市公安局, tier: city, posts: [{role: city_legal, "
                         "officer: '"));
    sw_county_write_officer(out, OFFICE_STATION, SW_COUNT(offices));
    sw_buf_add(out, SW_S("'}]}\n"));
    for (uint32_t i = 0; i <= county->stations; i++) write_unit(county, out, i);
    sw_buf_add(out, SW_S("officers:\n"));
    for (uint32_t i = 0; i <= SW_COUNT(offices); i++)
        write_person(county, out, OFFICE_STATION, i, 0);
    for (uint32_t s = 0; s < county->stations; s++)
        for (uint32_t i = 0; i <= COUNTY_OFFICERS; i++) write_person(county, out, s, i, s + 1);
}
