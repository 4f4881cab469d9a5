/* What a county sees a few times a year, so that every rule has something to say in a thousand
 * lives: each has one card in the deck. */
#include "seawall/generate/life.h"

static const sw_row foreign_detained[] = {
    EVENT("case.filed", 0, 30, "category=violent contested=false major_matter=true"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.detain_approved", 10, 60, ""),
    EVENT("coercion.detained", 60, 300,
          "foreign=true npc_deputy=false fast_track=true captured_elsewhere=true"),
    FORK(1000, "first day of detention", 0, 0),
    LATE("notification.made", 300, 1200, 2900, 4000,
         "audience=provincial_bureau subject=foreign_suspect"),
    CALL(960, "ground recorded", 60, 200),
    EVENT("coercion.arrest_request_extended", 300, 600, "to_days=30 ground=gang"),
    EVENT("coercion.arrest_requested", 600, 1400, "minor=false"),
    EVENT("coercion.arrest_approved", DAYS(3), DAYS(5), ""),
    EVENT("coercion.arrested", 20, 300, "foreign=true"),
    FORK(1000, "first day of arrest", 0, 0),
    EVENT("notification.made", 300, 2000, "audience=provincial_bureau subject=foreign_suspect"),
    CALL(1000, "work under a plan", 0, 0),
    EVENT("coercion.bail_started", DAYS(5), DAYS(20),
          "guarantor=true deposit=5000 foreign=true npc_deputy=false"),
    EVENT("notification.made", 300, 2000, "audience=provincial_bureau subject=foreign_suspect"),
    CALL(1000, "work goes on", 0, 0),
    EVENT("coercion.rs_started", DAYS(3), DAYS(10),
          "designated=true place_kind=hostel has_fixed_home=false foreign=true npc_deputy=false"),
    EVENT("case.progress_recorded", 60, 600, "kind=family_unreachable"),
    EVENT("case.progress_recorded", DAYS(2), DAYS(5), "kind=notify_obstacle_gone"),
    EVENT("notification.made", 60, 300, "audience=family subject=detention"),
    EVENT("notification.made", 100, 600, "audience=provincial_bureau subject=foreign_suspect"),
    CALL(1000, "work goes on", 0, 0),
    EVENT("coercion.bail_ended", 60, 1000, "reason=changed violation=false"),
    EVENT("coercion.rs_ended", DAYS(3), DAYS(20), "reason=taken_over"),
    CALL(970, "transfer reviewed", 30, 600),
    EVENT("case.transferred_prosecution", DAYS(1), DAYS(4), "in_custody=false on_bail=false"),
};

static const sw_row long_custody[] = {
    EVENT("case.filed", 0, 30, "category=violent contested=false major_matter=true"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.hold_started", 20, 100, "measure=summon arrived_at=@-5m npc_deputy=false"),
    EVENT("coercion.hold_extended", 400, 660, "measure=summon to_hours=24 approver_level=county"),
    EVENT("coercion.detain_approved", 10, 60, ""),
    EVENT("coercion.detained", 60, 300,
          "foreign=false npc_deputy=false fast_track=false captured_elsewhere=false"),
    EVENT("coercion.jailed", 60, 300, "minor=false separate=false"),
    EVENT("coercion.interrogated", 30, 300, "n=1 place_kind=detention"),
    EVENT("case.progress_recorded", 10, 100, "kind=notify_obstructs_investigation"),
    EVENT("appraisal.excluded_started", 200, 600, "appraisal_kind=psychiatric"),
    EVENT("case.progress_recorded", DAYS(2), DAYS(4), "kind=notify_obstacle_gone"),
    EVENT("notification.made", 60, 300, "audience=family subject=detention"),
    EVENT("appraisal.excluded_ended", DAYS(5), DAYS(8), "appraisal_kind=psychiatric"),
    EVENT("coercion.arrest_request_extended", 60, 600, "to_days=#5-7 ground=special_circumstances"),
    EVENT("coercion.arrest_requested", 60, 1000, "minor=false"),
    EVENT("coercion.arrest_approved", DAYS(3), DAYS(5), ""),
    EVENT("coercion.arrested", 20, 300, "foreign=false"),
    EVENT("coercion.interrogated", 30, 300, "n=2 place_kind=detention"),
    EVENT("case.progress_recorded", 60, 300, "kind=family_unreachable"),
    EVENT("person.identity_confirmed", DAYS(2), DAYS(8), ""),
    EVENT("coercion.custody_restarted", 60, 600, "reason=identity_established from=@"),
    EVENT("case.progress_recorded", 60, 300, "kind=notify_obstacle_gone"),
    EVENT("notification.made", 60, 300, "audience=family subject=arrest"),
    EVENT("case.progress_recorded", DAYS(10), DAYS(20), "kind=month_plan_approved"),
    EVENT("appraisal.excluded_started", DAYS(5), DAYS(10), "appraisal_kind=psychiatric"),
    EVENT("appraisal.excluded_ended", DAYS(10), DAYS(20), "appraisal_kind=psychiatric"),
    EVENT("coercion.custody_extended", DAYS(14), DAYS(20),
          "article=156 add_months=1 authority=city_procuratorate"),
    EVENT("case.progress_recorded", 60, 1000, "kind=new_facts"),
    EVENT("coercion.custody_extended", DAYS(20), DAYS(25),
          "article=158 add_months=2 authority=provincial_procuratorate"),
    EVENT("case.progress_recorded", 60, 1000, "kind=new_facts"),
    EVENT("coercion.custody_extended", DAYS(20), DAYS(25),
          "article=159 add_months=2 authority=provincial_procuratorate"),
    EVENT("case.progress_recorded", 60, 1000, "kind=new_facts"),
    EVENT("coercion.custody_extended", DAYS(20), DAYS(25),
          "article=157 add_months=2 authority=npc_standing_committee"),
    EVENT("case.concluded", DAYS(1), DAYS(4), ""),
    CALL(970, "transfer reviewed", 30, 600),
    EVENT("case.transferred_prosecution", DAYS(1), DAYS(5), "in_custody=true on_bail=false"),
    EVENT("case.returned_supplement", DAYS(20), DAYS(30), "n=1"),
    EVENT("case.resubmitted", DAYS(10), DAYS(25), "n=1 in_custody=true"),
    EVENT("case.nonprosecution_received", DAYS(20), DAYS(30), "in_custody=true"),
    LATE("coercion.released", 60, 600, 730, 900, "reason=not_prosecuted"),
};

static const sw_row withdrawn_in_custody[] = {
    EVENT("case.filed", 0, 30, "category=injury contested=true major_matter=false"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.detain_approved", 10, 60, ""),
    EVENT("coercion.detained", 60, 300,
          "foreign=false npc_deputy=false fast_track=false captured_elsewhere=false"),
    FORK(1000, "first day of detention", 0, 0),
    EVENT("case.withdrawn", 1500, 2500, "kind=case reason=no_crime"),
    LATE("coercion.released", 60, 600, 730, 900, "reason=withdrawn"),
};

static const sw_row custody_notices[] = {
    EVENT("case.filed", 0, 30, "category=theft contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.arrested", DAYS(3), DAYS(8), "foreign=false"),
    FORK(1000, "first day of arrest", 0, 0),
    EVENT("coercion.custody_restarted", DAYS(3), DAYS(9), "reason=new_major_crime from=@"),
    EVENT("notice.received", DAYS(5), DAYS(10), "notice_kind=custody_necessity"),
    LATE("notice.answered", DAYS(2), DAYS(9), DAYS(14), DAYS(18),
         "notice_kind=custody_necessity result=kept"),
    CALL(1000, "overdue custody", DAYS(5), DAYS(10)),
    EVENT("coercion.bail_started", 60, 1000,
          "guarantor=true deposit=1000 foreign=false npc_deputy=false"),
    CALL(1000, "work under a plan", 0, 0),
    EVENT("coercion.bail_ended", DAYS(5), DAYS(25), "reason=taken_over violation=false"),
    CALL(970, "transfer reviewed", 30, 600),
    EVENT("case.transferred_prosecution", 60, 2000, "in_custody=false on_bail=true"),
};

static const sw_row overdue_custody[] = {
    EVENT("notice.received", 0, 30, "notice_kind=custody_correction"),
    LATE("notice.answered", 300, 3800, 6000, 7000, "notice_kind=custody_correction result=changed"),
};

static const sw_row wanted[] = {
    EVENT("wanted.posted", 0, 0, ""),
    EVENT("wanted.captured", DAYS(5), DAYS(90), "returned_at=@+1d"),
    LATE("wanted.removed", DAYS(1), 4200, 4500, 6000, ""),
};

static const sw_row technical[] = {
    EVENT("case.filed", 0, 30, "category=drugs contested=false major_matter=true"),
    FORK(1000, "case file", 20, 200),
    EVENT("measure.authorised", DAYS(1), DAYS(4),
          "measure=technical approver_level=city onspot=false valid_to=@+90d"),
    EVENT("case.progress_recorded", DAYS(15), DAYS(25), "kind=month_plan_approved"),
    EVENT("case.progress_recorded", DAYS(20), DAYS(28), "kind=new_facts"),
    EVENT("measure.renewed", DAYS(20), DAYS(25), "measure=technical"),
    EVENT("case.progress_recorded", 60, 1000, "kind=new_facts"),
    CALL(800, "work goes on", 0, 0),
    EVENT("measure.ended", DAYS(3), DAYS(20), "measure=technical"),
    CALL(970, "transfer reviewed", 30, 600),
    EVENT("case.transferred_prosecution", DAYS(1), DAYS(10), "in_custody=false person_ids=[]"),
};

static const sw_row fast_track[] = {
    EVENT("case.filed", 0, 30, "category=theft contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.detain_approved", 10, 60, ""),
    EVENT("coercion.detained", 60, 300,
          "foreign=false npc_deputy=false fast_track=true captured_elsewhere=false"),
    FORK(1000, "first day of detention", 0, 0),
    CALL(1000, "straight to prosecution", 30, 60),
};

static const sw_row not_filing_explained[] = {
    EVENT("case.not_filed", 0, 0, "has_complainant=true contested=true"),
    EVENT("notice.received", DAYS(5), DAYS(20), "notice_kind=explain_not_filing"),
    LATE("notice.answered", DAYS(1), DAYS(6), DAYS(11), DAYS(14),
         "notice_kind=explain_not_filing result=explained"),
    CALL(1000, "told to file", DAYS(3), DAYS(10)),
};

static const sw_row told_to_file[] = {
    EVENT("notice.received", 0, 0, "notice_kind=file"),
    EVENT("case.filed", DAYS(2), DAYS(13), "category=fraud contested=true filed_by_notice=true"),
    FORK(1000, "case file", 20, 200),
    CALL(1000, "filing explained", DAYS(10), DAYS(20)),
};

static const sw_row filing_explained[] = {
    EVENT("notice.received", 0, 0, "notice_kind=explain_filing"),
    EVENT("notice.answered", DAYS(1), DAYS(6), "notice_kind=explain_filing result=explained"),
    CALL(1000, "told to withdraw", DAYS(3), DAYS(10)),
};

static const sw_row told_to_withdraw[] = {
    EVENT("notice.received", 0, 0, "notice_kind=withdraw"),
    OR(500, "case.withdrawn", DAYS(2), DAYS(13), "kind=case reason=notice person_ids=[]"),
    OR(500, "remedy.requested", DAYS(2), DAYS(13), "remedy_kind=withdraw_objection complete=true"),
    EVENT("case.closed", DAYS(5), DAYS(20), "close_kind=settled"),
};

static const sw_row overdue_review[] = {
    EVENT("report.received", 0, 0, "mode=letter new_facts=false"),
    EVENT("report.registered", 10, 60,
          "track=criminal category=fraud jurisdiction=undecided materials_complete=false"),
    EVENT("notice.received", DAYS(8), DAYS(12), "notice_kind=explain_overdue"),
    EVENT("notice.answered", DAYS(1), DAYS(6), "notice_kind=explain_overdue result=explained"),
    EVENT("case.transferred_out", 60, 600, "urgent=false"),
};

static const sw_row seizure_moved[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=complex source=found_in_work "
          "handler_qualified=true"),
    FORK(1000, "case file", 20, 200),
    EVENT("property.seized", 30, 200,
          "kind=illegal_device track=administrative onspot=false offsite=false urgent_exam=false "
          "av_recorded=true"),
    EVENT("property.stored", 60, 1000, "store=goods"),
    EVENT("case.transferred_out", DAYS(1), DAYS(4), "urgent=false"),
    MOVE(),
    EVENT("appraisal.excluded_started", DAYS(2), DAYS(5), "appraisal_kind=medical"),
    EVENT("appraisal.excluded_ended", DAYS(5), DAYS(10), "appraisal_kind=medical"),
    EVENT("property.extension_approved", DAYS(20), DAYS(27), "kind=seizure approver_level=county"),
    EVENT("case.limit_extended", DAYS(1), DAYS(2),
          "clock=case add_value=30 add_unit=day approver_level=city ground=complex"),
    EVENT("property.released", DAYS(5), DAYS(20), "kind=goods"),
    EVENT("case.closed", DAYS(1), DAYS(5), "close_kind=decided"),
};

static const sw_row foreigner[] = {
    EVENT("coercion.restraint_started", 0, 0,
          "measure=detention_review foreign=true exception=false not_executable_group=false"),
    EVENT("person.identity_unknown", 20, 100, ""),
    LATE("invest.action_performed", 60, 900, 1460, 1800,
         "action=question track=administrative officer_count=2 place_kind=case_area role=offender "
         "av_recorded=true age=#20-50 guardian_present=false guardian_unreachable=false"),
    LATE("notification.made", 60, 1200, 2000, 2600,
         "audience=provincial_bureau subject=foreign_suspect"),
    EVENT("person.identity_confirmed", DAYS(5), DAYS(20), ""),
    EVENT("coercion.restraint_extended", DAYS(20), DAYS(28),
          "measure=detention_review approver_level=city"),
    EVENT("coercion.restraint_ended", DAYS(10), DAYS(28), "measure=detention_review"),
};

static const sw_row drug_rehab[] = {
    EVENT("coercion.restraint_started", 0, 0,
          "measure=drug_rehab foreign=false exception=false not_executable_group=false"),
    EVENT("coercion.restraint_extended", DAYS(690), DAYS(725),
          "measure=drug_rehab approver_level=city"),
    EVENT("coercion.restraint_ended", DAYS(200), DAYS(360), "measure=drug_rehab"),
};

static const sw_row terror[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=injury complexity=complex handler_qualified=true "
          "source=assigned"),
    FORK(1000, "case file", 20, 200),
    EVENT("coercion.restraint_started", 0, 0,
          "measure=terror_restraint foreign=false exception=false not_executable_group=false"),
    EVENT("property.frozen", 60, 600,
          "kind=deposit track=administrative major=false ground=terror approver_level=city"),
    EVENT("property.freeze_renewed", DAYS(50), DAYS(57), "valid_to=@+30d"),
    EVENT("coercion.restraint_ended", DAYS(10), DAYS(25), "measure=terror_restraint"),
    EVENT("property.released", DAYS(1), DAYS(3), ""),
    EVENT("case.closed", DAYS(1), DAYS(3), "close_kind=decided"),
};

static const sw_row freezes[] = {
    EVENT("case.filed", 0, 0, "category=fraud contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
    FORK(1000, "deposit frozen", 0, 60),
    FORK(1000, "deposits of a major case", 60, 600),
    FORK(1000, "securities frozen", 60, 600),
    FORK(1000, "equity frozen", 60, 600),
    FORK(1000, "shares frozen too low", 60, 600),
    FORK(300, "frozen without a case", 60, 600),
    EVENT("case.closed", DAYS(9), DAYS(25), "close_kind=suspended"),
};

static const sw_row deposit_frozen[] = {
    EVENT("property.frozen", 0, 0,
          "kind=deposit track=criminal major=false approver_level=county valid_to=@+180d"),
    EVENT("property.freeze_renewed", DAYS(150), DAYS(172), "valid_to=@+180d"),
    EVENT("property.released", DAYS(30), DAYS(170), ""),
};

static const sw_row major_frozen[] = {
    EVENT("property.frozen", 0, 0,
          "kind=deposit|margin track=criminal major=true approver_level=city valid_to=@+365d"),
    EVENT("property.freeze_renewed", DAYS(320), DAYS(355), "valid_to=@+365d"),
    EVENT("property.released", DAYS(30), DAYS(340), ""),
};

static const sw_row securities[] = {
    EVENT("property.frozen", 0, 0,
          "kind=bond|stock|fund track=criminal major=false approver_level=city valid_to=@+730d"),
    EVENT("property.freeze_renewed", DAYS(680), DAYS(720), "valid_to=@+730d"),
    EVENT("property.released", DAYS(30), DAYS(340), ""),
};

static const sw_row equity[] = {
    EVENT("property.frozen", 0, 0,
          "kind=equity|policy track=criminal major=false approver_level=city valid_to=@+180d"),
    EVENT("property.freeze_renewed", DAYS(150), DAYS(172), "valid_to=@+180d"),
    EVENT("property.released", DAYS(30), DAYS(170), ""),
};

static const sw_row frozen_too_low[] = {
    EVENT("property.frozen", 0, 0,
          "kind=equity|listed_equity track=criminal major=false approver_level=county "
          "valid_to=@+180d"),
    EVENT("property.released", DAYS(10), DAYS(60), ""),
};

static const sw_row frozen_without_case[] = {
    EVENT("property.frozen", 0, 0,
          "kind=deposit track=criminal major=false approver_level=county basis=urgent_onspot "
          "-case_id"),
    EVENT("property.released", DAYS(1), DAYS(6), ""),
};

static const sw_row wrong_detention[] = {
    EVENT("notice.received", 0, 0, "notice_kind=wrong_detention"),
    LATE("notice.answered", 60, 1300, 1460, 1900, "notice_kind=wrong_detention result=released"),
};

static const sw_row sealed_record[] = {
    EVENT("case.sealed", 0, 0, "released=false lawful_ground=true"),
    OR(500, "case.sealed", DAYS(3), DAYS(90), "released=true lawful_ground=true"),
    OR(500, "case.sealed", DAYS(3), DAYS(90), "released=true lawful_ground=false"),
};

static const sw_row waiting_room[] = {
    EVENT("place.entered", 0, 0, ""),
    EVENT("place.room_occupied", 10, 30,
          "purpose=wait room_kind=waiting track=criminal co_suspects=2 mixed_sex=true "
          "minor_with_adult=false continued_questioning=true vulnerable=true"),
    EVENT("place.alarm_raised", 5, 20, "alarm_kind=single_officer occupied=true recording=false"),
    EVENT("place.alarm_raised", 5, 20, "alarm_kind=auxiliary_only occupied=true recording=true"),
    EVENT("place.alarm_raised", 5, 20, "alarm_kind=guard_asleep occupied=true recording=true"),
    EVENT("place.alarm_raised", 5, 10, "alarm_kind=camera_offline occupied=true recording=false"),
    EVENT("camera.offline", 1, 4, ""),
    EVENT("place.left_temporarily", 5, 20, "approved=false due_at=@+3h reason=other"),
    EVENT("place.returned", 20, 100, ""),
    EVENT("camera.online", 30, 300, ""),
    EVENT("place.exited", 5, 30, "belongings_held=false"),
};

static const sw_row rectified_at_once[] = {
    EVENT("rectify.ordered", 0, 0, "due_at=@-2h"),
    EVENT("rectify.submitted", 60, 300, ""),
    EVENT("rectify.rechecked", 300, 2000, "result=passed state_changed=true"),
};

static const sw_row old_inquiry[] = {
    EVENT("case.accepted", 0, 0,
          "track=administrative category=public_order complexity=plain source=found_in_work "
          "handler_qualified=true"),
    EVENT("file.cabinet_stored", 60, 600, ""),
    EVENT("person.brought_in", 60, 600, "role=suspect how=summoned age=#18-60"),
    EVENT("coercion.hold_started", 5, 10, "measure=admin_inquiry arrived_at=@-5m"),
    EVENT("case.transferred_out", 60, 120, "urgent=true"),
    MOVE(),
    EVENT("coercion.restraint_started", 5, 30,
          "measure=sobering foreign=false exception=false not_executable_group=false"),
    EVENT("coercion.restraint_ended", 60, 300, "measure=sobering"),
    EVENT("invest.action_performed", 60, 100,
          "action=question track=administrative officer_count=1 place_kind=case_area role=offender "
          "av_recorded=true age=#18-65 guardian_present=false guardian_unreachable=false "
          "minor=false"),
    EVENT("coercion.hold_extended", 60, 200,
          "measure=admin_inquiry to_hours=24 approver_level=county"),
    LATE("coercion.hold_ended", 100, 700, 1450, 1600, "measure=admin_inquiry"),
    EVENT("case.decided", DAYS(1), DAYS(5),
          "decider=station fine=#100-500 detention_days=0 detention_days_total=0 revoke=false "
          "category=public_order penalised=true minor=false"),
    EVENT("case.closed", 60, DAYS(2), "close_kind=decided"),
};

static const sw_row unknown_foreigner[] = {
    EVENT("coercion.restraint_started", 0, 0,
          "measure=detention_review foreign=true exception=false not_executable_group=false"),
    EVENT("invest.action_performed", 60, 900,
          "action=question track=administrative officer_count=2 place_kind=case_area role=offender "
          "av_recorded=true age=#20-50 guardian_present=false guardian_unreachable=false"),
    EVENT("notification.made", 60, 1200, "audience=provincial_bureau subject=foreign_suspect"),
    EVENT("person.identity_unknown", DAYS(1), DAYS(5), ""),
    EVENT("coercion.restraint_ended", DAYS(5), DAYS(25), "measure=detention_review"),
};

static const sw_row moved_inquiry[] = {
    EVENT("coercion.hold_started", 0, 10, "measure=admin_inquiry arrived_at=@-5m npc_deputy=false"),
    EVENT("case.transferred_out", 60, 200, "urgent=true"),
    MOVE(),
    EVENT("coercion.restraint_started", 5, 30,
          "measure=sobering foreign=false exception=false not_executable_group=false"),
    EVENT("coercion.restraint_ended", 60, 300, "measure=sobering"),
    EVENT("coercion.hold_extended", 60, 200,
          "measure=admin_inquiry to_hours=12 approver_level=unit_leader"),
    EVENT("coercion.hold_extended", 100, 300,
          "measure=admin_inquiry to_hours=24 approver_level=county"),
    EVENT("coercion.hold_ended", 60, 500, "measure=admin_inquiry"),
    EVENT("coercion.restraint_started", 60, 600,
          "measure=admin_detention days=10 foreign=false exception=false "
          "not_executable_group=true"),
    EVENT("coercion.restraint_paused", DAYS(2), DAYS(4), "measure=admin_detention"),
    EVENT("coercion.restraint_resumed", DAYS(1), DAYS(2), "measure=admin_detention"),
    EVENT("coercion.restraint_ended", 5000, 7000, "measure=admin_detention"),
};

static const sw_row long_questioning[] = {
    EVENT("coercion.hold_started", 3, 10,
          "measure=continued_questioning arrived_at=@-5m vulnerable=false npc_deputy=false"),
    EVENT("coercion.hold_extended", 300, 650,
          "measure=continued_questioning to_hours=24 approver_level=county_duty"),
    EVENT("coercion.hold_extended", 300, 700,
          "measure=continued_questioning to_hours=48 approver_level=county_head"),
    EVENT("coercion.hold_ended", 60, 1000, "measure=continued_questioning"),
};

static const sw_row special_review[] = {
    EVENT("report.received", 0, 0, "mode=letter new_facts=false"),
    EVENT("report.registered", 10, 90,
          "track=criminal category=economic jurisdiction=own materials_complete=true"),
    CALL(1000, "economic review of 30 days", 0, 0),
};

static const sw_row reviews_extended[] = {
    FORK(1000, "report reviewed 7 days", 0, 600),
    FORK(1000, "report reviewed 30 days", 0, 600),
};

static const sw_row reviewed_7[] = {
    EVENT("report.received", 0, 0, "mode=letter new_facts=false"),
    EVENT("report.registered", 5, 60,
          "track=criminal category=fraud jurisdiction=own materials_complete=true"),
    CALL(1000, "filing review of 7 days", 0, 0),
};

static const sw_row reviewed_30[] = {
    EVENT("report.received", 0, 0, "mode=letter new_facts=false"),
    EVENT("report.registered", 5, 60,
          "track=criminal category=fraud jurisdiction=own materials_complete=true"),
    CALL(1000, "filing review of 30 days", 0, 0),
};

static const sw_row faulty_interrogation[] = {
    EVENT(
        "invest.action_performed", 0, 0,
        "action=interrogate track=criminal officer_count=1 auxiliary_count=1 place_kind=case_area "
        "av_recorded=true major_crime=false minor=false person_jailed=false"),
    EVENT(
        "invest.action_performed", 0, 0,
        "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=false "
        "major_crime=true minor=false person_jailed=false"),
    EVENT("invest.action_performed", 0, 0,
          "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=true "
          "major_crime=false minor=true guardian_present=false person_jailed=false"),
    EVENT("invest.action_performed", 0, 0,
          "action=interrogate track=criminal officer_count=2 place_kind=case_area av_recorded=true "
          "major_crime=false minor=false person_jailed=true"),
};

static const sw_row faulty_inquiry[] = {
    EVENT("invest.action_performed", 0, 0,
          "action=question track=administrative officer_count=1 place_kind=case_area role=offender "
          "av_recorded=false age=#18-65 guardian_present=false guardian_unreachable=false "
          "minor=false"),
    EVENT("invest.action_performed", 0, 0,
          "action=inspect track=administrative officer_count=1 place_kind=home role=offender "
          "av_recorded=true age=#18-65 guardian_present=false guardian_unreachable=false "
          "minor=false"),
};

static const sw_row faulty_review[] = {
    EVENT("review.approved", 60, 2000,
          "subject=filing reviewer_is_handler=true legal_qualification=true levels_complete=true "
          "level=legal_officer"),
    EVENT("approval.granted", 60, 1500,
          "subject=collective_discussion level=superior required_level=bureau "
          "approver_is_handler=false"),
    EVENT("approval.granted", 60, 1500,
          "subject=onspot_measure level=bureau required_level=bureau approver_is_handler=true"),
    EVENT("case.graded", DAYS(10), DAYS(60), "grade=poor"),
};

static const sw_row faulty_bail[] = {
    EVENT("coercion.deposit_paid", 0, 600, "amount=#1000-20000 channel=cash"),
    EVENT("coercion.jailed", 0, 600, "minor=true separate=false"),
    OR_CALL(500, "detention too long", 0, 0),
    OR_CALL(500, "surveillance in an office", 0, 0),
};

static const sw_row merged_detention[] = {
    EVENT("case.decided", 0, 30,
          "decider=county fine=0 detention_days=15 detention_days_total=#21-25 revoke=false "
          "execute=true category=public_order penalised=true minor=false public_official=false"),
};

static const sw_row surveillance_in_office[] = {
    EVENT("coercion.rs_started", 0, 30,
          "designated=false place_kind=case_centre|office has_fixed_home=false foreign=false "
          "npc_deputy=false"),
    EVENT("coercion.detained", 600, 3000,
          "foreign=false npc_deputy=false fast_track=false captured_elsewhere=false"),
    FORK(1000, "first day of detention", 0, 0),
    EVENT("coercion.released", 2000, 3500, "reason=no_ground"),
    EVENT("case.withdrawn", DAYS(2), DAYS(20), "kind=case reason=no_crime"),
};

static const sw_row brought_in_early[] = {
    EVENT("incident.received", 0, 0, "channel=110 category=assault urgent=true"),
    EVENT("place.entered", 30, 60, "-case_id"),
    EVENT("place.safety_checked", 2, 10, "sex=M female_officer=false"),
    OR_CALL(340, "case linked late", 0, 0),
    OR_CALL(330, "case accepted late", 0, 0),
    OR_CALL(330, "case filed late", 0, 0),
    EVENT("place.exited", 60, 400, "belongings_held=false"),
    EVENT("case.closed", DAYS(2), DAYS(9), "close_kind=decided"),
};

static const sw_row linked_late[] = {
    LATE("incident.linked_case", 30, 110, 125, 180, ""),
    CALL(1000, "case accepted late", 10, 100),
};

static const sw_row accepted_late[] = {
    LATE("case.accepted", 20, 110, 125, 180,
         "track=administrative category=injury complexity=plain mediable=false major_matter=true "
         "handler_qualified=true"),
    FORK(1000, "case file", 20, 200),
    OR_CALL(500, "major matter filed", 60, 1200),
    OR(500, "notification.made", 60, 1200, "audience=legal_office subject=major_matter"),
};

static const sw_row matter_filed[] = {
    EVENT("major_matter.filed", 0, 0, "matter_id=#100000-999999 category=public_order"),
};

static const sw_row filed_late[] = {
    LATE("case.filed", 20, 110, 125, 180, "category=violent contested=false major_matter=false"),
    FORK(1000, "case file", 20, 200),
};

static const sw_row entry_before_case[] = {
    EVENT("place.entered", 0, 0, "-incident_id"),
    EVENT("place.safety_checked", 2, 10, "sex=M female_officer=false"),
    OR_CALL(500, "case accepted late", 0, 0),
    OR_CALL(500, "case filed late", 0, 0),
    EVENT("place.exited", 60, 400, "belongings_held=false"),
    EVENT("case.closed", DAYS(2), DAYS(9), "close_kind=decided"),
};

static const sw_row injury_is_a_crime[] = {
    EVENT(
        "case.accepted", 0, 0,
        "track=administrative category=injury complexity=plain source=found_in_work mediable=false "
        "handler_qualified=true needs_appraisal=true"),
    FORK(1000, "case file", 20, 200),
    EVENT("appraisal.document_issued", DAYS(3), DAYS(9),
          "appraisal_kind=injury injury_level=light1|light2|serious track=administrative "
          "final=true used_as_evidence=true"),
    LATE("case.filed", 600, 4000, 6000, 7000,
         "category=violent contested=false major_matter=false"),
    EVENT("case.progress_recorded", DAYS(8), DAYS(20), "kind=all_acts_covered"),
    EVENT("case.closed", DAYS(8), DAYS(20), "close_kind=judged"),
};

#define PERSON_CASE (BIND(WHO_PERSON) | BIND(WHO_CASE))

static const sw_life lives[] = {
    {"foreign suspect", "criminal cases", 1, PERSON_CASE, false, false, ROWS(foreign_detained)},
    {"long custody", "criminal cases", 1, PERSON_CASE | BIND(WHO_APPRAISAL), false, false,
     ROWS(long_custody)},
    {"withdrawn in custody", "criminal cases", 1, PERSON_CASE, false, false,
     ROWS(withdrawn_in_custody)},
    {"notices on custody", "criminal cases", 1, PERSON_CASE | BIND(WHO_NOTICE), false, false,
     ROWS(custody_notices)},
    {"overdue custody", NULL, 0, BIND(WHO_NOTICE), false, false, ROWS(overdue_custody)},
    {"fugitive", "fugitives", 2, PERSON_CASE, false, false, ROWS(wanted)},
    {"technical measure", "criminal cases", 1, BIND(WHO_CASE) | BIND(WHO_MEASURE), true, false,
     ROWS(technical)},
    {"fast track", "criminal cases", 1, PERSON_CASE, false, false, ROWS(fast_track)},
    {"not filed, and told to file", "notices of the procuratorate", 2,
     BIND(WHO_CASE) | BIND(WHO_NOTICE) | BIND(WHO_REPORT), true, false, ROWS(not_filing_explained)},
    {"told to file", NULL, 0, BIND(WHO_NOTICE), false, false, ROWS(told_to_file)},
    {"filing explained", NULL, 0, BIND(WHO_NOTICE), false, false, ROWS(filing_explained)},
    {"told to withdraw", NULL, 0, BIND(WHO_NOTICE) | BIND(WHO_REMEDY), false, false,
     ROWS(told_to_withdraw)},
    {"overdue review", "reports", 1, BIND(WHO_REPORT) | BIND(WHO_NOTICE), true, false,
     ROWS(overdue_review)},
    {"seizure of a case that moved", "administrative cases", 1,
     BIND(WHO_CASE) | BIND(WHO_PROPERTY) | BIND(WHO_APPRAISAL), true, false, ROWS(seizure_moved)},
    {"foreigner detained for examination", "administrative cases", 1, PERSON_CASE, false, false,
     ROWS(foreigner)},
    {"drug rehabilitation", "drug rehabilitations", 1, PERSON_CASE, true, false, ROWS(drug_rehab)},
    {"terror suspect restrained", "administrative cases", 1, PERSON_CASE | BIND(WHO_PROPERTY), true,
     false, ROWS(terror)},
    {"freezes", "criminal cases", 1, BIND(WHO_CASE), true, false, ROWS(freezes)},
    {"deposit frozen", "property", 0, BIND(WHO_PROPERTY), false, false, ROWS(deposit_frozen)},
    {"deposits of a major case", "property", 0, BIND(WHO_PROPERTY), false, false,
     ROWS(major_frozen)},
    {"securities frozen", "property", 0, BIND(WHO_PROPERTY), false, false, ROWS(securities)},
    {"equity frozen", "property", 0, BIND(WHO_PROPERTY), false, false, ROWS(equity)},
    {"shares frozen too low", "property", 0, BIND(WHO_PROPERTY), false, false,
     ROWS(frozen_too_low)},
    {"frozen without a case", "property", 0, BIND(WHO_PROPERTY), false, false,
     ROWS(frozen_without_case)},
    {"wrong detention", "notices of the detention house", 1, PERSON_CASE | BIND(WHO_NOTICE), false,
     false, ROWS(wrong_detention)},
    {"sealed record", "sealed records", 1, PERSON_CASE, true, false, ROWS(sealed_record)},
    {"waiting room", "visits to a case area", 1, PERSON_CASE | BIND(WHO_VISIT), false, false,
     ROWS(waiting_room)},
    {"rectified at once", "warnings in the loop", 1, BIND(WHO_WARNING), true, false,
     ROWS(rectified_at_once)},
    {"foreigner never identified", "administrative cases", 1, PERSON_CASE, false, false,
     ROWS(unknown_foreigner)},
    {"inquiry that moved", "administrative cases", 1, PERSON_CASE, false, false,
     ROWS(moved_inquiry)},
    {"long questioning", "continued questionings", 1, BIND(WHO_PERSON), false, false,
     ROWS(long_questioning)},
    {"special economic report", "economic reports", 1, BIND(WHO_REPORT) | BIND(WHO_CASE), true,
     false, ROWS(special_review)},
    {"reviews extended", NULL, 1, 0, true, false, ROWS(reviews_extended)},
    {"report reviewed 7 days", "reports", 0, BIND(WHO_REPORT) | BIND(WHO_CASE), false, false,
     ROWS(reviewed_7)},
    {"report reviewed 30 days", "reports", 0, BIND(WHO_REPORT) | BIND(WHO_CASE), false, false,
     ROWS(reviewed_30)},
    {"faulty interrogation", "faults found by patrols", 2, PERSON_CASE, false, false,
     ROWS(faulty_interrogation)},
    {"faulty inquiry", "faults found by patrols", 2, PERSON_CASE, false, false,
     ROWS(faulty_inquiry)},
    {"faulty review", "faults found by patrols", 2, BIND(WHO_CASE) | BIND(WHO_REQUEST), true, false,
     ROWS(faulty_review)},
    {"faulty measure", "faults found by patrols", 2, PERSON_CASE, false, false, ROWS(faulty_bail)},
    {"detention too long", NULL, 0, 0, false, false, ROWS(merged_detention)},
    {"surveillance in an office", NULL, 0, 0, false, false, ROWS(surveillance_in_office)},
    {"brought in before the case", "visits to a case area", 2,
     PERSON_CASE | BIND(WHO_INCIDENT) | BIND(WHO_VISIT), false, false, ROWS(brought_in_early)},
    {"case linked late", NULL, 0, 0, false, false, ROWS(linked_late)},
    {"case accepted late", NULL, 0, 0, false, false, ROWS(accepted_late)},
    {"major matter filed", NULL, 0, 0, false, false, ROWS(matter_filed)},
    {"case filed late", NULL, 0, 0, false, false, ROWS(filed_late)},
    {"entry before the case", "visits to a case area", 2, PERSON_CASE | BIND(WHO_VISIT), false,
     false, ROWS(entry_before_case)},
    {"injury that is a crime", "administrative cases", 2, BIND(WHO_CASE) | BIND(WHO_APPRAISAL),
     false, false, ROWS(injury_is_a_crime)},
    {"inquiry of the year before", "administrative cases", 1, PERSON_CASE | BIND(WHO_FILE), true,
     true, ROWS(old_inquiry)},
};

const sw_life_table sw_lives_rare = {ROWS(lives)};
