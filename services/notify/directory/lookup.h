/* lookup.h - who is to be told: (role, unit, time) to people, pure.  Layer 9.  Thread: any. */
#ifndef SW_NOTIFY_LOOKUP_H
#define SW_NOTIFY_LOOKUP_H

#include "notify/directory/directory.h"

/* Where entries come from: a directory in memory, or the rows of a task. */
typedef struct sw_directory_source {
    /* The version that holds at `at_ms`; *ret NULL if there is none. Lives as long as the lookup.
     */
    sw_err (*find)(void *arg, sw_slice id, int64_t at_ms, const sw_directory_entry **ret);
    void *arg;
} sw_directory_source;

typedef struct sw_person {
    const Seawall__V1__Officer *officer;
    sw_slice role;  /* that was asked for */
    sw_slice phone; /* empty: none at this time */
    sw_slice why; /* "法制员空缺，改告办案单位领导"; empty: holds the role himself */
} sw_person;

#define SW_PEOPLE_MAX 64u

typedef struct sw_people {
    sw_person list[SW_PEOPLE_MAX];
    uint32_t count;
} sw_people;

/* A source over a directory in memory. */
sw_directory_source sw_directory_source_of(const sw_directory *directory);

/* Adds who holds `role` for `unit` at `at_ms`; nobody stands in the list twice. Of the role
 * `handler` it is `officerid`, if he is known. The unit's own posts come first, then those of the
 * units above, up to the tier where the role is at home; who is on shift before who is not; for who
 * is absent his deputy; nobody whose qualification has expired, where the role needs one. Where
 * nobody is found, or nobody who was found has a telephone, the next level up is told too, and
 * `why` says so. Where even the last level is empty nobody is added. Texts live in `pb`.
 * SW_E_LIMIT: the arena is full; what the source says. */
SW_NODISCARD sw_err sw_directory_lookup(const sw_directory_source *source, sw_pb *pb, sw_slice role,
                                        sw_slice unit, sw_slice officerid, int64_t at_ms,
                                        sw_people *people);
/* The same from the level above `role` on, without `unreached`, who could not be reached for it.
 * The role of who is found is that level's. */
SW_NODISCARD sw_err sw_directory_lookup_above(const sw_directory_source *source, sw_pb *pb,
                                              sw_slice role, sw_slice unit, sw_slice unreached,
                                              int64_t at_ms, sw_people *people);
/* The roles of the table that `officer` holds for `unit` or a unit above it, or as the officer in
 * charge `officerid`: whether he holds `role`. `ret_expired`: he would, but his qualification has
 * expired. */
SW_NODISCARD sw_err sw_directory_holds_role(const sw_directory_source *source, sw_pb *pb,
                                            sw_slice role, sw_slice unit, sw_slice officerid,
                                            sw_slice officer, int64_t at_ms, bool *ret,
                                            bool *ret_expired);
/* The officer, if he is in the directory at that time; else *ret NULL. */
SW_NODISCARD sw_err sw_directory_officer(const sw_directory_source *source, sw_pb *pb, sw_slice id,
                                         int64_t at_ms, const Seawall__V1__Officer **ret);
SW_NODISCARD sw_err sw_directory_unit(const sw_directory_source *source, sw_pb *pb, sw_slice code,
                                      int64_t at_ms, const Seawall__V1__Unit **ret);
/* Whether `unit` is `above` or below it, by the explicit parents; a unit that the directory does
 * not know is below those whose code, trailing zeros cut, begins its own. */
SW_NODISCARD sw_err sw_directory_below(const sw_directory_source *source, sw_pb *pb, sw_slice unit,
                                       sw_slice above, int64_t at_ms, bool *ret);
/* Whether his qualification of law enforcement (执法资格) has not expired by then. One of whom none
 * is recorded counts as qualified: then the bureau keeps it elsewhere. */
bool sw_officer_qualified(const Seawall__V1__Officer *officer, int64_t at_ms);
/* The number that holds at that time; empty: none. */
sw_slice sw_officer_phone(const Seawall__V1__Officer *officer, int64_t at_ms);

#endif
