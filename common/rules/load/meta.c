#include "rules/load/overlay.h"

#include "rules/load/span.h"
#include "rules/load/versions.h"
#include "text/sort.h"

typedef struct head {
    const sw_yaml *api, *kind, *metadata, *rules;
} head;

static const key_spec head_keys[] = {
    {"apiVersion", load_node, offsetof(head, api), .required = true},
    {"kind", load_node, offsetof(head, kind), .required = true},
    {"metadata", load_node, offsetof(head, metadata), .required = true},
    {"rules", load_node, offsetof(head, rules), .required = true},
};
static const key_table head_table = {"a rule pack", head_keys, SW_COUNT(head_keys)};

static const key_spec meta_keys[] = {
    {"name", load_token, offsetof(pack_draft, name), .required = true},
    {"version", load_token, offsetof(pack_draft, version), .required = true},
    {"title", load_text, offsetof(pack_draft, title)},
    {"note", load_text, offsetof(pack_draft, note)},
    {"timezone", load_token, offsetof(pack_draft, timezone)},
    {"calendar", load_token, offsetof(pack_draft, calendar)},
    {"effective", load_node, offsetof(pack_draft, effective_node)},
    {"overlay", load_token, offsetof(pack_draft, overlay)},
};
static const key_table meta_table = {"metadata", meta_keys, SW_COUNT(meta_keys)};

static void expect(loader *l, const sw_yaml *node, const char *key, const char *text) {
    if (!node || sw_slice_is(node->text, text)) return;
    size_t before = load_enter_key(l, sw_slice_cstr(key));
    sw_slice hint = sw_arena_printf(l->arena, "write %s: %s", key, text);
    load_error_at(l, SW_E_INVALID, node, hint.ptr, "'%.*s' is not %s", SW_FMT(node->text), text);
    load_leave(l, before);
}

static pack_draft *find_pack(const pack_list *packs, const pack_draft *read) {
    for (pack_draft *pack = packs->first; pack; pack = pack->next)
        if (sw_slice_eq(pack->name, read->name) && sw_slice_eq(pack->version, read->version))
            return pack;
    return NULL;
}

/* Files of one pack may leave out what another of them says, but not say otherwise. */
static void join_text(loader *l, const sw_yaml *metadata, const char *key, sw_slice *whole,
                      sw_slice part) {
    if (part.len == 0) return;
    if (whole->len == 0) {
        *whole = part;
        return;
    }
    if (sw_slice_eq(*whole, part)) return;
    size_t before = load_enter_key(l, sw_slice_cstr(key));
    load_error_at(l, SW_E_CONFLICT, sw_yaml_get(metadata, key),
                  "files of one name and version are one pack",
                  "another file of this pack says '%.*s'", SW_FMT(*whole));
    load_leave(l, before);
}

static bool same_scalar(const sw_yaml *a, const sw_yaml *b) {
    return a && b ? sw_slice_eq(a->text, b->text) : a == b;
}

static void join_effective(loader *l, pack_draft *pack, const pack_draft *read) {
    const sw_yaml *node = read->effective_node;
    if (!node) return;
    if (!pack->effective_node) {
        pack->effective_node = node;
        pack->effective_file = l->file;
        return;
    }
    const sw_yaml *other = pack->effective_node;
    if (same_scalar(sw_yaml_get(node, "from"), sw_yaml_get(other, "from")) &&
        same_scalar(sw_yaml_get(node, "until"), sw_yaml_get(other, "until")))
        return;
    size_t before = load_enter_key(l, SW_S("effective"));
    load_error_at(l, SW_E_CONFLICT, node, "files of one name and version are one pack",
                  "another file of this pack says otherwise");
    load_leave(l, before);
}

static void join(loader *l, pack_list *packs, const sw_yaml *metadata, const pack_draft *read) {
    pack_draft *pack = find_pack(packs, read);
    if (!pack) {
        pack = load_zero(l, 1, sizeof *pack);
        if (!pack) return;
        pack->name = read->name;
        pack->version = read->version;
        pack->first_file = l->file;
        pack->next = packs->first;
        packs->first = pack;
        packs->count++;
    }
    pack->file_count++;
    l->file->pack = pack;
    join_text(l, metadata, "title", &pack->title, read->title);
    join_text(l, metadata, "timezone", &pack->timezone, read->timezone);
    join_text(l, metadata, "calendar", &pack->calendar, read->calendar);
    join_text(l, metadata, "overlay", &pack->overlay, read->overlay);
    if (!pack->note.len) pack->note = read->note;
    join_effective(l, pack, read);
}

const sw_yaml *meta_read(loader *l, pack_list *packs) {
    head nodes = {0};
    if (!load_map(l, l->file->root, &nodes, &head_table, 0)) return NULL;
    expect(l, nodes.api, "apiVersion", "seawall/v1");
    expect(l, nodes.kind, "kind", "RulePack");
    pack_draft read = {0};
    if (nodes.metadata) {
        size_t before = load_enter_key(l, SW_S("metadata"));
        bool whole = load_map(l, nodes.metadata, &read, &meta_table, 0);
        if (whole && read.name.len && read.version.len) join(l, packs, nodes.metadata, &read);
        load_leave(l, before);
    }
    return nodes.rules;
}

typedef struct interval_nodes {
    const sw_yaml *from, *until;
} interval_nodes;

static const key_spec interval_keys[] = {
    {"from", load_node, offsetof(interval_nodes, from)},
    {"until", load_node, offsetof(interval_nodes, until)},
};
static const key_table interval_table = {"effective", interval_keys, SW_COUNT(interval_keys)};

void load_effective(loader *l, const sw_yaml *node, const sw_zone *zone, int64_t *from_ms,
                    int64_t *until_ms) {
    interval_nodes nodes = {0};
    int64_t from = SW_TIME_FIRST_MS, until = SW_TIME_MAX;
    size_t before = load_enter_key(l, SW_S("effective"));
    bool told = !load_map(l, node, &nodes, &interval_table, 0);
    if (nodes.from && !load_time(l, nodes.from, zone, &from)) told = true;
    if (nodes.until && !load_time(l, nodes.until, zone, &until)) told = true;
    if (!told && until <= from) {
        load_error_at(l, SW_E_INVALID, nodes.until, "a date means its 00:00",
                      "it ends before it begins");
        told = true;
    }
    if (from > *from_ms) *from_ms = from;
    if (until < *until_ms) *until_ms = until;
    if (!told && *until_ms <= *from_ms)
        load_error_at(l, SW_E_INVALID, node, "the rule's and its pack's intervals both apply",
                      "it is never in force");
    load_leave(l, before);
}

static const sw_yaml *meta_node(const pack_file *file, const char *key) {
    const sw_yaml *metadata = sw_yaml_get(file->root, "metadata");
    const sw_yaml *node = sw_yaml_get(metadata, key);
    return node ? node : metadata;
}

/* The file of the pack that says a key, for findings. */
static void enter_file_of(loader *l, const pack_draft *pack, const pack_file *files, size_t count,
                          const char *key) {
    l->file = pack->first_file;
    for (size_t i = 0; i < count; i++)
        if (files[i].pack == pack && sw_yaml_get(sw_yaml_get(files[i].root, "metadata"), key)) {
            l->file = (pack_file *)(uintptr_t)&files[i];
            return;
        }
}

static void find_zone(loader *l, pack_draft *pack, const pack_file *files, size_t count) {
    enter_file_of(l, pack, files, count, "timezone");
    const sw_yaml *node = meta_node(l->file, "timezone");
    size_t before = load_enter_key(l, SW_S("metadata.timezone"));
    sw_slice name = pack->timezone.len ? pack->timezone : SW_S("Asia/Shanghai");
    if (!pack->timezone.len)
        load_note(l, node, "write timezone: Asia/Shanghai",
                  "the pack names no time zone; days are counted in Asia/Shanghai");
    sw_err err = sw_zone_load(l->arena, name, &pack->pack.zone);
    if (err == SW_E_LIMIT) l->full = true;
    if (err != SW_OK) {
        load_error_at(l, SW_E_UNKNOWN, node, "write a name like Asia/Shanghai, or +08:00",
                      "there is no time zone '%.*s'", SW_FMT(name));
        pack->pack.zone = sw_zone_utc();
    }
    load_leave(l, before);
}

static const char *calendar_hint(loader *l) {
    sw_slice text = SW_S("given are");
    for (uint32_t i = 0; i < l->options->calendar_count; i++)
        text = sw_arena_printf(l->arena, "%.*s%s %.*s", SW_FMT(text), i ? "," : "",
                               SW_FMT(sw_calendar_name(l->options->calendars[i])));
    return l->options->calendar_count ? text.ptr : "no calendar is given: --calendar FILE";
}

static void find_calendar(loader *l, pack_draft *pack, const pack_file *files, size_t count) {
    pack->pack.calendar = sw_calendar_plain();
    for (uint32_t i = 0; i < l->options->calendar_count; i++)
        if (sw_slice_eq(sw_calendar_name(l->options->calendars[i]), pack->calendar)) {
            pack->pack.calendar = l->options->calendars[i];
            return;
        }
    if (!pack->calendar.len) return;
    enter_file_of(l, pack, files, count, "calendar");
    size_t before = load_enter_key(l, SW_S("metadata.calendar"));
    load_error_at(l, SW_E_UNKNOWN, meta_node(l->file, "calendar"), calendar_hint(l),
                  "there is no calendar '%.*s'", SW_FMT(pack->calendar));
    load_leave(l, before);
}

static int cmp_hash(const void *a, const void *b) {
    return sw_hash128_cmp(*(const sw_hash128 *)a, *(const sw_hash128 *)b);
}

/* Over the hashes of the files, sorted: in whatever order they are named. */
static bool hash_pack(loader *l, pack_draft *pack, const pack_file *files, size_t count) {
    sw_hash128 *hashes = load_zero(l, pack->file_count, sizeof *hashes);
    const void **ptrs = load_zero(l, pack->file_count, sizeof *ptrs);
    const void **scratch = load_zero(l, pack->file_count, sizeof *scratch);
    sw_slice *parts = load_zero(l, pack->file_count, sizeof *parts);
    if (!hashes || !ptrs || !scratch || !parts) return false;
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (files[i].pack == pack) {
            hashes[n] = sw_hash128_of(files[i].text);
            ptrs[n] = &hashes[n];
            n++;
        }
    sw_sort(ptrs, scratch, n, cmp_hash);
    for (uint32_t i = 0; i < n; i++) parts[i] = sw_slice_of(ptrs[i], sizeof(sw_hash128));
    pack->pack.hash = sw_hash128_parts(parts, n);
    return true;
}

static bool finish_pack(loader *l, pack_draft *pack, const pack_file *files, size_t count) {
    find_zone(l, pack, files, count);
    find_calendar(l, pack, files, count);
    pack->pack.name = pack->name;
    pack->pack.version = pack->version;
    pack->pack.title = pack->title;
    pack->pack.note = pack->note;
    pack->pack.calendar_name = pack->calendar;
    pack->pack.from_ms = SW_TIME_FIRST_MS;
    pack->pack.until_ms = SW_TIME_MAX;
    pack->pack.label =
        sw_arena_printf(l->arena, "%.*s@%.*s", SW_FMT(pack->name), SW_FMT(pack->version));
    if (!pack->pack.label.ptr) return !(l->full = true);
    if (pack->effective_node) {
        l->file = pack->effective_file;
        size_t before = load_enter_key(l, SW_S("metadata"));
        load_effective(l, pack->effective_node, pack->pack.zone, &pack->pack.from_ms,
                       &pack->pack.until_ms);
        load_leave(l, before);
    }
    return hash_pack(l, pack, files, count);
}

static int cmp_pack(const void *a, const void *b) {
    const pack_draft *x = a, *y = b;
    int c = sw_slice_cmp(x->name, y->name);
    return c ? c : versions_cmp(x->version, y->version);
}

bool meta_finish(loader *l, pack_list *packs, const pack_file *files, size_t file_count,
                 pack_draft ***ret) {
    const void **sorted = load_zero(l, packs->count, sizeof *sorted);
    const void **scratch = load_zero(l, packs->count, sizeof *scratch);
    pack_draft **drafts = load_zero(l, packs->count, sizeof *drafts);
    if (!sorted || !scratch || !drafts) return false;
    uint32_t n = 0;
    overlay_join(l, packs, files, file_count);
    for (pack_draft *pack = packs->first; pack; pack = pack->next) {
        if (!finish_pack(l, pack, files, file_count)) return false;
        drafts[n] = pack;
        sorted[n++] = pack;
    }
    sw_sort(sorted, scratch, n, cmp_pack);
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++)
            if (drafts[j] == sorted[i]) drafts[j]->number = i;
    }
    for (pack_draft *pack = packs->first; pack; pack = pack->next) drafts[pack->number] = pack;
    overlay_hash(l, drafts, n);
    *ret = drafts;
    return true;
}
