#include "seawall/generate/life.h"

static const sw_row detention[] = {
    EVENT("coercion.detain_approved", 0, 30, ""),
    EVENT("coercion.detained", 10, 90,
          "foreign=false npc_deputy=false fast_track=false captured_elsewhere=?30"),
    FORK(1000, "first day of detention", 0, 0),
    FORK(250, "lawyer asks to meet", DAYS(1), DAYS(2)),
    OR_CALL(300, "arrest asked in 3 days", 0, 0),
    OR_CALL(250, "arrest asked in 7 days", 0, 0),
    OR_CALL(230, "arrest asked in 30 days", 0, 0),
    OR_CALL(150, "straight to prosecution", 0, 0),
    OR_CALL(70, "released from detention", DAYS(1), DAYS(2)),
};

static const sw_row first_day[] = {
    LATE("coercion.jailed", 120, 600, 1450, 1700, "minor=false separate=false"),
    LATE("coercion.interrogated", 30, 400, 1000, 1400, "n=1 place_kind=detention"),
    LATE("notification.made", 10, 300, 600, 1400, "audience=family subject=detention method=phone"),
};

static const sw_row lawyer[] = {
    EVENT("lawyer.requested", 0, 0, "kind=meeting"),
    LATE("lawyer.answered", 300, 2600, 2900, 3600, "kind=meeting action=arranged"),
};

static const sw_row in_3_days[] = {
    LATE("coercion.arrest_requested", 1440, 3600, 5800, 6500, "minor=false"),
    CALL(1000, "procuratorate decides on arrest", 0, 0),
};

static const sw_row in_7_days[] = {
    EVENT("coercion.arrest_request_extended", 1440, 3000,
          "to_days=#5-7 ground=special_circumstances"),
    LATE("coercion.arrest_requested", 1440, 2800, 9000, 9500, "minor=false"),
    CALL(1000, "procuratorate decides on arrest", 0, 0),
};

static const sw_row in_30_days[] = {
    CALL(960, "ground recorded", 60, 200),
    EVENT("coercion.arrest_request_extended", 1440, 3000, "to_days=30 ground=roaming|gang"),
    EVENT("case.progress_recorded", DAYS(6), DAYS(10), "kind=month_plan_approved"),
    LATE("coercion.arrest_requested", DAYS(3), DAYS(15), DAYS(22), DAYS(24), "minor=false"),
    CALL(1000, "procuratorate decides on arrest", 0, 0),
};

static const sw_row direct[] = {
    EVENT("case.direct_chosen", 60, 600, ""),
    EVENT("coercion.arrest_request_extended", 1440, 2000, "to_days=7 ground=special_circumstances"),
    EVENT("case.concluded", 600, 2500, ""),
    CALL(970, "transfer reviewed", 30, 600),
    LATE("case.transferred_prosecution", 300, 2000, 7000, 8000,
         "in_custody=true on_bail=false minor=false"),
};

static const sw_row released_from_detention[] = {
    EVENT("coercion.released", 0, 0, "reason=no_ground"),
    EVENT("case.withdrawn", DAYS(2), DAYS(20), "kind=person reason=no_crime"),
};

static const sw_row arrest_decision[] = {
    OR_CALL(780, "arrest", DAYS(3), 9300),
    OR_CALL(220, "arrest refused", DAYS(3), 9300),
};

static const sw_row arrest_refused[] = {
    EVENT("coercion.arrest_refused", 0, 30, ""),
    OR_CALL(300, "released after refusal", 0, 0),
    OR_CALL(700, "bail", 60, 500),
};

static const sw_row released_after_refusal[] = {
    LATE("coercion.released", 60, 640, 730, 1000, "reason=arrest_refused"),
    EVENT("case.withdrawn", DAYS(2), DAYS(14), "kind=person reason=no_evidence"),
};

static const sw_row arrest[] = {
    EVENT("coercion.arrest_approved", 0, 30, ""),
    EVENT("coercion.arrested", 20, 400, "foreign=false"),
    FORK(1000, "first day of arrest", 0, 0),
    CALL(1000, "work under a plan", 0, 0),
    OR_CALL(680, "prosecution", DAYS(5), DAYS(26)),
    OR_CALL(180, "custody extended", DAYS(2), DAYS(4)),
    OR_CALL(50, "custody begins anew", 0, 0),
    OR_CALL(40, "appraisal in custody", 0, 0),
    OR_CALL(50, "bail", DAYS(5), DAYS(24)),
};

static const sw_row first_day_of_arrest[] = {
    LATE("coercion.interrogated", 60, 700, 1450, 1700, "n=#2-4 place_kind=detention"),
    LATE("notification.made", 10, 500, 800, 1440, "audience=family subject=arrest method=phone"),
};

static const sw_row custody_extended[] = {
    EVENT("case.progress_recorded", DAYS(14), DAYS(20), "kind=new_facts"),
    EVENT("coercion.custody_extension_requested", DAYS(2), DAYS(4), "article=156"),
    EVENT("coercion.custody_extended", DAYS(3), DAYS(7),
          "article=156 add_months=1 authority=city_procuratorate"),
    OR_CALL(750, "prosecution", DAYS(5), DAYS(25)),
    OR_CALL(250, "custody extended by the province", DAYS(15), DAYS(20)),
};

static const sw_row custody_158[] = {
    EVENT("coercion.custody_extended", 0, 60,
          "article=158 add_months=2 authority=provincial_procuratorate"),
    EVENT("case.progress_recorded", DAYS(8), DAYS(20), "kind=new_facts"),
    EVENT("case.progress_recorded", DAYS(14), DAYS(25), "kind=new_facts"),
    OR_CALL(700, "prosecution", DAYS(2), DAYS(18)),
    OR_CALL(300, "custody extended a last time", DAYS(2), DAYS(10)),
};

static const sw_row custody_159[] = {
    EVENT("coercion.custody_extended", 0, 60,
          "article=159 add_months=2 authority=provincial_procuratorate"),
    EVENT("case.progress_recorded", DAYS(14), DAYS(25), "kind=new_facts"),
    CALL(1000, "prosecution", DAYS(5), DAYS(25)),
};

static const sw_row custody_anew[] = {
    EVENT("case.progress_recorded", DAYS(10), DAYS(20), "kind=new_major_crime"),
    EVENT("coercion.custody_restarted", 60, 1000, "reason=new_major_crime from=@"),
    EVENT("case.progress_recorded", DAYS(14), DAYS(25), "kind=new_facts"),
    CALL(1000, "prosecution", DAYS(5), DAYS(25)),
};

static const sw_row appraisal_in_custody[] = {
    EVENT("appraisal.excluded_started", DAYS(2), DAYS(6), "appraisal_kind=psychiatric"),
    EVENT("appraisal.excluded_ended", DAYS(10), DAYS(18), "appraisal_kind=psychiatric"),
    EVENT("case.progress_recorded", 60, 1000, "kind=social_report"),
    EVENT("appraisal.document_issued", 60, 2000,
          "appraisal_kind=psychiatric not_responsible=false final=true used_as_evidence=true"),
    CALL(1000, "prosecution", DAYS(5), DAYS(20)),
};

static const sw_row prosecution[] = {
    EVENT("case.concluded", 0, 60, ""),
    CALL(970, "transfer reviewed", 30, 600),
    LATE("case.transferred_prosecution", 300, DAYS(5), DAYS(8), DAYS(11),
         "in_custody=true on_bail=false property_held=?300 minor=false"),
    OR_CALL(150, "supplement", DAYS(20), DAYS(40)),
    OR_CALL(50, "no prosecution", DAYS(20), DAYS(40)),
    OR(800, "notice.received", DAYS(20), DAYS(45), "notice_kind=indicted procedure=ordinary"),
};

static const sw_row supplement[] = {
    EVENT("case.returned_supplement", 0, 60, "n=1"),
    LATE("case.resubmitted", DAYS(10), DAYS(27), DAYS(33), DAYS(40), "n=1 in_custody=true"),
};

static const sw_row no_prosecution[] = {
    EVENT("case.nonprosecution_received", 0, 60, "in_custody=true"),
    LATE("coercion.released", 30, 600, 730, 900, "reason=not_prosecuted"),
    EVENT("case.withdrawn", DAYS(3), DAYS(30), "kind=person reason=not_prosecuted"),
};

static const sw_row bail[] = {
    EVENT("coercion.bail_started", 0, 30,
          "guarantor=?600 deposit=1000 foreign=false npc_deputy=false"),
    EVENT("coercion.bail_executed", 60, 1400, "reported=true"),
    CALL(350, "deposit", 10, 300),
    CALL(1000, "work under a plan", 0, 0),
    CALL(550, "work goes on", 0, 0),
    OR_CALL(640, "prosecution on bail", DAYS(5), DAYS(24)),
    OR_CALL(190, "bail ended", DAYS(2), DAYS(10)),
    OR_CALL(20, "bail too long", 0, 0),
    OR_CALL(150, "withdrawn on bail", DAYS(2), DAYS(20)),
};

static const sw_row deposit[] = {
    EVENT("coercion.deposit_ordered", 0, 10, "amount=#1000-20000 minor=false"),
    OR(970, "coercion.deposit_paid", 30, 1400, "amount=#1000-20000 channel=designated_bank"),
    OR(30, "coercion.deposit_paid", 30, 1400, "amount=#1000-20000 channel=cash"),
};

static const sw_row prosecution_on_bail[] = {
    EVENT("case.concluded", 0, 60, ""),
    EVENT("coercion.bail_ended", 300, 2000, "reason=taken_over violation=false"),
    CALL(970, "transfer reviewed", 30, 600),
    LATE("case.transferred_prosecution", 30, DAYS(3), DAYS(8), DAYS(11),
         "in_custody=false on_bail=true property_held=?200 minor=false"),
    CALL(150, "supplement on bail", DAYS(20), DAYS(28)),
};

static const sw_row work_under_plan[] = {
    EVENT("case.progress_recorded", DAYS(8), DAYS(18), "kind=month_plan_approved"),
};

static const sw_row work_goes_on[] = {
    LATE("case.progress_recorded", DAYS(10), DAYS(25), DAYS(31), DAYS(36),
         "kind=new_facts|party_came_in|all_acts_covered"),
    CALL(700, "work goes on", 0, 0),
};

static const sw_row bail_too_long[] = {
    EVENT("case.progress_recorded", DAYS(20), DAYS(28), "kind=suspect_at_large"),
    EVENT("coercion.bail_ended", DAYS(330), DAYS(350), "reason=expired violation=false"),
    EVENT("case.withdrawn", DAYS(5), DAYS(30), "kind=person reason=no_evidence"),
};

static const sw_row supplement_on_bail[] = {
    EVENT("case.returned_supplement", 0, 60, "n=1"),
    LATE("case.resubmitted", DAYS(10), DAYS(27), DAYS(34), DAYS(40), "n=1 in_custody=false"),
};

static const sw_row bail_ended[] = {
    EVENT("coercion.bail_ended", 0, 60, "reason=expired violation=false"),
    LATE("case.withdrawn", DAYS(2), DAYS(18), DAYS(370), DAYS(380),
         "kind=person reason=no_evidence"),
};

static const sw_row withdrawn_on_bail[] = {
    EVENT("case.withdrawn", 0, 60, "kind=case reason=no_crime"),
    LATE("coercion.bail_ended", 20, 640, 730, 1200, "reason=withdrawn violation=false"),
};

static const sw_row surveillance[] = {
    OR(690, "coercion.rs_started", 0, 30,
       "designated=false place_kind=home has_fixed_home=true foreign=false npc_deputy=false"),
    OR(290, "coercion.rs_started", 0, 30,
       "designated=true place_kind=hostel has_fixed_home=false foreign=false npc_deputy=false"),
    OR(20, "coercion.rs_started", 0, 30,
       "designated=true place_kind=case_centre|office has_fixed_home=false foreign=false "
       "npc_deputy=false"),
    LATE("notification.made", 60, 1200, 1450, 1800, "audience=family subject=detention"),
    EVENT("coercion.rs_executed", 60, 600, ""),
    CALL(1000, "work under a plan", 0, 0),
    CALL(500, "work goes on", 0, 0),
    LATE("coercion.rs_ended", DAYS(5), DAYS(24), DAYS(160), DAYS(170), "reason=taken_over"),
    CALL(970, "transfer reviewed", 30, 600),
    EVENT("case.transferred_prosecution", 60, 2000, "in_custody=false on_bail=false"),
};

static const sw_life lives[] = {
    {"detention", "detentions", 0, 0, false, false, ROWS(detention)},
    {"first day of detention", NULL, 0, 0, false, false, ROWS(first_day)},
    {"lawyer asks to meet", NULL, 0, 0, false, false, ROWS(lawyer)},
    {"arrest asked in 3 days", NULL, 0, 0, false, false, ROWS(in_3_days)},
    {"arrest asked in 7 days", NULL, 0, 0, false, false, ROWS(in_7_days)},
    {"arrest asked in 30 days", NULL, 0, 0, false, false, ROWS(in_30_days)},
    {"straight to prosecution", NULL, 0, 0, false, false, ROWS(direct)},
    {"released from detention", NULL, 0, 0, false, false, ROWS(released_from_detention)},
    {"procuratorate decides on arrest", NULL, 0, 0, false, false, ROWS(arrest_decision)},
    {"arrest refused", NULL, 0, 0, false, false, ROWS(arrest_refused)},
    {"released after refusal", NULL, 0, 0, false, false, ROWS(released_after_refusal)},
    {"arrest", "arrests", 0, 0, false, false, ROWS(arrest)},
    {"first day of arrest", NULL, 0, 0, false, false, ROWS(first_day_of_arrest)},
    {"custody extended", NULL, 0, 0, false, false, ROWS(custody_extended)},
    {"custody extended by the province", NULL, 0, 0, false, false, ROWS(custody_158)},
    {"custody extended a last time", NULL, 0, 0, false, false, ROWS(custody_159)},
    {"custody begins anew", NULL, 0, 0, false, false, ROWS(custody_anew)},
    {"appraisal in custody", NULL, 0, BIND(WHO_APPRAISAL), false, false,
     ROWS(appraisal_in_custody)},
    {"prosecution", NULL, 0, BIND(WHO_NOTICE), false, false, ROWS(prosecution)},
    {"supplement", NULL, 0, 0, false, false, ROWS(supplement)},
    {"no prosecution", NULL, 0, 0, false, false, ROWS(no_prosecution)},
    {"bail", "bails", 0, 0, false, false, ROWS(bail)},
    {"deposit", NULL, 0, 0, false, false, ROWS(deposit)},
    {"prosecution on bail", NULL, 0, 0, false, false, ROWS(prosecution_on_bail)},
    {"supplement on bail", NULL, 0, 0, false, false, ROWS(supplement_on_bail)},
    {"work under a plan", NULL, 0, 0, false, false, ROWS(work_under_plan)},
    {"work goes on", NULL, 0, 0, false, false, ROWS(work_goes_on)},
    {"bail ended", NULL, 0, 0, false, false, ROWS(bail_ended)},
    {"bail too long", NULL, 0, 0, false, false, ROWS(bail_too_long)},
    {"withdrawn on bail", NULL, 0, 0, false, false, ROWS(withdrawn_on_bail)},
    {"residential surveillance", "residential surveillances", 0, 0, false, false,
     ROWS(surveillance)},
};

const sw_life_table sw_lives_custody = {ROWS(lives)};
