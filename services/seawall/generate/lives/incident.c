#include "seawall/generate/life.h"

static const sw_row incident[] = {
    EVENT("incident.received", 0, 0,
          "channel=110|110|phone|wechat category=dispute|help|theft|assault|noise urgent=?150"),
    EVENT("incident.registered", 0, 3,
          "category=dispute|help|theft|assault|noise class=offence|dispute|help jurisdiction=own "
          "urgent=?150"),
    EVENT("incident.dispatched", 1, 4, ""),
    OR(992, "incident.arrived", 3, 20, "police_count=#1-3 auxiliary_count=#0-2"),
    OR(8, "incident.arrived", 3, 20, "police_count=0 auxiliary_count=2"),
    FORK(985, "clip", 1, 5),
    EVENT("incident.disposed", 10, 50, "result_code=#1-9 urgent=false"),
    OR_CALL(620, "incident settled", 0, 0),
    OR_CALL(280, "incident with a case", 0, 0),
    OR_CALL(25, "domestic violence", 0, 0),
    OR_CALL(12, "relabelled", 0, 0),
    MAYBE(450, "incident.callback_done", 600, 2880, "satisfied=?930 consistent=?980"),
};

static const sw_row incident_settled[] = {
    OR(970, "incident.feedback_submitted", 5, 40,
       "category_final=dispute result_code=#1-9 injury=false weapon=false callback_required=?400"),
    OR_CALL(30, "somebody was hurt", 5, 40),
    MAYBE(300, "incident.closed_no_case", 10, 120, "reason=not_police|settled"),
};

static const sw_row somebody_hurt[] = {
    EVENT("incident.feedback_submitted", 0, 0,
          "category_final=dispute result_code=#1-9 injury=true weapon=?100 callback_required=true"),
    OR_CALL(500, "administrative case", 600, 3000),
    OR_CALL(450, "dispute settled", 0, 0),
    OR_CALL(50, "", 0, 0),
    END(1000),
};

static const sw_row dispute_settled[] = {
    LATE("incident.closed_no_case", 600, 3000, 5800, 7000, "reason=settled"),
};

static const sw_row relabelled[] = {
    OR(300, "incident.recategorised", 20, 240,
       "from_class=offence to_class=dispute reason=evidence"),
    OR(700, "incident.recategorised", 20, 240,
       "from_class=dispute to_class=offence reason=evidence"),
};

static const sw_row incident_with_a_case[] = {
    EVENT("incident.feedback_submitted", 5, 30,
          "category_final=case result_code=#1-9 injury=?200 weapon=?20 property_loss=#0-20000 "
          "callback_required=true"),
    OR_CALL(520, "administrative case", 8, 50),
    OR_CALL(130, "criminal case from an incident", 8, 50),
    OR(350, "incident.closed_no_case", 10, 60, "reason=mediated|withdrawn|not_police"),
};

static const sw_row criminal_from_incident[] = {
    EVENT("incident.linked_case", 0, 20, ""),
    CALL(1000, "criminal case", 5, 40),
};

static const sw_row fraud[] = {
    EVENT("incident.received", 0, 0, "channel=110|phone category=telecom_fraud urgent=true"),
    EVENT("incident.registered", 0, 2,
          "category=telecom_fraud class=offence jurisdiction=own urgent=true"),
    OR_CALL(920, "stop payment", 0, 0),
    OR_CALL(80, "no fraud after all", 0, 0),
};

static const sw_row no_fraud[] = {
    EVENT("incident.recategorised", 5, 20, "from_class=offence to_class=dispute reason=evidence"),
    EVENT("incident.closed_no_case", 20, 200, "reason=not_police"),
};

static const sw_row stop_payment[] = {
    LATE("fraud.stop_payment_entered", 3, 24, 31, 70, "entered_at=@"),
    CALL(700, "stop payment renewed", 0, 0),
    OR_CALL(700, "stopped account frozen", HOURS(6), HOURS(40)),
    OR(300, "property.released", HOURS(6), HOURS(40), "kind=account"),
    MAYBE(300, "incident.closed_no_case", HOURS(1), HOURS(20), "reason=withdrawn"),
};

static const sw_row stop_payment_renewed[] = {
    LATE("fraud.stop_payment_renewed", HOURS(20), HOURS(44), HOURS(49), HOURS(60), ""),
    CALL(400, "stop payment renewed", 0, 0),
};

static const sw_row stopped_account_frozen[] = {
    EVENT("property.frozen", 0, 0,
          "kind=deposit track=criminal major=false approver_level=city valid_to=@+180d"),
    CALL(350, "freeze renewed", 0, 0),
    LATE("property.released", DAYS(20), DAYS(150), DAYS(185), DAYS(200), "to=victim"),
};

static const sw_row freeze_renewed[] = {
    EVENT("property.freeze_renewed", DAYS(150), DAYS(172), "valid_to=@+180d"),
    CALL(150, "freeze renewed", 0, 0),
};

static const sw_row domestic_violence[] = {
    EVENT("incident.feedback_submitted", 5, 30,
          "category_final=dv result_code=#1-9 injury=?500 weapon=?20 callback_required=true"),
    EVENT("dv.confirmed", 30, 600, "severity=light|serious"),
    EVENT("dv.warning_issued", 20, 600, ""),
    EVENT("dv.visited", DAYS(2), DAYS(7), ""),
    END(800),
    EVENT("dv.order_received", DAYS(5), DAYS(20), ""),
    EVENT("dv.order_verified", 60, 1200, ""),
};

static const sw_row hall_visit[] = {
    OR_CALL(540, "consultation at the hall", 0, 0),
    OR_CALL(415, "report at the hall", 0, 0),
    OR_CALL(15, "report that nobody numbered", 0, 0),
    OR_CALL(30, "complaint at the hall", 0, 0),
    LATE("hall.unit_answered", 20, 1200, 1500, 2400, ""),
    LATE("hall.closed", DAYS(1), DAYS(6), DAYS(9), DAYS(12), "told=true"),
};

static const sw_row hall_consultation[] = {
    EVENT("hall.visitor_received", 0, 0, "kind=consult -report_id"),
    EVENT("hall.routed", 5, 40, "kind=consult -report_id"),
};

static const sw_row hall_report[] = {
    EVENT("hall.visitor_received", 0, 0, "kind=report"),
    EVENT("hall.routed", 5, 40, "kind=report"),
    LATE("report.registered", 3, 50, 65, 300,
         "track=administrative jurisdiction=own materials_complete=true"),
};

static const sw_row hall_unnumbered[] = {
    EVENT("hall.visitor_received", 0, 0, "kind=report"),
    EVENT("hall.routed", 5, 40, "kind=report -report_id"),
};

static const sw_row hall_complaint[] = {
    EVENT("hall.visitor_received", 0, 0, "kind=complaint -report_id"),
    LATE("complaint.received", 10, 100, 130, 300,
         "domain=service stage=reception ongoing=false case_closed=false channel=visit"),
    EVENT("hall.routed", 5, 40, "kind=complaint -report_id"),
    LATE("complaint.answered", 600, DAYS(5), DAYS(9), DAYS(13), "founded=false on_scene=false"),
};

static const sw_life lives[] = {
    {"incident", "incidents", 560, BIND(WHO_INCIDENT), false, false, ROWS(incident)},
    {"incident settled", NULL, 0, 0, false, false, ROWS(incident_settled)},
    {"somebody was hurt", NULL, 0, 0, false, false, ROWS(somebody_hurt)},
    {"dispute settled", NULL, 0, 0, false, false, ROWS(dispute_settled)},
    {"relabelled", NULL, 0, 0, false, false, ROWS(relabelled)},
    {"incident with a case", NULL, 0, 0, false, false, ROWS(incident_with_a_case)},
    {"criminal case from an incident", "criminal cases", 0, BIND(WHO_CASE), false, false,
     ROWS(criminal_from_incident)},
    {"fraud", "telecom frauds", 24, BIND(WHO_INCIDENT) | BIND(WHO_ACCOUNT) | BIND(WHO_PROPERTY),
     false, false, ROWS(fraud)},
    {"no fraud after all", NULL, 0, 0, false, false, ROWS(no_fraud)},
    {"stop payment", NULL, 0, 0, false, false, ROWS(stop_payment)},
    {"stop payment renewed", NULL, 0, 0, false, false, ROWS(stop_payment_renewed)},
    {"stopped account frozen", NULL, 0, 0, false, false, ROWS(stopped_account_frozen)},
    {"freeze renewed", NULL, 0, 0, false, false, ROWS(freeze_renewed)},
    {"domestic violence", "domestic violence", 0, BIND(WHO_PERSON) | BIND(WHO_ORDER), false, false,
     ROWS(domestic_violence)},
    {"hall visit", "visits to the hall", 60, BIND(WHO_RECEPTION) | BIND(WHO_REPORT), true, false,
     ROWS(hall_visit)},
    {"consultation at the hall", NULL, 0, 0, false, false, ROWS(hall_consultation)},
    {"report at the hall", NULL, 0, 0, false, false, ROWS(hall_report)},
    {"report that nobody numbered", NULL, 0, 0, false, false, ROWS(hall_unnumbered)},
    {"complaint at the hall", "complaints", 0, BIND(WHO_COMPLAINT), false, false,
     ROWS(hall_complaint)},
};

const sw_life_table sw_lives_incident = {ROWS(lives)};
