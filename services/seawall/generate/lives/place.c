#include "seawall/generate/life.h"

static const sw_row visit_of_suspect[] = {
    EVENT("place.entered", 0, 0, ""),
    CALL(1000, "into the area", 0, 0),
    OR(970, "place.room_occupied", 10, 40,
       "purpose=interrogate room_kind=interview track=criminal co_suspects=1 mixed_sex=false "
       "minor_with_adult=false continued_questioning=false vulnerable=false"),
    OR(30, "place.room_occupied", 10, 40,
       "purpose=wait room_kind=waiting track=criminal co_suspects=2 mixed_sex=?300 "
       "minor_with_adult=false continued_questioning=false vulnerable=false"),
    CALL(60, "taken out for a time", 20, 100),
    CALL(15, "alarm in a room", 10, 60),
    CALL(10, "camera lost in use", 10, 60),
    EVENT("place.exited", 300, 620, "belongings_held=?50"),
};

static const sw_row visit_of_offender[] = {
    OR(985, "place.entered", 0, 0, ""),
    OR(15, "place.entered", 0, 0, "-incident_id -case_id"),
    CALL(1000, "into the area", 0, 0),
    EVENT("place.room_occupied", 10, 40,
          "purpose=question room_kind=interview track=administrative co_suspects=1 mixed_sex=false "
          "minor_with_adult=false continued_questioning=false vulnerable=false"),
    CALL(10, "alarm in a room", 10, 60),
    EVENT("place.exited", 250, 430, "belongings_held=?50"),
};

static const sw_row into_the_area[] = {
    OR(745, "place.safety_checked", 3, 15, "sex=M female_officer=false"),
    OR(245, "place.safety_checked", 3, 15, "sex=F female_officer=true"),
    OR(10, "place.safety_checked", 3, 15, "sex=F female_officer=false"),
    MAYBE(950, "place.info_collected", 5, 20, "items=[]"),
    MAYBE(980, "place.bracelet_bound", 1, 5, "tag_id=#1000-9999"),
};

static const sw_row taken_out[] = {
    OR(930, "place.left_temporarily", 0, 0, "approved=true due_at=@+3h reason=identify_scene"),
    OR(70, "place.left_temporarily", 0, 0, "approved=false due_at=@+3h reason=other"),
    EVENT("place.returned", 40, 170, ""),
};

static const sw_row alarm[] = {
    OR(250, "place.alarm_raised", 0, 0, "alarm_kind=single_officer occupied=true recording=?500"),
    OR(200, "place.alarm_raised", 0, 0, "alarm_kind=auxiliary_only occupied=true recording=true"),
    OR(350, "place.alarm_raised", 0, 0,
       "alarm_kind=guard_absent|guard_asleep occupied=true recording=true"),
    OR(200, "place.alarm_raised", 0, 0, "alarm_kind=camera_offline occupied=true recording=false"),
};

static const sw_row camera[] = {
    EVENT("camera.offline", 0, 0, ""),
    LATE("camera.online", 60, 1200, 1460, 2600, ""),
};

static const sw_row journey[] = {
    EVENT("person.transit_started", 0, 0, "-person_id -case_id"),
    EVENT("person.transit_ended", 60, 300, "-person_id -case_id"),
};

static const sw_row clip[] = {
    EVENT("av.recorded", 0, 0, "ended=true start_at=@-30m end_at=@"),
    CALL(12, "clip of a journey", 1, 20),
    EVENT("av.uploaded", 60, 700, ""),
    LATE("av.linked", 5, 300, 1000, 2000, "target=incident covers=true"),
    END(960),
    OR(750, "av.quality_checked", DAYS(1), DAYS(6), "passed=?950 score=#60-100"),
    OR(90, "av.gap_found", DAYS(1), DAYS(6), "gap_seconds=#5-400 tampered=false"),
    OR(40, "av.gap_found", DAYS(1), DAYS(6), "gap_seconds=#5-400 tampered=true"),
    OR(80, "av.deleted", DAYS(10), DAYS(90),
       "age_days=90 evidence=false major=false mass_event=false obstruction=false"),
    OR(40, "av.deleted", DAYS(10), DAYS(90),
       "age_days=60 evidence=true major=false mass_event=false obstruction=false"),
};

static const sw_life lives[] = {
    {"visit of a suspect", "visits to a case area", 0, BIND(WHO_VISIT), false, false,
     ROWS(visit_of_suspect)},
    {"visit of an offender", "visits to a case area", 0, BIND(WHO_VISIT), false, false,
     ROWS(visit_of_offender)},
    {"into the area", NULL, 0, 0, false, false, ROWS(into_the_area)},
    {"taken out for a time", NULL, 0, 0, false, false, ROWS(taken_out)},
    {"alarm in a room", NULL, 0, 0, false, false, ROWS(alarm)},
    {"camera lost in use", NULL, 0, 0, false, false, ROWS(camera)},
    {"camera out of order", "cameras out of order", 6, 0, false, false, ROWS(camera)},
    {"clip of a journey", NULL, 0, 0, false, false, ROWS(journey)},
    {"clip", "recordings", 0, BIND(WHO_CLIP), false, false, ROWS(clip)},
};

const sw_life_table sw_lives_place = {ROWS(lives)};
