/* What the law of 2026 changed: penalties on the spot, hearings, and cases of the year before that
 * were put into the system later. */
#include "seawall/generate/life.h"

static const sw_row penalty_on_the_spot[] = {
    OR(470, "case.onspot_decided", 0, 0,
       "category=public_order fine=#20-200 officer_count=2 av_recorded=true"),
    OR(500, "case.onspot_decided", 0, 0,
       "category=public_order fine=#201-500 officer_count=1 av_recorded=true"),
    OR(15, "case.onspot_decided", 0, 0,
       "category=public_order fine=#501-900 officer_count=2 av_recorded=true"),
    OR(15, "case.onspot_decided", 0, 0,
       "category=public_order fine=#50-200 officer_count=1 av_recorded=false"),
    OR(300, "fine.collected", 1, 5, "kind=fine amount=#20-200 exception=false"),
    OR(20, "fine.collected", 1, 5, "kind=fine amount=#201-500 exception=false"),
};

static const sw_row over_the_limits[] = {
    OR(250, "case.onspot_decided", 0, 0,
       "category=public_order fine=#501-900 officer_count=2 av_recorded=true"),
    OR(250, "case.onspot_decided", 0, 0,
       "category=public_order fine=#50-200 officer_count=1 av_recorded=false"),
    OR(250, "fine.collected", 1, 5, "kind=fine amount=#201-500 exception=false"),
    OR(250, "invest.action_performed", 0, 0,
       "action=inspect track=administrative officer_count=2 place_kind=shop onspot=true "
       "av_recorded=false"),
    EVENT("property.seized", 1, 20,
          "kind=knife track=administrative onspot=true offsite=false urgent_exam=false "
          "av_recorded=false basis=urgent_onspot"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=goods"),
    EVENT("property.disposed", DAYS(3), DAYS(20), "how=destroyed"),
};

static const sw_row case_with_hearing[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=complex handler_qualified=true "
          "source=found_in_work"),
    FORK(1000, "case file", 20, 200),
    EVENT("case.penalty_informed", DAYS(3), DAYS(9), "hearing_right=true"),
    EVENT("hearing.requested", DAYS(1), DAYS(3), ""),
    EVENT("hearing.held", DAYS(8), DAYS(12), ""),
    LATE("case.decided", DAYS(1), DAYS(6), DAYS(20), DAYS(30),
         "decider=county fine=#4000-5000 detention_days=0 detention_days_total=0 revoke=?300 "
         "category=public_order penalised=true minor=false public_official=true"),
    LATE("notification.made", 600, DAYS(5), DAYS(9), DAYS(12), "audience=supervision_commission"),
    EVENT("case.closed", DAYS(1), DAYS(3), "close_kind=decided"),
};

static const sw_row fast_case[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=plain handler_qualified=true "
          "source=found_in_work"),
    FORK(1000, "case file", 20, 200),
    EVENT("person.brought_in", 5, 60, "role=suspect how=caught fast_track=true age=#18-60"),
    MAYBE(200, "case.progress_recorded", 60, 1000, "kind=fast_track_left"),
    EVENT("case.penalty_informed", 60, 200, "hearing_right=false"),
    LATE("case.decided", 60, 1400, 2900, 3600,
         "decider=county fine=#200-900 detention_days=0 detention_days_total=0 revoke=false "
         "fast_track=true minor=?30 deaf_mute_blind=false hearing_case=false category=public_order "
         "penalised=true public_official=false"),
    EVENT("case.closed", 60, DAYS(2), "close_kind=decided"),
};

static const sw_row old_case[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=complex handler_qualified=true "
          "source=found_in_work"),
    EVENT("file.cabinet_stored", 60, 600, ""),
    EVENT("case.mediated", 60, DAYS(1), "n=1 result=failed performed=false"),
    EVENT("appraisal.excluded_started", DAYS(1), DAYS(2), "appraisal_kind=medical"),
    EVENT("appraisal.excluded_ended", DAYS(1), DAYS(2), "appraisal_kind=medical"),
    EVENT("case.limit_extended", 60, DAYS(1),
          "clock=case add_value=30 add_unit=day approver_level=city ground=complex"),
    EVENT("invest.action_performed", 60, 600,
          "action=question track=administrative officer_count=2 place_kind=case_area role=offender "
          "av_recorded=true age=15 guardian_present=false guardian_unreachable=false minor=true"),
    EVENT("case.penalty_informed", 60, 600, "hearing_right=false"),
    OR(500, "case.decided", 60, 600,
       "decider=station fine=#501-900 detention_days=0 detention_days_total=0 revoke=false "
       "category=public_order penalised=true minor=false public_official=false"),
    OR(500, "case.decided", 60, 600,
       "decider=county fine=#2001-3000 detention_days=5 detention_days_total=5 revoke=false "
       "category=public_order penalised=true minor=false public_official=false"),
    EVENT("coercion.restraint_started", 60, 300,
          "measure=admin_detention days=5 foreign=false exception=true not_executable_group=true"),
    EVENT("coercion.restraint_ended", DAYS(1), DAYS(4), "measure=admin_detention"),
    EVENT("case.closed", 60, DAYS(2), "close_kind=decided"),
};

static const sw_row old_penalty[] = {
    EVENT("case.onspot_decided", 0, 0,
          "category=public_order fine=#201-500 officer_count=2 av_recorded=true"),
    EVENT("fine.collected", 1, 5, "kind=fine amount=#51-200 exception=false"),
};

#define PERSON_CASE (BIND(WHO_PERSON) | BIND(WHO_CASE))

static const sw_life lives[] = {
    {"penalty on the spot", "penalties on the spot", 24, PERSON_CASE, false, false,
     ROWS(penalty_on_the_spot)},
    {"on the spot, over the limits", "penalties on the spot", 2, PERSON_CASE | BIND(WHO_PROPERTY),
     false, false, ROWS(over_the_limits)},
    {"case with a hearing", "administrative cases", 2, PERSON_CASE, true, false,
     ROWS(case_with_hearing)},
    {"fast case", "administrative cases", 4, PERSON_CASE, false, false, ROWS(fast_case)},
    {"case of the year before", "administrative cases", 1,
     PERSON_CASE | BIND(WHO_FILE) | BIND(WHO_APPRAISAL), true, true, ROWS(old_case)},
    {"penalty of the year before", "penalties on the spot", 1, PERSON_CASE, true, true,
     ROWS(old_penalty)},
};

const sw_life_table sw_lives_law2026 = {ROWS(lives)};
