#include "seawall/generate/life.h"

static const sw_row report[] = {
    EVENT("report.received", 0, 0, "mode=walk_in|walk_in|letter|email|fax new_facts=?50"),
    EVENT("report.registered", 5, 60,
          "track=criminal category=theft|injury|fraud jurisdiction=own materials_complete=true"),
    LATE("report.receipt_issued", 1, 20, 110, 300, ""),
    OR(900, "report.routed", 10, 200, "decision=own within_own_jurisdiction=true"),
    OR(85, "report.routed", 10, 200, "decision=other_police within_own_jurisdiction=false"),
    OR(15, "report.routed", 10, 200, "decision=other_police within_own_jurisdiction=true"),
    OR_CALL(560, "report filed", 600, 3300),
    OR_CALL(150, "filing review of 7 days", 0, 0),
    OR_CALL(60, "filing review of 30 days", 0, 0),
    OR_CALL(200, "report not filed", 600, 3300),
    OR(30, "case.transferred_out", 600, 3300, "urgent=false"),
};

static const sw_row report_filed[] = {CALL(1000, "criminal case", 0, 30)};

static const sw_row review_7[] = {
    EVENT("case.review_extended", 600, 3000, "tier=verify7"),
    LATE("person.brought_in", 600, 1440, DAYS(9), DAYS(12), "role=suspect how=asked age=#18-60"),
    CALL(1000, "report filed", 1440, 3500),
};

static const sw_row review_30[] = {
    EVENT("case.review_extended", 600, 3000, "tier=major30"),
    CALL(1000, "report filed", DAYS(8), DAYS(25)),
};

static const sw_row report_not_filed[] = {
    EVENT("case.not_filed", 0, 30, "has_complainant=?600 contested=?100 reason=no_crime"),
    EVENT("doc.served", 60, 2000, "doc_kind=not_filing_notice to_role=complainant"),
};

static const sw_row economic_report[] = {
    EVENT("report.received", 0, 0, "mode=walk_in|letter new_facts=false"),
    EVENT("report.registered", 10, 90,
          "track=criminal category=economic jurisdiction=own materials_complete=true"),
    EVENT("report.receipt_issued", 1, 20, ""),
    OR_CALL(450, "economic case", DAYS(2), DAYS(5)),
    OR_CALL(350, "economic review of 30 days", 0, 0),
    OR(200, "case.not_filed", DAYS(2), DAYS(5), "has_complainant=true category=economic"),
};

static const sw_row economic_review[] = {
    EVENT("case.review_extended", DAYS(2), DAYS(5), "tier=major30"),
    CALL(500, "economic review of 60 days", 0, 0),
    CALL(1000, "economic case", DAYS(8), DAYS(18)),
};

static const sw_row economic_review_60[] = {
    EVENT("case.review_extended", DAYS(8), DAYS(15), "tier=special30"),
};

static const sw_row economic_case[] = {
    EVENT("case.filed", 0, 30, "category=economic contested=false major_matter=?100"),
    FORK(1000, "case file", 30, 300),
    OR_CALL(700, "economic suspect", DAYS(2), DAYS(20)),
    OR_CALL(300, "economic case without a measure", 0, 0),
};

static const sw_row economic_suspect[] = {
    EVENT("person.brought_in", 0, 0, "role=suspect how=summoned age=#25-60"),
    EVENT("coercion.bail_started", 120, 600, "guarantor=true foreign=false npc_deputy=false"),
    CALL(1000, "work under a plan", 0, 0),
    CALL(800, "work goes on", 0, 0),
    LATE("coercion.bail_ended", DAYS(3), DAYS(20), DAYS(330), DAYS(345), "reason=no_need"),
    CALL(800, "work goes on", 0, 0),
    OR(600, "case.transferred_prosecution", DAYS(3), DAYS(25), "in_custody=false on_bail=false"),
    OR(400, "case.withdrawn", DAYS(3), DAYS(25), "kind=case reason=no_crime"),
};

static const sw_row economic_open[] = {
    CALL(1000, "month plan", DAYS(10), DAYS(24)),
    CALL(900, "work goes on", 0, 0),
    LATE("case.withdrawn", DAYS(5), DAYS(25), DAYS(700), DAYS(740),
         "kind=case reason=no_crime person_ids=[]"),
};

static const sw_row minor_report[] = {
    EVENT("report.received", 0, 0, "mode=walk_in new_facts=false"),
    EVENT("report.registered", 2, 20,
          "track=criminal category=minor_sexual jurisdiction=own materials_complete=true"),
    EVENT("report.receipt_issued", 1, 20, ""),
    CALL(1000, "report filed", 120, DAYS(6)),
};

static const sw_row criminal_case[] = {
    OR(940, "case.filed", 0, 10,
       "category=theft|fraud|violent|injury contested=?50 major_matter=false"),
    OR_CALL(60, "major case filed", 0, 10),
    FORK(15, "somebody asks about the case", DAYS(1), DAYS(9)),
    FORK(1000, "case file", 20, 200),
    FORK(350, "property in a criminal case", 30, 3000),
    FORK(300, "review of a case", 60, 3000),
    OR(980, "case.level_set", 10, 200, "handled_level=station required_level=station"),
    OR(20, "case.level_set", 10, 200, "handled_level=station required_level=county"),
    OR_CALL(550, "case solved", 0, 0),
    OR_CALL(450, "case unsolved", 0, 0),
};

static const sw_row major_filed[] = {
    EVENT("case.filed", 0, 0, "category=fraud|violent contested=?50 major_matter=true"),
    LATE("major_matter.filed", 60, 1200, 1460, 2600, "matter_id=#100000-999999 category=violent"),
};

static const sw_row outside_inquiry[] = {
    EVENT("case.progress_recorded", 0, 0, "kind=outside_inquiry -person_id"),
    LATE("interference.recorded", 30, 1300, 1460, 2600, ""),
};

static const sw_row case_solved[] = {
    MAYBE(500, "case.progress_recorded", 600, DAYS(5), "kind=new_facts -person_id"),
    FORK(200, "suspect", DAYS(1), DAYS(3)),
    CALL(1000, "suspect", 60, DAYS(2)),
    EVENT("case.closed", DAYS(8), DAYS(25), "close_kind=judged"),
};

static const sw_row case_unsolved[] = {
    CALL(1000, "investigation", 0, 0),
    CALL(970, "month plan", DAYS(2), DAYS(10)),
    CALL(500, "work goes on", 0, 0),
    EVENT("case.closed", DAYS(3), DAYS(20), "close_kind=suspended"),
};

static const sw_row investigation[] = {
    LATE("case.progress_recorded", DAYS(4), DAYS(16), DAYS(32), DAYS(40),
         "kind=party_came_in|all_acts_covered|new_facts -person_id"),
};

static const sw_row month_plan[] = {
    MAYBE(400, "case.limit_extended", 0, 60,
          "clock=case add_value=1 add_unit=month approver_level=county"),
    EVENT("case.progress_recorded", 60, 2000, "kind=month_plan_approved"),
};

static const sw_row suspect[] = {
    EVENT("person.brought_in", 0, 0,
          "role=suspect how=summoned|caught|came age=#16-70 sex=F|M|M|M"),
    FORK(1000, "visit of a suspect", 2, 10),
    CALL(1000, "summons", 0, 0),
    OR_CALL(460, "detention", 5, 60),
    OR_CALL(380, "bail", 20, 100),
    OR_CALL(40, "residential surveillance", 20, 100),
    OR_CALL(120, "", 0, 0),
};

static const sw_row summons[] = {
    OR(985, "coercion.hold_started", 2, 10,
       "measure=summon|summon|forced_appearance arrived_at=@-5m npc_deputy=false"),
    OR(15, "coercion.hold_started", 2, 10,
       "measure=summon arrived_at=@-5m npc_deputy=false -case_id"),
    EVENT("person.rights_informed", 5, 20, ""),
    FORK(1000, "interrogation", 20, 200),
    OR_CALL(850, "summons of 12 hours", 0, 0),
    OR_CALL(150, "summons of 24 hours", 0, 0),
};

static const sw_row summons_12[] = {
    LATE("coercion.hold_ended", 120, 640, 730, 900, "measure=summon"),
};

static const sw_row summons_24[] = {
    EVENT("coercion.hold_extended", 400, 660,
          "measure=summon to_hours=24 approver_level=unit_leader"),
    LATE("coercion.hold_ended", 120, 690, 850, 1100, "measure=summon"),
};

static const sw_row interrogation[] = {
    OR(960, "invest.action_performed", 0, 30,
       "action=interrogate track=criminal officer_count=2 auxiliary_count=#0-1 "
       "place_kind=case_area "
       "av_recorded=true major_crime=?100 minor=false person_jailed=false"),
    OR(10, "invest.action_performed", 0, 30,
       "action=interrogate track=criminal officer_count=1 auxiliary_count=1 place_kind=case_area "
       "av_recorded=true major_crime=false minor=false person_jailed=false"),
    OR(8, "invest.action_performed", 0, 30,
       "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=false "
       "major_crime=true minor=false person_jailed=false"),
    OR(12, "invest.action_performed", 0, 30,
       "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=true "
       "major_crime=false minor=true guardian_present=false person_jailed=false"),
    OR(10, "invest.action_performed", 0, 30,
       "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=true "
       "major_crime=false minor=false person_jailed=true"),
    EVENT("doc.signed", 30, 120,
          "doc_kind=interrogation_record paper=false start_at=@-25m end_at=@ "
          "approval_required=false av_required=true"),
    LATE("av.linked", 20, 700, 1460, 2000, "target=interrogation covers=true"),
};

static const sw_row case_file[] = {
    LATE("file.cabinet_opened", 2, 900, 1300, 2000, "method=fingerprint|qr authorised=true"),
    EVENT("file.cabinet_stored", 1, 4, ""),
    LATE("file.cabinet_closed", 1, 3, 11, 40, ""),
    FORK(8, "cabinet opened without authority", DAYS(1), DAYS(20)),
    CALL(300, "file on loan", DAYS(1), DAYS(10)),
    EVENT("file.compared", DAYS(5), DAYS(30), "mismatch=0|0|0|0|0|0|0|0|0|2 complete=?970"),
    EVENT("file.archived", DAYS(60), DAYS(150), ""),
};

static const sw_row cabinet_forced[] = {EVENT("file.unauthorised_opened", 0, 600, "")};

static const sw_row file_on_loan[] = {
    EVENT("file.checked_out", 0, 600, "due_at=@+5d"),
    LATE("file.checked_in", DAYS(1), DAYS(5), DAYS(9), DAYS(14), ""),
};

static const sw_row review_of_case[] = {
    EVENT("review.requested", 0, 0, "subject=custody_necessity"),
    OR(985, "review.approved", 60, 600,
       "subject=filing reviewer_is_handler=false legal_qualification=true levels_complete=false "
       "level=legal_officer"),
    OR_CALL(15, "", 0, 0),
    OR(985, "review.approved", 60, 600,
       "subject=filing reviewer_is_handler=false legal_qualification=true levels_complete=false "
       "level=unit_leader"),
    OR_CALL(15, "", 0, 0),
    OR(970, "review.approved", 60, 1000,
       "subject=filing reviewer_is_handler=false legal_qualification=true levels_complete=true "
       "level=legal_brigade"),
    OR(15, "review.approved", 60, 1000,
       "subject=filing reviewer_is_handler=true legal_qualification=true levels_complete=true "
       "level=legal_brigade"),
    OR_CALL(15, "", 0, 0),
    OR(960, "approval.granted", 60, 1500,
       "subject=collective_discussion level=bureau required_level=bureau "
       "approver_is_handler=false legal_review_required=true"),
    OR(25, "approval.granted", 60, 1500,
       "subject=collective_discussion level=superior required_level=bureau "
       "approver_is_handler=false"),
    OR(15, "approval.granted", 60, 1500,
       "subject=onspot_measure level=bureau required_level=bureau approver_is_handler=true"),
    OR(970, "case.graded", DAYS(10), DAYS(60), "grade=quality|ordinary|ordinary"),
    OR(30, "case.graded", DAYS(10), DAYS(60), "grade=poor"),
};

static const sw_life lives[] = {
    {"report", "reports", 66, BIND(WHO_REPORT) | BIND(WHO_CASE), false, false, ROWS(report)},
    {"report filed", "criminal cases", 0, 0, false, false, ROWS(report_filed)},
    {"filing review of 7 days", NULL, 0, BIND(WHO_PERSON), false, false, ROWS(review_7)},
    {"filing review of 30 days", NULL, 0, 0, false, false, ROWS(review_30)},
    {"report not filed", NULL, 0, BIND(WHO_DOC), false, false, ROWS(report_not_filed)},
    {"economic report", "economic reports", 8, BIND(WHO_REPORT) | BIND(WHO_CASE), true, false,
     ROWS(economic_report)},
    {"economic review of 30 days", NULL, 0, 0, false, false, ROWS(economic_review)},
    {"economic review of 60 days", NULL, 0, 0, false, false, ROWS(economic_review_60)},
    {"economic case", "criminal cases", 0, 0, false, false, ROWS(economic_case)},
    {"economic suspect", NULL, 0, BIND(WHO_PERSON), false, false, ROWS(economic_suspect)},
    {"economic case without a measure", NULL, 0, 0, false, false, ROWS(economic_open)},
    {"report of a crime against a minor", "reports", 2, BIND(WHO_REPORT) | BIND(WHO_CASE), false,
     false, ROWS(minor_report)},
    {"criminal case", NULL, 0, 0, false, false, ROWS(criminal_case)},
    {"major case filed", NULL, 0, 0, false, false, ROWS(major_filed)},
    {"somebody asks about the case", NULL, 0, 0, false, false, ROWS(outside_inquiry)},
    {"case solved", NULL, 0, 0, false, false, ROWS(case_solved)},
    {"case unsolved", NULL, 0, 0, false, false, ROWS(case_unsolved)},
    {"investigation", NULL, 0, 0, false, false, ROWS(investigation)},
    {"month plan", NULL, 0, 0, false, false, ROWS(month_plan)},
    {"suspect", "suspects", 0, BIND(WHO_PERSON), false, false, ROWS(suspect)},
    {"summons", NULL, 0, 0, false, false, ROWS(summons)},
    {"summons of 12 hours", NULL, 0, 0, false, false, ROWS(summons_12)},
    {"summons of 24 hours", NULL, 0, 0, false, false, ROWS(summons_24)},
    {"interrogation", NULL, 0, BIND(WHO_DOC) | BIND(WHO_CLIP), false, false, ROWS(interrogation)},
    {"case file", NULL, 0, BIND(WHO_FILE), false, false, ROWS(case_file)},
    {"cabinet opened without authority", NULL, 0, 0, false, false, ROWS(cabinet_forced)},
    {"file on loan", NULL, 0, 0, false, false, ROWS(file_on_loan)},
    {"review of a case", NULL, 0, BIND(WHO_REQUEST), false, false, ROWS(review_of_case)},
};

const sw_life_table sw_lives_criminal = {ROWS(lives)};
