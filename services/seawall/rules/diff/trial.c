#include "seawall/rules/diff/trial.h"

#include <errno.h>
#include <unistd.h>

#include "store/sorter.h"

#define COPY_BYTES ((size_t)256 << 10)

static sw_err take(void *ctx, const sw_event *event, sw_origin origin) {
    sw_trial *trial = ctx;
    if (event->time_ms > trial->last_ms) trial->last_ms = event->time_ms;
    return sw_replay_add(trial->replay, event, origin);
}

static sw_err tell(void *ctx, const sw_telling *telling) {
    sw_trial *trial = ctx;
    return sw_differ_add(trial->differ, trial->is_after, telling->transition.warning);
}

static void refused(void *ctx, sw_origin origin, sw_err code, sw_slice source, sw_slice id) {
    sw_event_reader_conflict(&((sw_trial *)ctx)->reader, origin, code, source, id);
}

static void progressed(void *ctx, uint64_t done, uint64_t whole) {
    sw_trial *trial = ctx;
    trial->progress.total = whole;
    sw_progress_at(&trial->progress, done);
}

sw_err sw_trial_run(sw_trial *trial, const sw_replay_options *options, sw_diags *diags) {
    SW_ASSERT(trial->differ && options->set && !trial->replay);
    sw_replay_options own = *options;
    own.final = true;
    own.ctx = trial;
    own.tell = tell;
    own.refused = refused;
    own.progress = progressed;
    trial->last_ms = SW_TIME_NONE;
    trial->reader.catalogue = sw_ruleset_catalogue(options->set);
    trial->reader.take = take;
    trial->reader.ctx = trial;
    sw_err err = sw_replay_open(&own, diags, &trial->replay);
    if (!err) err = sw_event_reader_run(&trial->reader);
    sw_progress_init(&trial->progress, trial->is_after ? "replaying NEW" : "replaying OLD", 0);
    if (!err) err = sw_replay_run(trial->replay);
    sw_progress_done(&trial->progress);
    if (trial->replay) trial->stats = *sw_replay_stats_of(trial->replay);
    sw_replay_close(trial->replay);
    trial->replay = NULL;
    return err;
}

static bool reads_input(const char *const *paths, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (strcmp(paths[i], "-") == 0) return true;
    return false;
}

static bool write_all(int fd, const char *bytes, size_t len) {
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno != EINTR) return false;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
    return true;
}

/* Copies standard input to `fd` and puts the copy in its place. */
static bool copy_input(int fd) {
    char *bytes = sw_heap_alloc(COPY_BYTES);
    bool ok = bytes != NULL;
    while (ok) {
        ssize_t n = read(STDIN_FILENO, bytes, COPY_BYTES);
        if (n < 0 && errno == EINTR) continue;
        if (n == 0) break;
        ok = n > 0 && write_all(fd, bytes, (size_t)n);
    }
    sw_heap_free(bytes);
    return ok && lseek(fd, 0, SEEK_SET) == 0 && dup2(fd, STDIN_FILENO) >= 0;
}

sw_err sw_trial_hold_input(const char *const *paths, uint32_t count, const char *tmp_dir,
                           sw_diags *diags, int64_t *ret_offset) {
    if (!reads_input(paths, count)) return *ret_offset = 0, SW_OK;
    off_t at = lseek(STDIN_FILENO, 0, SEEK_CUR);
    if (at >= 0) return *ret_offset = at, SW_OK;
    int fd = sw_unnamed_file(tmp_dir);
    bool ok = fd >= 0 && copy_input(fd);
    int why = errno;
    if (fd >= 0) close(fd);
    if (ok) return *ret_offset = 0, SW_OK;
    return sw_diag_at(diags, SW_E_IO, 0, 0, NULL,
                      "free some space, or set TMPDIR; or name the events as a file",
                      "standard input could not be kept in %s: %s", tmp_dir, strerror(why));
}

sw_err sw_trial_rewind_input(const char *const *paths, uint32_t count, int64_t offset) {
    if (!reads_input(paths, count)) return SW_OK;
    return lseek(STDIN_FILENO, (off_t)offset, SEEK_SET) == offset ? SW_OK : SW_E_IO;
}
