/* Acts that need another one before them: done as the law wants, and now and then not. */
#include "seawall/generate/life.h"

static const sw_row transfer_reviewed[] = {
    EVENT("review.approved", 0, 0,
          "subject=transfer reviewer_is_handler=false legal_qualification=true "
          "levels_complete=true level=legal_brigade"),
};

static const sw_row ground_recorded[] = {
    EVENT("case.progress_recorded", 0, 0, "kind=ground_roaming|ground_multiple|ground_gang"),
};

static const sw_row deputy[] = {
    EVENT("case.filed", 0, 0, "category=fraud contested=false major_matter=true"),
    EVENT("major_matter.filed", 60, 600, "matter_id=#100000-999999 category=deputy"),
    FORK(1000, "case file", 20, 200),
    MAYBE(500, "approval.granted", 60, 600,
          "subject=npc_permission level=superior required_level=bureau approver_is_handler=false"),
    EVENT("coercion.hold_started", 60, 600,
          "measure=forced_appearance arrived_at=@-5m npc_deputy=true"),
    EVENT("coercion.hold_ended", 120, 600, "measure=forced_appearance"),
    EVENT("coercion.detain_approved", DAYS(1), DAYS(2), ""),
    EVENT("coercion.detained", 10, 90,
          "foreign=false npc_deputy=true fast_track=false captured_elsewhere=false"),
    FORK(1000, "first day of detention", 0, 0),
    EVENT("coercion.bail_started", DAYS(1), DAYS(2),
          "guarantor=true deposit=1000 foreign=false npc_deputy=true"),
    EVENT("coercion.bail_ended", DAYS(5), DAYS(9), "reason=changed violation=false"),
    EVENT("coercion.rs_started", 10, 60,
          "designated=false place_kind=home has_fixed_home=true foreign=false npc_deputy=true"),
    EVENT("notification.made", 60, 600, "audience=family subject=detention"),
    EVENT("coercion.rs_ended", DAYS(5), DAYS(9), "reason=no_need"),
    EVENT("case.withdrawn", 60, DAYS(1), "kind=case reason=no_crime"),
};

static const sw_row designated[] = {
    EVENT("case.filed", 0, 0, "category=violent contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    MAYBE(500, "approval.granted", 60, 600,
          "subject=designated_residence level=superior required_level=bureau "
          "approver_is_handler=false"),
    EVENT("coercion.rs_started", 60, 600,
          "designated=true place_kind=hostel has_fixed_home=true foreign=false npc_deputy=false"),
    EVENT("notification.made", 60, 600, "audience=family subject=detention"),
    EVENT("coercion.rs_ended", DAYS(9), DAYS(20), "reason=no_need"),
    EVENT("case.withdrawn", 60, DAYS(1), "kind=case reason=no_crime"),
};

static const sw_row minor_punished[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=plain handler_qualified=true "
          "source=found_in_work"),
    FORK(1000, "case file", 20, 200),
    EVENT("case.penalty_informed", 600, DAYS(3), "hearing_right=false"),
    MAYBE(600, "notification.made", 5, 60, "audience=guardian subject=penalty_notice"),
    EVENT("case.decided", 60, DAYS(1),
          "decider=county fine=#100-500 detention_days=0 detention_days_total=0 revoke=false "
          "category=public_order penalised=true minor=true public_official=false"),
    EVENT("case.closed", 60, DAYS(1), "close_kind=decided"),
};

static const sw_row summoned_again[] = {
    EVENT("case.filed", 0, 0, "category=theft contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.hold_started", 60, 600, "measure=summon arrived_at=@-5m npc_deputy=false"),
    EVENT("coercion.hold_ended", 400, 700, "measure=summon"),
    EVENT("coercion.hold_started", 0, 600, "measure=summon arrived_at=@-5m npc_deputy=false"),
    EVENT("coercion.hold_ended", 400, 700, "measure=summon"),
    EVENT("case.closed", DAYS(5), DAYS(20), "close_kind=suspended"),
};

static const sw_row warrant[] = {
    MAYBE(600, "approval.granted", 0, 0,
          "subject=onspot_measure level=bureau required_level=bureau approver_is_handler=false "
          "legal_review_required=false"),
    EVENT("doc.signed", 5, 60,
          "doc_kind=warrant paper=true start_at=@-5m end_at=@ approval_required=true "
          "av_required=false"),
};

static const sw_row faulty_record[] = {
    EVENT("case.filed", 0, 0, "category=theft contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    EVENT("place.entered", 60, 600, "-incident_id"),
    EVENT("place.exited", 60, 100, "belongings_held=false"),
    EVENT("doc.signed", 20, 40,
          "doc_kind=record paper=false start_at=@-170m end_at=@ approval_required=false "
          "av_required=false"),
    EVENT("case.closed", DAYS(5), DAYS(20), "close_kind=suspended"),
};

static const sw_row major_decision[] = {
    MAYBE(700, "decision.legality_checked", 0, 0, "passed=true"),
    EVENT("decision.made", 60, DAYS(3), "matter=rule"),
};

static const sw_row deduction[] = {
    MAYBE(600, "warning.verified", 0, 0, "result=confirmed severity=minor"),
    EVENT("points.booked", 60, DAYS(2), "points=-2 rule_id=quality"),
};

static const sw_row vice[] = {
    EVENT("incident.received", 0, 0, "channel=110|phone category=gambling urgent=false"),
    EVENT("incident.registered", 0, 3,
          "category=gambling|prostitution class=offence jurisdiction=own urgent=false"),
    EVENT("incident.feedback_submitted", 60, 200,
          "category_final=dispute result_code=#1-9 injury=false weapon=false "
          "callback_required=false"),
};

#define PERSON_CASE (BIND(WHO_PERSON) | BIND(WHO_CASE))

static const sw_life lives[] = {
    {"transfer reviewed", NULL, 0, BIND(WHO_REQUEST), false, false, ROWS(transfer_reviewed)},
    {"ground recorded", NULL, 0, 0, false, false, ROWS(ground_recorded)},
    {"deputy of a congress", "criminal cases", 1, PERSON_CASE | BIND(WHO_REQUEST), true, false,
     ROWS(deputy)},
    {"designated residence", "criminal cases", 1, PERSON_CASE | BIND(WHO_REQUEST), true, false,
     ROWS(designated)},
    {"minor punished", "administrative cases", 2, PERSON_CASE, true, false, ROWS(minor_punished)},
    {"summoned again", "criminal cases", 1, PERSON_CASE, false, false, ROWS(summoned_again)},
    {"warrant", "warrants", 2, PERSON_CASE | BIND(WHO_DOC) | BIND(WHO_REQUEST), true, false,
     ROWS(warrant)},
    {"record of somebody who had left", "faults found by patrols", 1,
     PERSON_CASE | BIND(WHO_DOC) | BIND(WHO_VISIT), true, false, ROWS(faulty_record)},
    {"major decision", "training and meetings", 2, BIND(WHO_ORDER), true, false,
     ROWS(major_decision)},
    {"deduction of points", "warnings in the loop", 2, BIND(WHO_WARNING), true, false,
     ROWS(deduction)},
    {"report of vice", "incidents", 8, BIND(WHO_INCIDENT), false, false, ROWS(vice)},
};

const sw_life_table sw_lives_before = {ROWS(lives)};
