#include "notify/directory/duty.h"

#include "base/assert.h"

/* The review chain handler, legal officer, unit leader, legal brigade, bureau leader is the ladder
 * (五级审核); offices of a bureau lead to its leaders, leaders to the city. */
static const sw_duty roles[] = {
    {"handler", "主办民警", SW_TIER_STATION, "unit_leader", true},
    {"co_handler", "协办民警", SW_TIER_STATION, "handler", true},
    {"legal_officer", "法制员", SW_TIER_STATION, "unit_leader", true},
    {"unit_leader", "办案单位领导", SW_TIER_STATION, "legal_brigade", false},
    {"property_keeper", "涉案财物管理员", SW_TIER_STATION, "unit_leader", false},
    {"file_keeper", "案管室管理员", SW_TIER_STATION, "unit_leader", false},
    {"place_keeper", "办案区管理员", SW_TIER_STATION, "unit_leader", false},
    {"case_centre", "案管中心", SW_TIER_COUNTY, "legal_brigade", false},
    {"legal_brigade", "法制大队", SW_TIER_COUNTY, "bureau_leader", true},
    {"command_centre", "指挥中心", SW_TIER_COUNTY, "bureau_leader", false},
    {"inspection", "督察", SW_TIER_COUNTY, "bureau_leader", false},
    {"discipline", "纪检政工", SW_TIER_COUNTY, "bureau_leader", false},
    {"petition_office", "信访", SW_TIER_COUNTY, "bureau_leader", false},
    {"audit", "审计", SW_TIER_COUNTY, "bureau_leader", false},
    {"bureau_leader", "局领导", SW_TIER_COUNTY, "bureau_chief", false},
    {"bureau_chief", "局主要负责人", SW_TIER_COUNTY, "city_legal", false},
    {"city_legal", "市局法制支队", SW_TIER_CITY, NULL, true},
    {"city_inspection", "市局督察支队", SW_TIER_CITY, "city_legal", false},
};

static const char *const names[] = {
    "handler",      "co_handler",   "legal_officer",   "unit_leader",   "property_keeper",
    "file_keeper",  "place_keeper", "case_centre",     "legal_brigade", "command_centre",
    "inspection",   "discipline",   "petition_office", "audit",         "bureau_leader",
    "bureau_chief", "city_legal",   "city_inspection",
};

static const char *const tiers[SW_TIER_COUNT] = {"squad", "station", "county", "city"};

const sw_duty *sw_duty_find(sw_slice name) {
    for (size_t i = 0; i < SW_COUNT(roles); i++)
        if (sw_slice_is(name, roles[i].name)) return &roles[i];
    return NULL;
}

const char *const *sw_duty_names(size_t *ret_count) {
    *ret_count = SW_COUNT(names);
    return names;
}

const char *sw_tier_name(sw_tier tier) {
    SW_ASSERT(tier < SW_TIER_COUNT);
    return tiers[tier];
}

sw_tier sw_tier_find(sw_slice name) {
    for (int i = 0; i < SW_TIER_COUNT; i++)
        if (sw_slice_is(name, tiers[i])) return (sw_tier)i;
    return SW_TIER_COUNT;
}
