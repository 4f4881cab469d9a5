#include "seawall/generate/life.h"

static const sw_row administrative_case[] = {
    EVENT("incident.linked_case", 0, 20, ""),
    EVENT("case.accepted", 0, 20,
          "track=administrative category=public_order|injury|public_order complexity=plain "
          "mediable=?300 needs_appraisal=?100 handler_qualified=true reported_in_time=true"),
    FORK(1000, "case file", 20, 200),
    FORK(250, "property in an administrative case", 30, 600),
    FORK(200, "second offender", 60, 3000),
    OR_CALL(760, "offender", 30, 1440),
    OR_CALL(200, "mediation", DAYS(1), DAYS(10)),
    OR_CALL(40, "case of long standing", DAYS(28), DAYS(30)),
    EVENT("case.closed", DAYS(1), DAYS(12), "close_kind=decided"),
};

static const sw_row mediation[] = {
    OR(850, "case.mediated", 0, 60, "n=1 result=agreed performed=true"),
    OR(150, "case.mediated", 0, 60, "n=1 result=failed performed=false"),
};

static const sw_row long_standing[] = {
    OR(700, "case.limit_extended", 0, 60,
       "clock=case add_value=30 add_unit=day approver_level=city ground=complex"),
    OR(300, "case.progress_recorded", 0, 60, "kind=month_plan_approved"),
};

static const sw_row second_offender[] = {CALL(1000, "offender", 0, 0)};

static const sw_row offender[] = {
    EVENT("person.brought_in", 0, 0,
          "role=suspect how=summoned|caught|came age=#14-72 sex=F|M|M|M"),
    FORK(1000, "visit of an offender", 2, 10),
    EVENT("coercion.hold_started", 2, 8, "measure=admin_inquiry arrived_at=@-5m npc_deputy=false"),
    FORK(1000, "inquiry", 20, 120),
    OR_CALL(800, "inquiry of 8 hours", 0, 0),
    OR_CALL(40, "drunk offender", 5, 20),
    OR_CALL(60, "inquiry of 12 hours", 0, 0),
    OR_CALL(85, "inquiry of 24 hours", 0, 0),
    OR_CALL(15, "offender of another station", 60, 200),
    CALL(1000, "decision", DAYS(1), DAYS(18)),
};

static const sw_row inquiry_8[] = {
    LATE("coercion.hold_ended", 60, 440, 485, 620, "measure=admin_inquiry"),
};

static const sw_row inquiry_12[] = {
    EVENT("coercion.hold_extended", 200, 450,
          "measure=admin_inquiry to_hours=12 approver_level=unit_leader"),
    LATE("coercion.hold_ended", 60, 230, 530, 600, "measure=admin_inquiry"),
};

static const sw_row inquiry_24[] = {
    EVENT("coercion.hold_extended", 200, 450,
          "measure=admin_inquiry to_hours=24 approver_level=county"),
    LATE("coercion.hold_ended", 100, 900, 1250, 1400, "measure=admin_inquiry"),
};

static const sw_row drunk[] = {
    EVENT("coercion.restraint_started", 0, 0,
          "measure=sobering foreign=false exception=false not_executable_group=false"),
    EVENT("coercion.restraint_ended", 120, 400, "measure=sobering"),
    CALL(1000, "inquiry of 8 hours", 0, 0),
};

static const sw_row transferred_offender[] = {
    EVENT("case.transferred_out", 0, 0, "urgent=true"),
    MOVE(),
    CALL(1000, "inquiry of 8 hours", 10, 30),
};

static const sw_row inquiry[] = {
    OR(880, "invest.action_performed", 0, 30,
       "action=question track=administrative officer_count=2 place_kind=case_area role=offender "
       "av_recorded=true age=#18-65 guardian_present=false guardian_unreachable=false minor=false"),
    OR(80, "invest.action_performed", 0, 30,
       "action=question track=administrative officer_count=1 place_kind=case_area role=offender "
       "av_recorded=true age=#18-65 guardian_present=false guardian_unreachable=false minor=false"),
    OR(10, "invest.action_performed", 0, 30,
       "action=question track=administrative officer_count=1 place_kind=case_area role=offender "
       "av_recorded=false age=#18-65 guardian_present=false guardian_unreachable=false "
       "minor=false"),
    OR(10, "invest.action_performed", 0, 30,
       "action=inspect track=administrative officer_count=1 place_kind=home role=offender "
       "av_recorded=true age=#18-65 guardian_present=false guardian_unreachable=false minor=false"),
    OR(20, "invest.action_performed", 0, 30,
       "action=question track=administrative officer_count=2 place_kind=case_area role=offender "
       "av_recorded=true age=#14-17 guardian_present=false guardian_unreachable=false minor=true"),
    EVENT("doc.signed", 20, 90,
          "doc_kind=record paper=false start_at=@-15m end_at=@ approval_required=false "
          "av_required=true"),
};

static const sw_row decision[] = {
    EVENT("case.penalty_informed", 0, 60, "hearing_right=?100"),
    OR_CALL(550, "fine by the station", 60, DAYS(2)),
    OR_CALL(250, "fine by the bureau", 60, DAYS(3)),
    OR_CALL(200, "administrative detention", 60, DAYS(2)),
};

static const sw_row station_fine[] = {
    OR(985, "case.decided", 0, 30,
       "decider=station fine=#100-1000 detention_days=0 detention_days_total=0 revoke=false "
       "category=public_order penalised=true minor=false public_official=false"),
    OR(15, "case.decided", 0, 30,
       "decider=station fine=#1001-3000 detention_days=0 detention_days_total=0 revoke=false "
       "category=public_order penalised=true minor=false public_official=false"),
    EVENT("doc.served", 30, 1440, "doc_kind=penalty_decision to_role=punished"),
    EVENT("fine.paid", DAYS(1), DAYS(14), "amount=#100-1000"),
};

static const sw_row bureau_fine[] = {
    EVENT("case.decided", 0, 30,
          "decider=county fine=#500-3900 detention_days=0 detention_days_total=0 revoke=false "
          "category=public_order penalised=true minor=false public_official=?20"),
    EVENT("doc.served", 30, 1440, "doc_kind=penalty_decision to_role=punished"),
};

static const sw_row administrative_detention[] = {
    OR(990, "case.decided", 0, 30,
       "decider=county fine=#0-500 detention_days=#5-15 detention_days_total=#5-20 revoke=false "
       "execute=true category=public_order penalised=true minor=false public_official=false"),
    OR(10, "case.decided", 0, 30,
       "decider=county fine=0 detention_days=15 detention_days_total=#21-25 revoke=false "
       "execute=true category=public_order penalised=true minor=false public_official=false"),
    FORK(30, "stay of detention", 30, 300),
    OR_CALL(450, "detention of 5 days", 60, 600),
    OR_CALL(350, "detention of 10 days", 60, 600),
    OR_CALL(200, "detention of 15 days", 60, 600),
};

static const sw_row detention_5[] = {
    OR(975, "coercion.restraint_started", 0, 20,
       "measure=admin_detention days=5 foreign=false exception=false not_executable_group=false"),
    OR(25, "coercion.restraint_started", 0, 20,
       "measure=admin_detention days=5 foreign=false exception=false not_executable_group=true"),
    LATE("coercion.restraint_ended", 6900, 7190, 8700, 8900, "measure=admin_detention"),
};

static const sw_row detention_10[] = {
    EVENT("coercion.restraint_started", 0, 20,
          "measure=admin_detention days=10 foreign=false exception=false "
          "not_executable_group=false"),
    OR_CALL(900, "", 0, 0),
    OR_CALL(100, "leave from detention", 2000, 6000),
    EVENT("coercion.restraint_ended", 7000, 8300, "measure=admin_detention"),
};

static const sw_row leave[] = {
    EVENT("coercion.restraint_paused", 0, 0, "measure=admin_detention"),
    EVENT("coercion.restraint_resumed", DAYS(1), DAYS(3), "measure=admin_detention"),
};

static const sw_row detention_15[] = {
    EVENT("coercion.restraint_started", 0, 20,
          "measure=admin_detention days=15 foreign=false exception=false "
          "not_executable_group=false"),
    LATE("coercion.restraint_ended", 21000, 21590, 23100, 23300, "measure=admin_detention"),
};

static const sw_row stay[] = {
    EVENT("remedy.requested", 0, 0, "remedy_kind=suspend_detention complete=true"),
    LATE("remedy.decided", 60, 1300, 1460, 1900, "remedy_kind=suspend_detention"),
};

static const sw_row traffic[] = {
    EVENT("traffic.offence_captured", 0, 0, ""),
    EVENT("traffic.offence_entered", DAYS(1), DAYS(8), "verified_invalid=?20"),
};

static const sw_row questioning[] = {
    EVENT("person.brought_in", 0, 0,
          "role=suspect how=street age=#18-60 pregnant_or_nursing=false -case_id"),
    OR(850, "coercion.hold_started", 3, 10,
       "measure=continued_questioning arrived_at=@-5m vulnerable=false npc_deputy=false"),
    OR(150, "coercion.hold_started", 3, 10,
       "measure=continued_questioning arrived_at=@-5m vulnerable=true npc_deputy=false"),
    OR_CALL(840, "questioning of 12 hours", 0, 0),
    OR_CALL(160, "questioning of 24 hours", 0, 0),
};

static const sw_row questioning_12[] = {
    LATE("coercion.hold_ended", 40, 230, 730, 900, "measure=continued_questioning"),
};

static const sw_row questioning_24[] = {
    EVENT("coercion.hold_extended", 300, 650,
          "measure=continued_questioning to_hours=24 approver_level=county_duty"),
    CALL(300, "questioning of 48 hours", 0, 0),
    EVENT("coercion.hold_ended", 60, 660, "measure=continued_questioning"),
};

static const sw_row questioning_48[] = {
    EVENT("coercion.hold_extended", 300, 700,
          "measure=continued_questioning to_hours=48 approver_level=county_head"),
};

static const sw_life lives[] = {
    {"administrative case", "administrative cases", 0, BIND(WHO_CASE), false, false,
     ROWS(administrative_case)},
    {"mediation", NULL, 0, BIND(WHO_PERSON), false, false, ROWS(mediation)},
    {"case of long standing", NULL, 0, 0, false, false, ROWS(long_standing)},
    {"second offender", NULL, 0, 0, false, false, ROWS(second_offender)},
    {"offender", "offenders", 0, BIND(WHO_PERSON) | BIND(WHO_DOC), false, false, ROWS(offender)},
    {"inquiry of 8 hours", NULL, 0, 0, false, false, ROWS(inquiry_8)},
    {"inquiry of 12 hours", NULL, 0, 0, false, false, ROWS(inquiry_12)},
    {"inquiry of 24 hours", NULL, 0, 0, false, false, ROWS(inquiry_24)},
    {"drunk offender", NULL, 0, 0, false, false, ROWS(drunk)},
    {"offender of another station", NULL, 0, 0, false, false, ROWS(transferred_offender)},
    {"inquiry", NULL, 0, BIND(WHO_DOC), false, false, ROWS(inquiry)},
    {"decision", NULL, 0, 0, false, false, ROWS(decision)},
    {"fine by the station", NULL, 0, 0, false, false, ROWS(station_fine)},
    {"fine by the bureau", NULL, 0, 0, false, false, ROWS(bureau_fine)},
    {"administrative detention", "administrative detentions", 0, 0, false, false,
     ROWS(administrative_detention)},
    {"detention of 5 days", NULL, 0, 0, false, false, ROWS(detention_5)},
    {"detention of 10 days", NULL, 0, 0, false, false, ROWS(detention_10)},
    {"leave from detention", NULL, 0, 0, false, false, ROWS(leave)},
    {"detention of 15 days", NULL, 0, 0, false, false, ROWS(detention_15)},
    {"stay of detention", NULL, 0, BIND(WHO_REMEDY), false, false, ROWS(stay)},
    {"traffic offence", "traffic offences", 90, BIND(WHO_OFFENCE), false, false, ROWS(traffic)},
    {"continued questioning", "continued questionings", 12, BIND(WHO_PERSON), false, false,
     ROWS(questioning)},
    {"questioning of 12 hours", NULL, 0, 0, false, false, ROWS(questioning_12)},
    {"questioning of 24 hours", NULL, 0, 0, false, false, ROWS(questioning_24)},
    {"questioning of 48 hours", NULL, 0, 0, false, false, ROWS(questioning_48)},
};

const sw_life_table sw_lives_administrative = {ROWS(lives)};
