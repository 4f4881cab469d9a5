#include "notify/directory/duty.h"
#include "notify/loop/loop.h"

#define STATES_MAX 32u
#define STEPS_MAX  64u

static void check_state(sw_reading *r, const sw_yaml *at, const char *field, const sw_loop *loop,
                        const char *name) {
    if (!sw_loop_state_find(loop, sw_slice_cstr(name)))
        sw_reading_fault(r, at, SW_E_UNKNOWN, field, "declare it among the states",
                         "there is no state '%s'", name);
}

static void read_states(sw_reading *r, const sw_yaml *root, sw_loop *loop) {
    static const char *const names[] = {"name", "end"};
    static const char *const own[] = {"open", "closed", "withdrawn", "handed-over"};
    const sw_yaml *states = sw_yaml_get(root, "states");
    loop->states = sw_pb_zero(&r->pb, STATES_MAX, sizeof *loop->states);
    if (!loop->states) return;
    for (const sw_yaml *one = states ? states->first : NULL; one; one = one->next) {
        if (loop->state_count == STATES_MAX) {
            sw_reading_fault(r, one, SW_E_LIMIT, "states", NULL, "more than %u states", STATES_MAX);
            return;
        }
        sw_reading_keys(r, one, names, SW_COUNT(names), "a state");
        loop->states[loop->state_count++] =
            (sw_loop_state){sw_pb_text(&r->pb, one->key), sw_reading_text(r, one, "name", true),
                            sw_reading_flag(r, one, "end", false)};
    }
    for (size_t i = 0; i < SW_COUNT(own); i++)
        check_state(r, states ? states : root, "states", loop, own[i]);
}

static void check_duties(sw_reading *r, const sw_yaml *at, const char *field,
                         const char *const *words, uint32_t count) {
    size_t known;
    const char *const *names = sw_duty_names(&known);
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(words[i], "told") != 0 && !sw_duty_find(sw_slice_cstr(words[i])))
            sw_reading_fault(r, at, SW_E_UNKNOWN, field,
                             sw_did_you_mean(r->pb.arena, sw_slice_cstr(words[i]), names, known,
                                             "the roles are in docs/directory.md"),
                             "there is no role '%s'", words[i]);
}

static void read_step(sw_reading *r, const sw_yaml *node, const sw_loop *loop, sw_loop_step *step) {
    static const char *const names[] = {"action", "name", "result", "from", "to",    "event",
                                        "word",   "who",  "not_by", "note", "parts", "tell"};
    sw_reading_keys(r, node, names, SW_COUNT(names), "a step");
    step->action = sw_reading_text(r, node, "action", true);
    step->title = sw_reading_text(r, node, "name", true);
    step->result = sw_reading_text(r, node, "result", false);
    step->from = sw_reading_words(r, node, "from", &step->from_count);
    step->to = sw_reading_text(r, node, "to", false);
    step->event = sw_reading_text(r, node, "event", true);
    step->word = sw_reading_text(r, node, "word", false);
    step->who = sw_reading_words(r, node, "who", &step->who_count);
    step->tell = sw_reading_words(r, node, "tell", &step->tell_count);
    step->not_by = sw_reading_text(r, node, "not_by", false);
    step->note = sw_reading_flag(r, node, "note", false);
    step->parts = sw_reading_flag(r, node, "parts", false);
    for (uint32_t i = 0; i < step->from_count; i++)
        check_state(r, node, "from", loop, step->from[i]);
    if (*step->to) check_state(r, node, "to", loop, step->to);
    if (!step->who_count)
        sw_reading_fault(r, node, SW_E_MISSING, "who", "who: [legal_officer], or [told]",
                         "nobody may do '%s'", step->action);
    check_duties(r, node, "who", step->who, step->who_count);
    check_duties(r, node, "tell", step->tell, step->tell_count);
}

static bool knows(const sw_loop *loop, const char *action) {
    for (uint32_t i = 0; i < loop->step_count; i++)
        if (strcmp(loop->steps[i].action, action) == 0) return true;
    return false;
}

static bool leaves(const sw_loop *loop, const char *state) {
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const sw_loop_step *step = &loop->steps[i];
        if (!*step->to || strcmp(step->to, state) == 0) continue;
        if (!step->from_count) return true;
        for (uint32_t f = 0; f < step->from_count; f++)
            if (strcmp(step->from[f], state) == 0) return true;
    }
    return false;
}

/* A task that can't move would never be closed. */
static void check_whole(sw_reading *r, const sw_yaml *root, const sw_loop *loop) {
    static const char *const actions[] = {"acknowledge", "verify", "rectify", "feedback",
                                          "recheck",     "close",  "reopen",  "dismiss"};
    for (size_t i = 0; i < SW_COUNT(actions); i++)
        if (!knows(loop, actions[i]))
            sw_reading_fault(r, root, SW_E_MISSING, "steps", NULL, "there is no step '%s'",
                             actions[i]);
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const char *other = loop->steps[i].not_by;
        if (*other && !knows(loop, other))
            sw_reading_fault(r, root, SW_E_UNKNOWN, "not_by", NULL, "there is no action '%s'",
                             other);
    }
    for (uint32_t i = 0; i < loop->state_count; i++)
        if (!loop->states[i].end && !leaves(loop, loop->states[i].name))
            sw_reading_fault(r, root, SW_E_INVALID, "states", "add a step, or end: true",
                             "no step leads out of '%s'", loop->states[i].name);
}

sw_err sw_loop_load(sw_arena *arena, const char *path, sw_diags *diags, const sw_loop **ret) {
    static const char *const names[] = {"apiVersion", "kind", "states", "steps"};
    sw_reading r = {.pb = {arena, false}, .diags = diags};
    const sw_yaml *root = sw_reading_file(&r, path, "Loop");
    if (!root) return r.err;
    sw_loop *loop = sw_pb_zero(&r.pb, 1, sizeof *loop);
    if (!loop) return SW_E_LIMIT;
    sw_reading_keys(&r, root, names, SW_COUNT(names), "a loop");
    read_states(&r, root, loop);
    const sw_yaml *steps = sw_yaml_get(root, "steps");
    loop->steps = sw_pb_zero(&r.pb, STEPS_MAX, sizeof *loop->steps);
    for (const sw_yaml *one = steps && loop->steps ? steps->first : NULL; one; one = one->next) {
        if (loop->step_count == STEPS_MAX) {
            sw_reading_fault(&r, one, SW_E_LIMIT, "steps", NULL, "more than %u steps", STEPS_MAX);
            break;
        }
        read_step(&r, one, loop, &loop->steps[loop->step_count++]);
    }
    check_whole(&r, root, loop);
    if (r.pb.full) return SW_E_LIMIT;
    if (!r.err) *ret = loop;
    return r.err;
}

const sw_loop_state *sw_loop_state_find(const sw_loop *loop, sw_slice name) {
    for (uint32_t i = 0; i < loop->state_count; i++)
        if (sw_slice_is(name, loop->states[i].name)) return &loop->states[i];
    return NULL;
}

static bool may_leave(const sw_loop *loop, const sw_loop_step *step, sw_slice state) {
    for (uint32_t i = 0; i < step->from_count; i++)
        if (sw_slice_is(state, step->from[i])) return true;
    const sw_loop_state *now = sw_loop_state_find(loop, state);
    return !step->from_count && now && !now->end;
}

const sw_loop_step *sw_loop_step_find(const sw_loop *loop, sw_slice action, sw_slice result,
                                      sw_slice state, bool *ret_known) {
    *ret_known = false;
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const sw_loop_step *step = &loop->steps[i];
        if (!sw_slice_is(action, step->action)) continue;
        if (*step->result && !sw_slice_is(result, step->result)) continue;
        *ret_known = true;
        if (may_leave(loop, step, state)) return step;
    }
    return NULL;
}

bool sw_loop_of_event(const sw_loop *loop, sw_slice type, sw_slice word, const char **ret_action,
                      const char **ret_result) {
    for (uint32_t i = 0; i < loop->step_count; i++) {
        const sw_loop_step *step = &loop->steps[i];
        if (!sw_slice_is(type, step->event)) continue;
        if (*step->word && !sw_slice_is(word, step->word)) continue;
        *ret_action = step->action;
        *ret_result = step->result;
        return true;
    }
    return false;
}
