#include "host/auth.h"

#include <stdio.h>

#define CITY_DIGITS 4u
#define CODE_DIGITS 12u

static const struct {
    uint32_t bit;
    const char *name;
} roles[] = {
    {SW_ROLE_PUBLISHER, "publisher"},   {SW_ROLE_VIEWER, "viewer"}, {SW_ROLE_OFFICER, "officer"},
    {SW_ROLE_SUPERVISOR, "supervisor"}, {SW_ROLE_ADMIN, "admin"},
};

void sw_roles_text(uint32_t bits, char ret[SW_ROLES_TEXT]) {
    size_t len = 0;
    ret[0] = '\0';
    for (size_t i = 0; i < SW_COUNT(roles); i++) {
        if (!(bits & roles[i].bit)) continue;
        len +=
            (size_t)snprintf(ret + len, SW_ROLES_TEXT - len, "%s%s", len ? " " : "", roles[i].name);
    }
    SW_ASSERT(len < SW_ROLES_TEXT);
}

uint32_t sw_role_parse(sw_slice name) {
    for (size_t i = 0; i < SW_COUNT(roles); i++)
        if (sw_slice_is(name, roles[i].name)) return roles[i].bit;
    return 0;
}

static bool is_code(sw_slice unit) {
    if (unit.len < CITY_DIGITS || unit.len > CODE_DIGITS) return false;
    for (size_t i = 0; i < unit.len; i++)
        if (unit.ptr[i] < '0' || unit.ptr[i] > '9') return false;
    return true;
}

/* Levels are pairs of digits: 3209 the city, 320981 the county, 32098101 the station. */
sw_slice sw_org_prefix(sw_slice unit) {
    if (!is_code(unit) || unit.len % 2 != 0) return unit;
    size_t len = unit.len;
    while (len > CITY_DIGITS && unit.ptr[len - 1] == '0' && unit.ptr[len - 2] == '0') len -= 2;
    return sw_slice_sub(unit, 0, len);
}

bool sw_org_within(sw_slice unit, sw_slice org) {
    if (unit.len == 0) return true;
    if (!is_code(unit)) return sw_slice_eq(unit, org);
    return sw_slice_starts(org, sw_org_prefix(unit));
}

void sw_principal_local(sw_principal *ret) {
    *ret = (sw_principal){.sub = "local", .roles = SW_ROLE_ALL, .local = true};
}
