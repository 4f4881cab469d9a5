/* county.h - the county that is made up: its stations, officers and hot places, when things begin,
 * how late they are told.  Layer 9.  Thread: owner's; integers only, so that a seed gives the same
 * county on every machine. */
#ifndef SW_SEAWALL_COUNTY_H
#define SW_SEAWALL_COUNTY_H

#include "base/buf.h"
#include "base/rng.h"
#include "civil/calendar.h"
#include "seawall/generate/life.h"

#define COUNTY_STATIONS_MAX 99u
#define COUNTY_OFFICERS     12u /* of a station */
#define COUNTY_HOUR_MAX     512 /* lives that begin in one hour */
#define COUNTY_OFFSET_S     28800
#define COUNTY_OFFSET_MS    ((int64_t)COUNTY_OFFSET_S * 1000)

typedef struct sw_county {
    uint64_t seed;
    char org[7]; /* six digits */
    uint32_t stations;
    int64_t start_day; /* days since 1970-01-01 */
    const sw_calendar *calendar;
    uint32_t late_pct, duplicate_pct, correction_pct;
} sw_county;

/* Whose event it is: enough to write every id and every name in it again. */
typedef struct sw_circle {
    uint32_t number; /* of the life that began by itself */
    uint16_t seq;    /* of the event in it */
    uint8_t station, officer;
    uint8_t year; /* since 2000, in ids */
    uint8_t persons;
    uint8_t nth[WHO_COUNT]; /* 0: none */
} sw_circle;

/* A generator of its own for (seed, number, salt). */
sw_rng sw_county_rng(const sw_county *county, uint64_t number, uint64_t salt);

/* The starts in local hour `hour` (hours since 1970-01-01 there), in order. Returns how many: more
 * by day, fewer on days off. */
uint32_t sw_county_starts(const sw_county *county, int64_t hour, int64_t ret_ms[COUNTY_HOUR_MAX]);
/* The same clock time, or a later one, between 08:00 and 18:00 of a working day. */
int64_t sw_county_office_time(const sw_county *county, sw_rng *rng, int64_t ms);
/* Some time of the same day in which people work, not before `ms`. */
int64_t sw_county_day_time(sw_rng *rng, int64_t ms);

uint8_t sw_county_station(const sw_county *county, sw_rng *rng);
/* Who takes over what station `station` hands on. */
uint8_t sw_county_next_station(const sw_county *county, uint8_t station);
/* One of `count`, the first ones far more often (Zipf). */
uint32_t sw_county_hot(sw_rng *rng, uint32_t count);

void sw_county_write_org(const sw_county *county, sw_buf *out, uint32_t station_from_1);
void sw_county_write_officer(sw_buf *out, uint32_t station, uint32_t officer);

#endif
