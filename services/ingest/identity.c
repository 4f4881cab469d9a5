#include "ingest/identity.h"

#include <stdio.h>

#include "host/auth.h"
#include "ingest/family.h"
#include "runtime/dead_letter.h"
#include "topics/topics.h"

/* What one call may emit, so that it fits into the call and the batch (env/limits.h) whatever it
 * is: corrections that would become more are refused. */
enum { RECORDS_MAX = 3800, BYTES_MAX = 24 << 20 };

typedef struct call {
    sw_ctx *ctx;
    const sw_input *input;
    uint32_t records; /* emitted for events so far */
    size_t bytes;
} call;

static const char *const inputs[] = {SW_TOPIC_IDENTITY, NULL};
static const char *const outputs[] = {SW_TOPIC_EVENTS,   SW_TOPIC_KEYED,        SW_TOPIC_RECEIPTS,
                                      SW_TOPIC_IDENTITY, SW_TOPIC_DEAD_LETTERS, NULL};
static const sw_processor_store stores[SW_IDENTITY_STORES] = {
    [SW_IDENTITY_INDEX] = {.name = "index", .version = 1, .hot = true},
    [SW_IDENTITY_CORRECTIONS] = {.name = "corrections", .version = 1}};

/* ---- what is emitted ---- */

static sw_err give_receipt(call *c, const sw_intake *intake, sw_receipt receipt) {
    if (intake->door.len == 0) return SW_OK;
    char space[1024];
    sw_buf buf = {.ptr = space, .cap = sizeof space, .max = sizeof space};
    receipt.request = intake->request;
    receipt.item = intake->item;
    sw_receipt_write(&receipt, &buf);
    return buf.err ? buf.err
                   : sw_ctx_emit(c->ctx, SW_TOPIC_RECEIPTS, intake->door, sw_buf_slice(&buf));
}

static sw_err emit_intake(call *c, const sw_hash128 *key, const sw_intake *intake) {
    sw_buf buf;
    sw_buf_init(&buf, (size_t)2 << 20);
    sw_intake_write(intake, &buf);
    sw_err err =
        buf.err ? buf.err
                : sw_ctx_emit(c->ctx, SW_TOPIC_IDENTITY, sw_intake_key(key), sw_buf_slice(&buf));
    sw_buf_done(&buf);
    return err;
}

static sw_hash128 own_identity(const sw_intake *intake) {
    sw_slice source, id;
    sw_intake_names(intake->event, &source, &id);
    return sw_event_identity(source, id);
}

/* The letter holds the intake as it came, so that it can be sent again. */
static sw_err write_letter(call *c, const sw_intake *intake, const char *code,
                           const char *message) {
    sw_intake first = *intake;
    sw_hash128 identity = own_identity(intake);
    sw_buf value, buf;
    first.stage = SW_STAGE_ARRIVED;
    first.partition = 0;
    first.offset = 0;
    sw_buf_init(&value, (size_t)2 << 20);
    sw_buf_init(&buf, (size_t)2 << 20);
    sw_intake_write(&first, &value);
    sw_dead_letter letter = {
        .code = sw_slice_cstr(code),
        .message = sw_slice_cstr(message),
        .processor = SW_S("identity"),
        .topic = SW_S(SW_TOPIC_IDENTITY),
        .partition = c->input->partition,
        .offset = c->input->offset,
        .timestamp_ms = c->input->timestamp_ms,
        .key = sw_intake_key(&identity),
        .value = sw_buf_slice(&value),
        .client = intake->client,
        .unit = intake->orgcode.len && sw_org_within(intake->unit, intake->orgcode)
                    ? intake->orgcode
                    : intake->unit,
    };
    sw_intake_names(intake->event, &letter.source, &letter.id);
    sw_err err = value.err ? value.err : sw_dead_letter_write(&letter, &buf);
    if (!err) err = sw_ctx_emit(c->ctx, SW_TOPIC_DEAD_LETTERS, letter.source, sw_buf_slice(&buf));
    sw_buf_done(&value);
    sw_buf_done(&buf);
    return err;
}

static sw_err refuse(call *c, const sw_intake *intake, const char *code, const char *message) {
    sw_err err = write_letter(c, intake, code, message);
    return err ? err
               : give_receipt(c, intake,
                              (sw_receipt){.outcome = SW_OUTCOME_REFUSED,
                                           .code = sw_slice_cstr(code),
                                           .message = sw_slice_cstr(message)});
}

/* A correction that is refused where its target is kept: its identity is free again. */
static sw_err refuse_correction(call *c, const sw_intake *intake, const sw_hash128 *identity,
                                const char *code, const char *message) {
    sw_err err = refuse(c, intake, code, message);
    sw_intake released = *intake;
    released.stage = SW_STAGE_RELEASED;
    released.door = SW_SLICE_NONE;
    return err ? err : emit_intake(c, identity, &released);
}

/* Into the log of record, under the subject of the event that it is or is about: so a correction
 * comes behind what it corrects, in one partition. */
static sw_err emit_event(call *c, const sw_intake *intake, sw_slice subject,
                         const sw_hash128 *identity) {
    char hex[SW_HASH128_TEXT];
    sw_slice key = subject;
    if (key.len == 0) {
        sw_hash128_hex(*identity, hex);
        key = sw_slice_cstr(hex);
    }
    c->records++;
    c->bytes += intake->event.len;
    return sw_ctx_emit(c->ctx, SW_TOPIC_EVENTS, key, intake->event);
}

static sw_err emit_keyed(call *c, sw_slice key, const sw_intake *intake) {
    c->records++;
    c->bytes += intake->event.len;
    return sw_ctx_emit(c->ctx, SW_TOPIC_KEYED, key, intake->event);
}

/* ---- corrections, where their target is kept ---- */

/* The keys that the event and its accepted corrections have. */
static sw_err known_keys(call *c, const sw_family *family, sw_key_set *set) {
    bool added;
    sw_err err = sw_key_set_init(set, sw_ctx_arena(c->ctx));
    for (uint32_t i = 0; !err && i < family->entry.key_count; i++)
        err = sw_key_set_add(set, &family->entry.keys[i], &added);
    for (uint32_t m = 0; !err && m < family->count; m++) {
        const sw_member *member = &family->members[m];
        for (uint32_t i = 0; !err && !member->waiting && i < member->intake.key_count; i++)
            err = sw_key_set_add(set, &member->intake.keys[i], &added);
    }
    return err;
}

/* Brings it to every key of the family, and to those that it adds the others as well. `*ret_fits`
 * false: it would become too much, and nothing was done. */
static sw_err publish(call *c, sw_family *family, const sw_member *member, bool *ret_fits) {
    sw_key_set set;
    const sw_intake *intake = &member->intake;
    sw_err err = known_keys(c, family, &set);
    if (err) return err;
    uint32_t old = set.count, others = 0;
    size_t other_bytes = 0;
    bool added;
    for (uint32_t i = 0; !err && i < intake->key_count; i++)
        err = sw_key_set_add(&set, &intake->keys[i], &added);
    for (uint32_t m = 0; m < family->count; m++) {
        if (family->members[m].waiting) continue;
        others++;
        other_bytes += family->members[m].intake.event.len;
    }
    uint64_t new = set.count - old, records = 1 + (uint64_t)set.count + new *others;
    uint64_t bytes = (1 + (uint64_t)set.count) * intake->event.len + new *other_bytes;
    *ret_fits = c->records + records <= RECORDS_MAX && c->bytes + bytes <= BYTES_MAX;
    if (err || !*ret_fits) return err;
    err = emit_event(c, intake, family->entry.subject, &family->target);
    for (uint32_t k = 0; !err && k < set.count; k++) {
        for (uint32_t m = 0; !err && k >= old && m < family->count; m++)
            if (!family->members[m].waiting)
                err = emit_keyed(c, *set.keys[k], &family->members[m].intake);
        if (!err) err = emit_keyed(c, *set.keys[k], intake);
    }
    return err;
}

/* Joins a correction to its accepted target: published, or `*ret_code` says why it is refused. */
static sw_err join(call *c, sw_family *family, const sw_member *member, const char **ret_code,
                   const char **ret_message) {
    *ret_code = NULL;
    if (!sw_org_within(member->intake.unit, family->entry.orgcode)) {
        *ret_code = "forbidden";
        *ret_message = "who corrects an event needs the right to its unit";
        return SW_OK;
    }
    bool fits = true;
    sw_err err = publish(c, family, member, &fits);
    if (!err && !fits) {
        *ret_code = "limit";
        *ret_message = "the event and its corrections have too many values of keys";
    }
    return err;
}

/* Counts it and keeps it; it may wait. */
static sw_err keep(call *c, sw_family *family, const sw_member *member) {
    SW_ASSERT(family->count < SW_FAMILY_MAX);
    family->members[family->count++] = *member;
    family->entry.corrections++;
    family->entry.correction_bytes += member->intake.event.len;
    sw_err err = sw_member_put(c->ctx, &family->target, member);
    return err ? err : sw_entry_put(c->ctx, &family->target, &family->entry);
}

static sw_err told_apart(call *c, const sw_intake *intake) {
    sw_family *family = sw_arena_alloc(sw_ctx_arena(c->ctx), sizeof *family);
    if (!family) return SW_E_LIMIT;
    sw_err err = sw_family_load(c->ctx, &intake->target, family);
    if (err) return err;
    sw_member member = {.identity = own_identity(intake), .intake = *intake};
    const sw_member *known = sw_family_find(family, &member.identity);
    const char *code = NULL, *message = NULL;
    sw_receipt receipt = {.partition = intake->partition, .offset = intake->offset};
    if (known && sw_hash128_eq(known->intake.content, intake->content)) {
        receipt.outcome = SW_OUTCOME_DUPLICATE;
        return give_receipt(c, intake, receipt);
    }
    if (known) {
        code = "conflict";
        message = "the same source and id came before with other content: the first stands";
    } else if (family->entry.kind == SW_ENTRY_CORRECTION) {
        code = "invalid";
        message = "corrections are not corrected: send another correction of the first event";
    } else if (family->count == SW_FAMILY_MAX ||
               family->entry.correction_bytes + intake->event.len > SW_FAMILY_BYTES_MAX) {
        code = "limit";
        message = "the event has too many corrections";
    } else if (family->entry.kind == SW_ENTRY_EVENT) {
        err = join(c, family, &member, &code, &message);
        receipt.outcome = SW_OUTCOME_ACCEPTED;
    } else {
        family->entry.kind = SW_ENTRY_AWAITED;
        member.waiting = true;
        receipt.outcome = SW_OUTCOME_WAITING;
    }
    if (err) return err;
    if (code) return refuse_correction(c, intake, &member.identity, code, message);
    err = keep(c, family, &member);
    return err ? err : give_receipt(c, intake, receipt);
}

/* What waited for an event that has come now, or that turns out to be a correction itself. Nobody
 * waits for receipts any more: what is refused is among the dead letters. */
static sw_err end_waiting(call *c, sw_family *family) {
    sw_err err = SW_OK;
    for (uint32_t i = 0; !err && i < family->count; i++) {
        sw_member *member = &family->members[i];
        const char *code = "invalid",
                   *message = "corrections are not corrected: send another correction of the "
                              "first event";
        member->intake.door = SW_SLICE_NONE;
        if (family->entry.kind == SW_ENTRY_EVENT) err = join(c, family, member, &code, &message);
        if (err) break;
        if (!code) {
            member->waiting = false;
            err = sw_member_put(c->ctx, &family->target, member);
            continue;
        }
        family->entry.corrections--;
        family->entry.correction_bytes -= member->intake.event.len;
        err = refuse_correction(c, &member->intake, &member->identity, code, message);
        if (!err) err = sw_member_del(c->ctx, &family->target, &member->identity);
    }
    return err ? err : sw_entry_put(c->ctx, &family->target, &family->entry);
}

/* ---- events and corrections, where their own identity is kept ---- */

static sw_err forward(call *c, const sw_intake *intake, const sw_entry *entry) {
    sw_intake next = *intake;
    next.stage = SW_STAGE_TOLD_APART;
    next.partition = entry->partition;
    next.offset = entry->offset;
    return emit_intake(c, &intake->target, &next);
}

static sw_err repeated(call *c, const sw_intake *intake, const sw_hash128 *identity,
                       sw_entry *entry) {
    if (!sw_hash128_eq(entry->content, intake->content))
        return refuse(c, intake, "conflict",
                      "the same source and id came before with other content: the first stands");
    if (entry->kind == SW_ENTRY_CORRECTION) { /* whether it stands is known at its target */
        entry->forwards++;
        sw_err err = sw_entry_put(c->ctx, identity, entry);
        return err ? err : forward(c, intake, entry);
    }
    return give_receipt(c, intake,
                        (sw_receipt){.outcome = SW_OUTCOME_DUPLICATE,
                                     .partition = entry->partition,
                                     .offset = entry->offset});
}

static sw_err accept(call *c, const sw_intake *intake, const sw_hash128 *identity) {
    sw_err err = emit_event(c, intake, intake->subject, identity);
    for (uint32_t i = 0; !err && i < intake->key_count; i++)
        err = emit_keyed(c, intake->keys[i], intake);
    return err ? err
               : give_receipt(c, intake,
                              (sw_receipt){.outcome = SW_OUTCOME_ACCEPTED,
                                           .partition = c->input->partition,
                                           .offset = c->input->offset});
}

static sw_err arrived(call *c, const sw_intake *intake, const sw_hash128 *identity) {
    sw_entry entry;
    sw_err err = sw_entry_get(c->ctx, identity, &entry);
    if (err) return err;
    if (entry.kind == SW_ENTRY_EVENT || entry.kind == SW_ENTRY_CORRECTION)
        return repeated(c, intake, identity, &entry);
    sw_entry taken = {
        .kind = intake->correction ? SW_ENTRY_CORRECTION : SW_ENTRY_EVENT,
        .content = intake->content,
        .partition = c->input->partition,
        .offset = c->input->offset,
        .corrections = entry.corrections,
        .correction_bytes = entry.correction_bytes,
    };
    if (intake->correction) {
        taken.forwards = 1;
        err = forward(c, intake, &taken);
    } else {
        taken.orgcode = intake->orgcode;
        taken.subject = intake->subject;
        taken.keys = intake->keys;
        taken.key_count = intake->key_count;
        err = accept(c, intake, identity);
    }
    if (!err) err = sw_entry_put(c->ctx, identity, &taken);
    if (err || entry.kind != SW_ENTRY_AWAITED) return err;
    sw_family *family = sw_arena_alloc(sw_ctx_arena(c->ctx), sizeof *family);
    if (!family) return SW_E_LIMIT;
    err = sw_family_load(c->ctx, identity, family);
    return err ? err : end_waiting(c, family);
}

/* It was refused at its target. If it did not go there again meanwhile, it was never here. */
static sw_err released(call *c, const sw_hash128 *identity) {
    sw_entry entry;
    sw_err err = sw_entry_get(c->ctx, identity, &entry);
    if (err || entry.kind != SW_ENTRY_CORRECTION) return err;
    SW_ASSERT(entry.forwards > 0);
    if (--entry.forwards > 0) return sw_entry_put(c->ctx, identity, &entry);
    return sw_ctx_del(c->ctx, SW_IDENTITY_INDEX, sw_intake_key(identity));
}

static sw_err on_record(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    call c = {.ctx = ctx, .input = input};
    sw_intake intake;
    sw_hash128 key;
    sw_err err = sw_intake_read(input->value, sw_ctx_arena(ctx), &intake);
    if (!err && input->key.len != sizeof key.bytes) err = SW_E_SYNTAX;
    if (!err && intake.stage != SW_STAGE_ARRIVED && !intake.correction) err = SW_E_SYNTAX;
    if (err == SW_E_SYNTAX)
        return sw_ctx_fail(ctx, SW_E_INVALID, "the record is no seawall.v1.Intake");
    if (err) return err;
    memcpy(key.bytes, input->key.ptr, sizeof key.bytes);
    if (intake.stage == SW_STAGE_TOLD_APART) return told_apart(&c, &intake);
    return intake.stage == SW_STAGE_RELEASED ? released(&c, &key) : arrived(&c, &intake, &key);
}

/* Every stage looks first at the identity that the record is about. */
static void wants(sw_ctx *ctx, const void *shared, const sw_input *input) {
    (void)shared;
    sw_ctx_want(ctx, SW_IDENTITY_INDEX, input->key);
}

const sw_processor sw_identity = {
    .name = "identity",
    .id = SW_PROCESSOR_IDENTITY,
    .inputs = inputs,
    .outputs = outputs,
    .stores = stores,
    .store_count = SW_COUNT(stores),
    .on_record = on_record,
    .wants = wants,
};
