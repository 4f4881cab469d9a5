#include "report/bulletin/issue.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text/json.h"
#include "text/time.h"
#include "text/yaml.h"

#define FILE_BYTES_MAX ((size_t)16 << 20)
#define HEAD_BYTES_MAX 1024u
#define PATH_BYTES     4096u
#define EDITIONS_MAX   1000u
#define ISSUES_MAX     100000u
#define PART           ".part" /* ends the names of what is being written */

static sw_err err_of_errno(void) {
    return errno == ENOSPC || errno == EDQUOT ? SW_E_FULL
           : errno == ENOENT                  ? SW_E_NOT_FOUND
                                              : SW_E_IO;
}

/* ---- names ------------------------------------------------------------------------------ */

static void stem_of(sw_bulletin_kind kind, sw_slice org, int32_t from, char ret[64]) {
    char date[SW_DATE_TEXT];
    sw_date_text(from, date);
    if (org.len > SW_ORG_DIGITS) org.len = SW_ORG_DIGITS;
    (void)snprintf(ret, 64, "%s-%s-%.*s", sw_bulletin_kind_name(kind), date,
                   org.len ? (int)org.len : 3, org.len ? org.ptr : "all");
}

static bool path_of(const char *dir, const char *stem, uint32_t edition, char ret[PATH_BYTES]) {
    const int len = snprintf(ret, PATH_BYTES, "%s/%s.%u.json", dir, stem, edition);
    return len > 0 && (size_t)len < PATH_BYTES;
}

/* What a file's name says. False: it is no bulletin's. */
static bool name_read(const char *name, sw_issue *ret) {
    char kind[16], date[16], org[16], rest[8];
    int64_t from;
    *ret = (sw_issue){0};
    if (sscanf(name, "%15[a-z]-%10[0-9-]-%12[0-9a-z].%u.%7s", kind, date, org, &ret->edition,
               rest) != 5 ||
        strcmp(rest, "json") != 0)
        return false;
    if (!sw_bulletin_kind_parse(sw_slice_cstr(kind), &ret->kind) ||
        sw_date_parse(sw_slice_cstr(date), &from) != SW_OK)
        return false;
    ret->from = (int32_t)from;
    if (strcmp(org, "all") != 0) memcpy(ret->org, org, strlen(org));
    return true;
}

sw_err sw_issues_open(const char *dir) {
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) return err_of_errno();
    DIR *folder = opendir(dir);
    if (!folder) return err_of_errno();
    for (const struct dirent *e; (e = readdir(folder));) {
        const size_t len = strlen(e->d_name), end = sizeof PART - 1;
        if (len > end && strcmp(e->d_name + len - end, PART) == 0)
            (void)unlinkat(dirfd(folder), e->d_name, 0);
    }
    closedir(folder);
    return SW_OK;
}

/* ---- writing ---------------------------------------------------------------------------- */

static void measure(sw_buf *out, const char *name, const sw_measure *m) {
    sw_buf_printf(out, ",\"%s\":[%llu,%llu]", name, (unsigned long long)m->count,
                  (unsigned long long)m->whole);
}

static void row_of(sw_buf *out, sw_slice domain, const sw_bulletin_row *row) {
    sw_buf_add_cstr(out, "{\"id\":");
    sw_json_write_string(out, row->indicator->id);
    sw_buf_add_cstr(out, ",\"name\":");
    sw_json_write_string(out, row->indicator->name);
    sw_buf_add_cstr(out, ",\"name_en\":");
    sw_json_write_string(out, row->indicator->name_en);
    sw_buf_add_cstr(out, ",\"domain\":");
    sw_json_write_string(out, domain);
    sw_buf_printf(
        out, ",\"ratio\":%d,\"less\":%d,\"more\":%d", row->indicator->kind == SW_INDICATOR_RATIO,
        row->indicator->better == SW_BETTER_LESS, row->indicator->better == SW_BETTER_MORE);
    measure(out, "now", &row->now);
    measure(out, "previous", &row->previous);
    measure(out, "year_before", &row->year_before);
    sw_buf_add_byte(out, '}');
}

static void write_units(const sw_bulletin *b, sw_buf *out) {
    sw_buf_add_cstr(out, "],\"columns\":[");
    for (uint32_t c = 0; c < b->column_count; c++) {
        if (c) sw_buf_add_byte(out, ',');
        sw_json_write_string(out, b->columns[c]->id);
    }
    sw_buf_add_cstr(out, "],\"units\":[");
    for (uint32_t u = 0; u < b->unit_count; u++) {
        sw_buf_add_cstr(out, u ? ",{\"org\":" : "{\"org\":");
        sw_json_write_string(out, b->units[u].org);
        sw_buf_add_cstr(out, ",\"counts\":[");
        for (uint32_t c = 0; c < b->column_count; c++)
            sw_buf_printf(out, "%s%llu", c ? "," : "", (unsigned long long)b->units[u].counts[c]);
        sw_buf_add_cstr(out, "]}");
    }
    sw_buf_add_byte(out, ']');
}

static void write_text(const sw_bulletin *b, const sw_issue *issue, sw_slice as_of, sw_buf *out) {
    sw_buf_printf(out, "{\"issued_ms\":%lld,\"by\":", (long long)issue->issued_ms);
    sw_json_write_string(out, sw_slice_cstr(issue->by));
    sw_buf_add_cstr(out, "}\n{\"as_of\":");
    sw_buf_add(out, as_of.len ? as_of : SW_S("{}"));
    sw_buf_add_cstr(out, ",\"pack\":");
    sw_json_write_string(out, b->indicators->name);
    sw_buf_add_cstr(out, ",\"version\":");
    sw_json_write_string(out, b->indicators->version);
    sw_buf_add_cstr(out, ",\"rows\":[");
    bool first = true;
    for (uint32_t s = 0; s < b->section_count; s++)
        for (uint32_t r = 0; r < b->sections[s].row_count; r++) {
            if (!first) sw_buf_add_byte(out, ',');
            first = false;
            row_of(out, b->sections[s].domain, &b->sections[s].rows[r]);
        }
    write_units(b, out);
    sw_buf_add_cstr(out, "}\n");
}

static sw_err sync_folder(const char *dir) {
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return err_of_errno();
    const sw_err err = fsync(fd) == 0 ? SW_OK : err_of_errno();
    close(fd);
    return err;
}

static sw_err write_all(int fd, sw_slice bytes) {
    for (size_t at = 0; at < bytes.len;) {
        const ssize_t n = write(fd, bytes.ptr + at, bytes.len - at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return err_of_errno();
        at += (size_t)n;
    }
    return fsync(fd) == 0 ? SW_OK : err_of_errno();
}

/* A name that stands can't be taken: link(2) is what makes an edition one of its kind. */
static sw_err give_name(const char *dir, const char *part, const char *stem, uint32_t edition,
                        uint32_t *ret_edition) {
    char path[PATH_BYTES];
    for (uint32_t n = edition ? edition : 1; n <= EDITIONS_MAX; n++) {
        if (!path_of(dir, stem, n, path)) return SW_E_LIMIT;
        *ret_edition = n;
        if (link(part, path) == 0) return SW_OK;
        if (errno != EEXIST) return err_of_errno();
        if (edition) return SW_E_CONFLICT;
    }
    return SW_E_LIMIT;
}

static sw_err keep(const char *dir, const char *stem, sw_slice text, uint32_t edition,
                   uint32_t *ret_edition) {
    char part[PATH_BYTES];
    const int len = snprintf(part, sizeof part, "%s/%s.XXXXXX" PART, dir, stem);
    if (len < 0 || (size_t)len >= sizeof part) return SW_E_LIMIT;
    const int fd = mkstemps(part, sizeof PART - 1);
    if (fd < 0) return err_of_errno();
    sw_err err = write_all(fd, text);
    close(fd);
    if (!err) err = give_name(dir, part, stem, edition, ret_edition);
    (void)unlink(part);
    return err ? err : sync_folder(dir);
}

sw_err sw_issue_write(const char *dir, const sw_bulletin *bulletin, uint32_t edition, sw_slice by,
                      sw_slice as_of, sw_issue *ret) {
    char stem[64];
    sw_buf text;
    *ret = (sw_issue){
        .kind = bulletin->kind, .from = bulletin->span.from, .issued_ms = bulletin->made_ms};
    if (bulletin->org.len) memcpy(ret->org, bulletin->org.ptr, bulletin->org.len);
    const size_t by_len = by.len < sizeof ret->by ? by.len : sizeof ret->by - 1;
    if (by_len) memcpy(ret->by, by.ptr, by_len);
    stem_of(bulletin->kind, bulletin->org, bulletin->span.from, stem);
    sw_buf_init(&text, FILE_BYTES_MAX);
    write_text(bulletin, ret, as_of, &text);
    sw_err err = text.err;
    if (!err) err = keep(dir, stem, sw_buf_slice(&text), edition, &ret->edition);
    sw_buf_done(&text);
    return err;
}

/* ---- reading ---------------------------------------------------------------------------- */

bool sw_issue_head(const char *dir, sw_issue *issue) {
    char stem[64], path[PATH_BYTES], head[HEAD_BYTES_MAX];
    stem_of(issue->kind, sw_slice_cstr(issue->org), issue->from, stem);
    if (!path_of(dir, stem, issue->edition, path)) return false;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof head);
    if (fd >= 0) close(fd);
    const char *end = n > 0 ? memchr(head, '\n', (size_t)n) : NULL;
    if (!end) return false;
    sw_arena arena;
    const sw_json *json, *by;
    sw_arena_init(&arena, 65536);
    bool good = sw_json_parse(&arena, sw_slice_of(head, (size_t)(end - head)), (sw_json_limits){0},
                              NULL, &json) == SW_OK;
    by = good ? sw_json_get(json, SW_S("by")) : NULL;
    good = by && sw_json_int(sw_json_get(json, SW_S("issued_ms")), &issue->issued_ms) == SW_OK &&
           by->text.len < sizeof issue->by;
    if (good) memcpy(issue->by, by->text.ptr, by->text.len);
    sw_arena_done(&arena);
    return good;
}

bool sw_issue_known(const char *dir, sw_bulletin_kind kind, sw_slice org, int32_t from) {
    char stem[64], path[PATH_BYTES];
    stem_of(kind, org, from, stem);
    return path_of(dir, stem, 1, path) && access(path, F_OK) == 0;
}

static bool read_measure(const sw_json *row, sw_slice name, sw_measure *ret) {
    const sw_json *pair = sw_json_get(row, name);
    int64_t n[2];
    if (!pair || pair->count != 2 || sw_json_int(pair->first, &n[0]) ||
        sw_json_int(pair->first->next, &n[1]))
        return false;
    *ret = (sw_measure){(uint64_t)n[0], (uint64_t)n[1]};
    return true;
}

static sw_slice text_of(const sw_json *object, sw_slice name) {
    const sw_json *m = sw_json_get(object, name);
    return m && m->kind == SW_JSON_STRING ? m->text : SW_S("");
}

static bool flag_of(const sw_json *object, sw_slice name) {
    int64_t n;
    const sw_json *m = sw_json_get(object, name);
    return m && sw_json_int(m, &n) == SW_OK && n != 0;
}

typedef struct reading {
    sw_arena *arena;
    sw_bulletin *b;
    sw_indicator *list;
    sw_bulletin_row *rows;
    uint32_t count;
} reading;

static bool read_rows(reading *r, const sw_json *list) {
    sw_bulletin_section *sections = sw_arena_zero(r->arena, list->count + 1, sizeof *sections);
    r->list = sw_arena_zero(r->arena, list->count + 1, sizeof *r->list);
    r->rows = sw_arena_zero(r->arena, list->count + 1, sizeof *r->rows);
    if (!sections || !r->list || !r->rows) return false;
    r->b->sections = sections;
    for (const sw_json *row = list->first; row; row = row->next, r->count++) {
        sw_indicator *indicator = &r->list[r->count];
        *indicator = (sw_indicator){.id = text_of(row, SW_S("id")),
                                    .name = text_of(row, SW_S("name")),
                                    .name_en = text_of(row, SW_S("name_en")),
                                    .domain = text_of(row, SW_S("domain")),
                                    .index = r->count,
                                    .kind = flag_of(row, SW_S("ratio")) ? SW_INDICATOR_RATIO
                                                                        : SW_INDICATOR_EVENTS,
                                    .better = flag_of(row, SW_S("less"))   ? SW_BETTER_LESS
                                              : flag_of(row, SW_S("more")) ? SW_BETTER_MORE
                                                                           : SW_BETTER_NEITHER};
        sw_bulletin_row *into = &r->rows[r->count];
        into->indicator = indicator;
        if (!read_measure(row, SW_S("now"), &into->now) ||
            !read_measure(row, SW_S("previous"), &into->previous) ||
            !read_measure(row, SW_S("year_before"), &into->year_before))
            return false;
        sw_bulletin_section *last = r->b->section_count ? &sections[r->b->section_count - 1] : NULL;
        if (!last || !sw_slice_eq(last->domain, indicator->domain)) {
            last = &sections[r->b->section_count++];
            *last = (sw_bulletin_section){.domain = indicator->domain, .rows = into};
        }
        last->row_count++;
    }
    return true;
}

static bool read_columns(reading *r, const sw_json *list) {
    const sw_indicator **columns = sw_arena_zero(r->arena, list->count + 1, sizeof *columns);
    if (!columns) return false;
    for (const sw_json *id = list->first; id; id = id->next) {
        uint32_t i = 0;
        while (i < r->count && !sw_slice_eq(r->list[i].id, id->text)) i++;
        if (i == r->count) return false;
        columns[r->b->column_count++] = &r->list[i];
    }
    r->b->columns = columns;
    return true;
}

static bool read_units(reading *r, const sw_json *list) {
    sw_bulletin_unit *units = sw_arena_zero(r->arena, list->count + 1, sizeof *units);
    if (!units) return false;
    for (const sw_json *node = list->first; node; node = node->next) {
        sw_bulletin_unit *unit = &units[r->b->unit_count++];
        const sw_json *counts = sw_json_get(node, SW_S("counts"));
        unit->org = text_of(node, SW_S("org"));
        unit->counts = sw_arena_zero(r->arena, r->b->column_count + 1, sizeof *unit->counts);
        if (!unit->counts || !counts || counts->count != r->b->column_count) return false;
        uint32_t c = 0;
        for (const sw_json *n = counts->first; n; n = n->next, c++) {
            int64_t count;
            if (sw_json_int(n, &count) != SW_OK) return false;
            unit->counts[c] = (uint64_t)count;
            unit->sum += (uint64_t)count;
        }
    }
    r->b->units = units;
    return true;
}

static sw_err read_body(const sw_json *root, const sw_indicators *now, sw_arena *arena,
                        sw_bulletin *ret) {
    reading r = {.arena = arena, .b = ret};
    const sw_json *rows = sw_json_get(root, SW_S("rows"));
    const sw_json *columns = sw_json_get(root, SW_S("columns"));
    const sw_json *units = sw_json_get(root, SW_S("units"));
    sw_indicators *pack = sw_arena_zero(arena, 1, sizeof *pack);
    if (!pack) return SW_E_LIMIT;
    if (!rows || !columns || !units || !read_rows(&r, rows) || !read_columns(&r, columns) ||
        !read_units(&r, units))
        return SW_E_CORRUPT;
    *pack = (sw_indicators){.name = text_of(root, SW_S("pack")),
                            .version = text_of(root, SW_S("version")),
                            .zone = now->zone,
                            .catalogue = now->catalogue,
                            .list = r.list,
                            .count = r.count};
    ret->indicators = pack;
    return SW_OK;
}

static sw_err read_file(const char *dir, const sw_issue *issue, const sw_indicators *now,
                        sw_arena *arena, sw_bulletin *ret) {
    char stem[64], path[PATH_BYTES];
    sw_slice text, org = sw_slice_cstr(issue->org);
    const sw_json *root;
    stem_of(issue->kind, org, issue->from, stem);
    if (!path_of(dir, stem, issue->edition, path)) return SW_E_LIMIT;
    sw_err err = sw_file_read(arena, path, FILE_BYTES_MAX, NULL, &text);
    if (err) return err;
    const char *line = memchr(text.ptr, '\n', text.len);
    if (!line) return SW_E_CORRUPT;
    text = sw_slice_sub(text, (size_t)(line - text.ptr) + 1, text.len);
    err = sw_json_parse(arena, text, (sw_json_limits){0}, NULL, &root);
    if (err) return err == SW_E_LIMIT ? err : SW_E_CORRUPT;
    *ret = (sw_bulletin){.kind = issue->kind,
                         .span = sw_bulletin_span(issue->kind, issue->from),
                         .made_ms = issue->issued_ms,
                         .edition = issue->edition};
    if (!sw_arena_copy(arena, org, &ret->org)) return SW_E_LIMIT;
    return read_body(root, now, arena, ret);
}

sw_err sw_issue_read(const char *dir, const sw_issue_wish *wish, const sw_indicators *now,
                     sw_arena *arena, sw_issue *ret, sw_bulletin *ret_bulletin) {
    sw_issue found = {0};
    for (uint32_t n = 1; n <= EDITIONS_MAX; n++) {
        sw_issue next = {.kind = wish->kind, .from = wish->from, .edition = n};
        if (wish->org.len) memcpy(next.org, wish->org.ptr, wish->org.len);
        if (!sw_issue_head(dir, &next)) break;
        if (next.issued_ms <= wish->known_ms) found = next;
    }
    if (found.edition == 0) return SW_E_NOT_FOUND;
    *ret = found;
    return read_file(dir, &found, now, arena, ret_bulletin);
}

/* ---- the index -------------------------------------------------------------------------- */

/* The latest period first; of one the last edition first. */
static int newest_first(const void *a, const void *b) {
    const sw_issue *x = a, *y = b;
    if (x->from != y->from) return x->from > y->from ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    const int org = strcmp(x->org, y->org);
    if (org) return org;
    return x->edition > y->edition ? -1 : x->edition < y->edition;
}

static sw_err read_names(DIR *folder, int32_t kind, sw_slice org, sw_arena *arena, sw_issue **ret,
                         uint32_t *ret_count) {
    uint32_t cap = 256;
    sw_issue *list = sw_arena_alloc(arena, cap * sizeof *list), issue;
    *ret_count = 0;
    for (const struct dirent *e; list && (e = readdir(folder));) {
        if (!name_read(e->d_name, &issue) || (kind >= 0 && (int32_t)issue.kind != kind) ||
            !sw_slice_starts(sw_slice_cstr(issue.org), org))
            continue;
        if (*ret_count == cap) {
            sw_issue *more =
                cap < ISSUES_MAX ? sw_arena_alloc(arena, 2 * cap * sizeof *more) : NULL;
            if (more) memcpy(more, list, cap * sizeof *more);
            list = more;
            cap *= 2;
            if (!list) break;
        }
        list[(*ret_count)++] = issue;
    }
    *ret = list;
    return list ? SW_OK : SW_E_LIMIT;
}

sw_err sw_issues_list(const char *dir, int32_t kind, sw_slice org, sw_arena *arena, sw_issue **ret,
                      uint32_t *ret_count) {
    DIR *folder = opendir(dir);
    if (!folder) return err_of_errno();
    sw_err err = read_names(folder, kind, org, arena, ret, ret_count);
    closedir(folder);
    if (!err && *ret_count > 1) qsort(*ret, *ret_count, sizeof **ret, newest_first);
    return err;
}

void sw_issue_id(const sw_issue *issue, char ret[SW_ISSUE_ID_BYTES]) {
    char stem[64];
    stem_of(issue->kind, sw_slice_cstr(issue->org), issue->from, stem);
    (void)snprintf(ret, SW_ISSUE_ID_BYTES, "%s.%u", stem, issue->edition);
}

void sw_issue_json(const sw_issue *issue, const sw_zone *zone, sw_buf *out) {
    char id[SW_ISSUE_ID_BYTES], from[SW_DATE_TEXT], to[SW_DATE_TEXT];
    const sw_span_days span = sw_bulletin_span(issue->kind, issue->from);
    sw_issue_id(issue, id);
    sw_date_text(span.from, from);
    sw_date_text(span.to, to);
    sw_buf_printf(out,
                  "\"id\":\"%s\",\"kind\":\"%s\",\"org\":\"%s\",\"from\":\"%s\",\"to\":\"%s\","
                  "\"edition\":%u,\"issued_at\":\"",
                  id, sw_bulletin_kind_name(issue->kind), issue->org, from, to, issue->edition);
    sw_time_write(out, issue->issued_ms, sw_zone_offset(zone, issue->issued_ms));
    sw_buf_add_cstr(out, "\",\"by\":");
    sw_json_write_string(out, sw_slice_cstr(issue->by));
}
