#include "seawall/generate/life.h"

static const sw_row petition[] = {
    EVENT("petition.received", 0, 0, "source=forwarded|visit own_duty=true about_case=?600"),
    EVENT("petition.accepted", DAYS(1), DAYS(10),
          "route=petition_opinion|petition_opinion|criminal|administrative|litigation"),
    OR_CALL(820, "petition in 60 days", 0, 0),
    OR_CALL(180, "petition in 90 days", 0, 0),
};

static const sw_row petition_60[] = {
    LATE("petition.decided", DAYS(10), DAYS(57), DAYS(62), DAYS(70), ""),
};

static const sw_row petition_90[] = {
    EVENT("petition.extended", DAYS(45), DAYS(57), ""),
    EVENT("petition.decided", DAYS(5), DAYS(28), ""),
};

static const sw_row complaint[] = {
    OR(940, "complaint.received", 0, 0,
       "domain=cpl117|service stage=reception|inquiry|decision ongoing=false case_closed=?400 "
       "channel=hotline_12345|visit|online|survey"),
    OR(60, "complaint.received", 0, 0,
       "domain=overdue_custody stage=custody ongoing=true case_closed=false channel=visit"),
    CALL(200, "points deducted", 60, 1000),
    OR_CALL(300, "complaint founded", 600, DAYS(5)),
    OR_CALL(700, "complaint unfounded", 0, 0),
    CALL(80, "joint finding", 60, DAYS(2)),
};

static const sw_row complaint_founded[] = {
    EVENT("complaint.answered", 0, 0, "founded=true on_scene=?300"),
    LATE("finding.recorded", 60, 4000, 6000, 8000,
         "category=service source=complaint gravity=minor"),
    EVENT("finding.pushed", 60, 1000, ""),
    LATE("finding.answered", DAYS(2), DAYS(20), DAYS(32), DAYS(36),
         "result=rectified source_told=true"),
};

static const sw_row complaint_unfounded[] = {
    LATE("complaint.answered", 600, DAYS(5), DAYS(9), DAYS(13), "founded=false on_scene=?300"),
};

static const sw_row points_deducted[] = {
    EVENT("points.booked", 0, 0, "points=-2 rule_id=complaint"),
    EVENT("complaint.answered", DAYS(1), DAYS(3), "founded=false on_scene=false"),
    LATE("points.reversed", 600, DAYS(6), DAYS(9), DAYS(12), "points=2 reason=unfounded"),
    EVENT("officer.cleared", DAYS(1), DAYS(5), "published=true"),
    END(1000),
};

static const sw_row rights[] = {
    EVENT("rights.reported", 0, 0, ""),
    LATE("rights.taken_up", 30, 1300, 1460, 2400, ""),
    EVENT("rights.concluded", DAYS(5), DAYS(30), "result=corrected|cleared"),
};

static const sw_row finding[] = {
    OR(700, "finding.recorded", 0, 0,
       "category=paper|record|recording|store "
       "source=patrol_station|patrol_county|patrol_city|area_officer|checkup gravity=minor"),
    OR(300, "finding.recorded", 0, 0,
       "category=paper|record|recording|store|term "
       "source=patrol_county|patrol_city|special_inspection gravity=major"),
    LATE("finding.pushed", 60, 1300, 1460, 2600, ""),
    CALL(500, "rectification", 60, 2000),
    LATE("finding.answered", DAYS(3), DAYS(20), DAYS(32), DAYS(40),
         "result=rectified|rectified|unfounded source_told=true"),
};

static const sw_row joint_finding[] = {
    EVENT("finding.recorded", 0, 0,
          "category=term source=petition|hotline_12345|inspection|superior_inspection "
          "gravity=critical"),
    EVENT("finding.pushed", 60, 1000, ""),
    LATE("joint.opened", 300, 3000, 6000, 7000, ""),
    EVENT("joint.step_done", DAYS(2), DAYS(6), "dept=legal result=done"),
    EVENT("joint.step_done", DAYS(1), DAYS(4), "dept=petition result=done"),
    EVENT("joint.step_done", DAYS(1), DAYS(4), "dept=inspection result=done"),
    EVENT("joint.step_done", DAYS(1), DAYS(4), "dept=audit result=done"),
    LATE("joint.concluded", DAYS(1), DAYS(9), DAYS(30), DAYS(34), "steps_done=4 result=founded"),
    EVENT("finding.answered", 60, DAYS(1), "result=rectified source_told=true"),
};

static const sw_row warning_loop[] = {
    EVENT("warning.raised", 0, 0,
          "rule=fi.cabinet.24h pack=cn-police kind=deadline level=orange|red severity=major "
          "state=open"),
    EVENT("warning.verified", 60, 2000, "result=confirmed|confirmed|unfounded severity=major"),
    CALL(700, "rectification", 60, 1000),
    EVENT("warning.resolved", 60, 2000, "level=orange state=resolved reason=stop"),
};

static const sw_row rectification[] = {
    OR(600, "rectify.ordered", 0, 60, ""),
    OR(400, "rectify.ordered", 0, 60, "due_at=@+5d"),
    LATE("rectify.submitted", 300, 3800, 7300, 9000, ""),
    MAYBE(150, "rectify.rechecked", 300, DAYS(2), "result=failed state_changed=false"),
    EVENT("rectify.rechecked", 300, DAYS(4), "result=passed state_changed=true"),
};

static const sw_row grave_warning[] = {
    EVENT("warning.raised", 0, 0,
          "rule=cr.detain.cap pack=cn-police kind=deadline level=red|breach severity=critical "
          "state=open"),
    EVENT("warning.verified", 60, 1400, "result=confirmed severity=critical"),
    CALL(800, "fault procedure opened", DAYS(1), DAYS(20)),
};

static const sw_row fault_opened[] = {
    EVENT("case.progress_recorded", 0, 0, "kind=fault_procedure_opened"),
    EVENT("case.closed", DAYS(2), DAYS(8), "close_kind=corrected"),
    LATE("accountability.decided", DAYS(10), DAYS(55), DAYS(62), DAYS(70),
         "kind=reprimand|none|points"),
};

static const sw_row fault_procedure[] = {CALL(1000, "fault procedure opened", 0, 0)};

static const sw_row confinement[] = {
    EVENT("remedy.requested", 0, 0, "remedy_kind=confinement complete=true"),
    LATE("remedy.decided", 60, 1300, 1460, 1800, "remedy_kind=confinement"),
};

static const sw_row compensation[] = {
    EVENT("remedy.requested", 0, 0, "remedy_kind=state_compensation complete=true via_us=true"),
    LATE("remedy.decided", DAYS(20), DAYS(56), DAYS(66), DAYS(70),
         "remedy_kind=state_compensation"),
};

static const sw_row revoked[] = {
    EVENT("notice.received", 0, 0, "notice_kind=reconsideration_copy procedure=ordinary"),
    LATE("notice.answered", DAYS(2), DAYS(12), DAYS(22), DAYS(26),
         "notice_kind=reconsideration_copy result=sent"),
    OR_CALL(800, "", 0, 0),
    OR_CALL(200, "decision corrected", DAYS(30), DAYS(50)),
};

static const sw_row corrected_decision[] = {
    OR(700, "remedy.decided", 0, 0,
       "remedy_kind=referral_reconsideration result=revoked|changed|unlawful published=true"),
    OR(300, "notice.received", 0, 0, "notice_kind=litigation_lost"),
    LATE("finding.recorded", DAYS(1), DAYS(6), DAYS(9), DAYS(12),
         "category=decision source=litigation gravity=major"),
    EVENT("finding.pushed", 60, 1300, ""),
    EVENT("finding.answered", DAYS(3), DAYS(20), "result=rectified source_told=true"),
};

static const sw_row summary_reconsideration[] = {
    EVENT("notice.received", 0, 0, "notice_kind=reconsideration_copy procedure=summary"),
    LATE("notice.answered", DAYS(1), DAYS(4), DAYS(12), DAYS(15),
         "notice_kind=reconsideration_copy result=sent"),
};

static const sw_row litigation[] = {
    EVENT("notice.received", 0, 0, "notice_kind=litigation_copy procedure=ordinary"),
    LATE("notice.answered", DAYS(3), DAYS(13), DAYS(18), DAYS(24),
         "notice_kind=litigation_copy result=sent"),
    EVENT("litigation.hearing_held", DAYS(20), DAYS(60), "leader_attended=?500"),
};

static const sw_row correct_violation[] = {
    EVENT("notice.received", 0, 0, "notice_kind=correct_violation due_at=@+15d"),
    LATE("notice.answered", DAYS(3), DAYS(14), DAYS(16), DAYS(20),
         "notice_kind=correct_violation result=corrected"),
};

static const sw_row training[] = {
    OR(600, "training.held", 0, 0, "kind=weekly|night_school attendees=#20-150"),
    OR(200, "officer.exam_taken", 0, 0, "passed=?930 score=#50-100"),
    OR(200, "committee.met", 0, 0, "kind=management_committee|legal_officers items=#2-9"),
};

/* Not among the lives that begin by chance: the clock and the roster of every station. */
static const sw_row station_week[] = {
    EVENT("clock.boundary", 0, 0, "boundary=week unit_tier=station at=@"),
    LATE("patrol.done", DAYS(1), DAYS(6), DAYS(8), DAYS(9),
         "tier=county|case_centre topic=incident|filing|property|place items_checked=#5-40 "
         "findings=#0-3 on_site=?500"),
};

static const sw_row officer_listed[] = {
    EVENT("officer.qualified", 0, 0, "level=basic|medium|high valid_to=@+1000d"),
    EVENT("handler.listed", 1, 60, "valid_to=@+1000d level=main"),
};

static const sw_life lives[] = {
    {"petition", "petitions", 14, BIND(WHO_PETITION), true, false, ROWS(petition)},
    {"petition in 60 days", NULL, 0, 0, false, false, ROWS(petition_60)},
    {"petition in 90 days", NULL, 0, 0, false, false, ROWS(petition_90)},
    {"complaint", "complaints", 36, BIND(WHO_COMPLAINT), true, false, ROWS(complaint)},
    {"complaint founded", "findings", 0, BIND(WHO_FINDING), false, false, ROWS(complaint_founded)},
    {"complaint unfounded", NULL, 0, 0, false, false, ROWS(complaint_unfounded)},
    {"points deducted", NULL, 0, 0, false, false, ROWS(points_deducted)},
    {"rights of an officer", "rights of officers", 4, BIND(WHO_RIGHTS), false, false, ROWS(rights)},
    {"finding", "findings", 16, BIND(WHO_FINDING) | BIND(WHO_WARNING), true, false, ROWS(finding)},
    {"joint finding", "findings", 2, BIND(WHO_FINDING) | BIND(WHO_JOINT), true, false,
     ROWS(joint_finding)},
    {"warning", "warnings in the loop", 14, BIND(WHO_WARNING), true, false, ROWS(warning_loop)},
    {"rectification", NULL, 0, 0, false, false, ROWS(rectification)},
    {"grave warning", "warnings in the loop", 2, BIND(WHO_WARNING) | BIND(WHO_CASE), true, false,
     ROWS(grave_warning)},
    {"fault procedure", "fault procedures", 1, BIND(WHO_WARNING) | BIND(WHO_CASE), true, false,
     ROWS(fault_procedure)},
    {"fault procedure opened", NULL, 0, 0, false, false, ROWS(fault_opened)},
    {"confinement", "remedies", 1, BIND(WHO_REMEDY), true, false, ROWS(confinement)},
    {"compensation", "remedies", 2, BIND(WHO_REMEDY) | BIND(WHO_CASE), true, false,
     ROWS(compensation)},
    {"reconsideration", "remedies", 5, BIND(WHO_NOTICE) | BIND(WHO_REMEDY) | BIND(WHO_CASE), true,
     false, ROWS(revoked)},
    {"decision corrected", NULL, 0, BIND(WHO_FINDING) | BIND(WHO_NOTICE), false, false,
     ROWS(corrected_decision)},
    {"summary reconsideration", "remedies", 2, BIND(WHO_NOTICE) | BIND(WHO_CASE), true, false,
     ROWS(summary_reconsideration)},
    {"litigation", "remedies", 2, BIND(WHO_NOTICE) | BIND(WHO_CASE), true, false, ROWS(litigation)},
    {"correction of a violation", "notices of the procuratorate", 2,
     BIND(WHO_NOTICE) | BIND(WHO_CASE), true, false, ROWS(correct_violation)},
    {"training", "training and meetings", 10, 0, true, false, ROWS(training)},
    {"station week", NULL, 0, 0, false, false, ROWS(station_week)},
    {"officer listed", NULL, 0, 0, false, false, ROWS(officer_listed)},
};

const sw_life_table sw_lives_oversight = {ROWS(lives)};
