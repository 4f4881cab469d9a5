#include "seawall/cli/report.h"
#include "seawall/cli/term.h"
#include "seawall/input/load.h"
#include "seawall/rules/cmd_rules.h"

#define REPORT_BYTES ((size_t)256 << 20)

static const sw_cli_option options[] = {
    {"catalogue", "FILE", "event types, instead of those that belong to the packs", true},
    {"calendar", "FILE", "working-day calendar, instead of those that belong to the packs", true},
};

static const sw_cli_spec spec = {
    .command = "rules check",
    .args = "PACK…",
    .args_min = 1,
    .args_max = UINT32_MAX,
    .summary = "Reads rule packs and says everything that is wrong with them, each with its place.",
    .options = options,
    .option_count = SW_COUNT(options),
    .notes = "PACK is a file or a folder. Files of one name and version are one pack.\n"
             "Notes are about what is allowed but looks wrong; they don't fail the check.\n"
             "Exit codes: 0 all is good, 1 errors were found, 2 wrong usage.",
};

static void count_kinds(const sw_ruleset *set, uint32_t counts[SW_MATCH + 1]) {
    memset(counts, 0, (SW_MATCH + 1) * sizeof counts[0]);
    for (uint32_t i = 0; i < sw_ruleset_rule_count(set); i++)
        counts[sw_ruleset_rule(set, i)->kind]++;
}

static void tell(const sw_load *load) {
    uint32_t counts[SW_MATCH + 1];
    count_kinds(load->set, counts);
    for (uint32_t i = 0; i < sw_ruleset_pack_count(load->set); i++) {
        const sw_pack *pack = sw_ruleset_pack(load->set, i);
        printf("%.*s@%.*s  ", SW_FMT(pack->name), SW_FMT(pack->version));
    }
    printf("%u rules:", sw_ruleset_rule_count(load->set));
    bool first = true;
    for (int kind = SW_DEADLINE; kind <= SW_MATCH; kind++)
        if (counts[kind]) {
            printf("%s %u %s", first ? "" : ",", counts[kind], sw_kind_name((sw_kind)kind));
            first = false;
        }
    printf("; no errors, %u notes\n", load->notes.count);
}

static void report_packs(sw_buf *buf, const sw_ruleset *set) {
    sw_buf_add_byte(buf, '[');
    for (uint32_t i = 0; i < sw_ruleset_pack_count(set); i++) {
        const sw_pack *pack = sw_ruleset_pack(set, i);
        char hash[SW_HASH128_TEXT];
        bool first = true;
        sw_hash128_hex(pack->hash, hash);
        sw_buf_add_cstr(buf, i ? ",{" : "{");
        sw_report_text(buf, &first, "name", pack->name);
        sw_report_text(buf, &first, "version", pack->version);
        sw_report_text(buf, &first, "hash", sw_slice_cstr(hash));
        sw_buf_add_byte(buf, '}');
    }
    sw_buf_add_byte(buf, ']');
}

static bool report(const sw_load *load, bool good) {
    sw_buf buf;
    bool first = true;
    sw_buf_init(&buf, REPORT_BYTES);
    sw_buf_add_byte(&buf, '{');
    sw_report_bool(&buf, &first, "valid", good);
    if (good) {
        sw_report_name(&buf, &first, "packs");
        report_packs(&buf, load->set);
        sw_report_int(&buf, &first, "rules", sw_ruleset_rule_count(load->set));
    }
    sw_report_name(&buf, &first, "errors");
    sw_report_diags(&buf, &load->diags);
    sw_report_name(&buf, &first, "notes");
    sw_report_diags(&buf, &load->notes);
    sw_buf_add_byte(&buf, '}');
    bool written = sw_report_print(&buf);
    sw_buf_done(&buf);
    return written;
}

static int check(const sw_cli *cli, sw_arena *arena) {
    sw_load load;
    bool good = sw_load_rules_quietly(&load, arena, cli, cli->args, cli->arg_count);
    if (cli->json) {
        if (!report(&load, good)) return SW_EXIT_FAILED;
    } else {
        sw_print_diags(stderr, &load.diags, "error", SW_TINT_RED);
        sw_print_diags(stderr, &load.notes, "note", SW_TINT_YELLOW);
        if (good)
            tell(&load);
        else
            fprintf(stderr, "%u errors, %u notes\n", load.diags.count, load.notes.count);
    }
    return good ? SW_EXIT_OK : SW_EXIT_FAILED;
}

static int run(int argc, char **argv) {
    return sw_cli_run(&spec, argc, argv, check);
}

const sw_command sw_cmd_rules_check = {"check", "find every error of rule packs", run};
