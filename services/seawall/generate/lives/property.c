#include "seawall/generate/life.h"

static const sw_row criminal_property[] = {
    OR_CALL(600, "goods seized", 0, 0),  OR_CALL(160, "cash seized", 0, 0),
    OR_CALL(70, "drugs seized", 0, 0),   OR_CALL(70, "property taken far away", 0, 0),
    OR_CALL(60, "account frozen", 0, 0), OR_CALL(40, "seized on the spot", 0, 0),
};

static const sw_row goods[] = {
    EVENT("property.seized", 0, 0,
          "kind=phone|knife|computer|bicycle track=criminal onspot=false offsite=false "
          "urgent_exam=false valuable=?100 av_recorded=true"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=goods"),
    CALL(150, "property on loan", DAYS(2), DAYS(20)),
    OR_CALL(120, "unrelated property", DAYS(3), DAYS(30)),
    OR_CALL(120, "joint store", DAYS(2), DAYS(20)),
    OR(500, "property.released", DAYS(20), DAYS(90), "to=victim kind=goods"),
    OR(260, "property.disposed", DAYS(60), DAYS(120), "how=treasury"),
};

static const sw_row property_on_loan[] = {
    EVENT("property.checked_out", 0, 0, "due_at=@+3d"),
    EVENT("property.checked_in", DAYS(1), DAYS(3), ""),
};

static const sw_row unrelated[] = {
    EVENT("property.found_unrelated", 0, 0, ""),
    LATE("property.released", 300, 3600, 6500, 9000, "kind=goods"),
};

static const sw_row joint_store[] = {
    EVENT("property.custody_transferred", 0, 0, "to_agency=procuratorate"),
    LATE("property.custody_accepted", 300, 3800, 6000, 7000, ""),
};

static const sw_row cash[] = {
    EVENT("property.seized", 0, 0,
          "kind=cash track=criminal amount=#200-80000 onspot=false offsite=false urgent_exam=false "
          "av_recorded=true"),
    LATE("property.stored", 60, 1200, 1460, 2200, "account=unit_single"),
    EVENT("property.disposed", DAYS(60), DAYS(120), "how=treasury"),
};

static const sw_row drugs[] = {
    EVENT("property.seized", 0, 0,
          "kind=drug track=criminal onspot=false offsite=false urgent_exam=false av_recorded=true"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=drug"),
    EVENT("property.disposed", DAYS(60), DAYS(120), "how=destroyed"),
};

static const sw_row far_away[] = {
    EVENT("property.seized", 0, 0,
          "kind=phone|computer track=criminal onspot=false offsite=true urgent_exam=false "
          "av_recorded=true"),
    EVENT("property.brought_back", DAYS(1), DAYS(4), "offsite=true"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=goods"),
    EVENT("property.released", DAYS(20), DAYS(90), "to=victim"),
};

static const sw_row on_the_spot[] = {
    EVENT("property.seized", 0, 0,
          "kind=knife track=criminal onspot=true offsite=false urgent_exam=false av_recorded=true "
          "basis=urgent_onspot -case_id"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=goods"),
    EVENT("property.disposed", DAYS(30), DAYS(120), "how=destroyed"),
};

static const sw_row account_frozen[] = {
    OR(850, "property.frozen", 0, 60,
       "kind=deposit|remittance|margin track=criminal major=false approver_level=county "
       "valid_to=@+180d"),
    OR(150, "property.frozen", 0, 60,
       "kind=equity|policy|investment track=criminal major=false approver_level=city "
       "valid_to=@+180d"),
    CALL(350, "freeze renewed", 0, 0),
    LATE("property.released", DAYS(20), DAYS(170), DAYS(185), DAYS(200), ""),
};

static const sw_row administrative_property[] = {
    EVENT("property.seized", 0, 0,
          "kind=knife|illegal_device|licence track=administrative onspot=false offsite=false "
          "urgent_exam=false av_recorded=true"),
    LATE("property.stored", 60, 1200, 1460, 2200, "store=goods"),
    OR_CALL(60, "seizure extended", DAYS(18), DAYS(27)),
    OR_CALL(30, "seizure with an appraisal", DAYS(2), DAYS(6)),
    OR_CALL(910, "", 0, 0),
    OR(500, "property.released", DAYS(3), DAYS(20), "kind=goods"),
    OR(500, "property.disposed", DAYS(3), DAYS(20), "how=destroyed"),
};

static const sw_row seizure_extended[] = {
    EVENT("property.extension_approved", 0, 60, "kind=seizure approver_level=county"),
};

static const sw_row seizure_appraised[] = {
    EVENT("appraisal.excluded_started", 0, 60, "appraisal_kind=medical"),
    EVENT("appraisal.excluded_ended", DAYS(5), DAYS(15), "appraisal_kind=medical"),
};

static const sw_row stocktake[] = {
    OR(860, "property.stocktaken", 0, 0, "mismatch=0 holder=keeper"),
    OR(80, "property.stocktaken", 0, 0, "mismatch=#1-3 holder=keeper"),
    OR(60, "property.stocktaken", 0, 0, "mismatch=0 holder=investigator"),
};

static const sw_life lives[] = {
    {"property in a criminal case", "property", 0, BIND(WHO_PROPERTY) | BIND(WHO_ACCOUNT), false,
     false, ROWS(criminal_property)},
    {"goods seized", NULL, 0, 0, false, false, ROWS(goods)},
    {"property on loan", NULL, 0, 0, false, false, ROWS(property_on_loan)},
    {"unrelated property", NULL, 0, 0, false, false, ROWS(unrelated)},
    {"joint store", NULL, 0, 0, false, false, ROWS(joint_store)},
    {"cash seized", NULL, 0, 0, false, false, ROWS(cash)},
    {"drugs seized", NULL, 0, 0, false, false, ROWS(drugs)},
    {"property taken far away", NULL, 0, 0, false, false, ROWS(far_away)},
    {"seized on the spot", NULL, 0, 0, false, false, ROWS(on_the_spot)},
    {"account frozen", NULL, 0, 0, false, false, ROWS(account_frozen)},
    {"property in an administrative case", "property", 0, BIND(WHO_PROPERTY), false, false,
     ROWS(administrative_property)},
    {"seizure extended", NULL, 0, 0, false, false, ROWS(seizure_extended)},
    {"seizure with an appraisal", NULL, 0, BIND(WHO_APPRAISAL), false, false,
     ROWS(seizure_appraised)},
    {"stocktake", "stocktakes", 12, 0, true, false, ROWS(stocktake)},
};

const sw_life_table sw_lives_property = {ROWS(lives)};
