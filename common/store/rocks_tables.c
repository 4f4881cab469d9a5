#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/rocks.h"
#include "store/table_tail.h"

/* A damaged table that the MANIFEST does not name must not be held against the database: a power
 * cut in the middle of a flush or a merge may leave one whose end is on the disk and whose middle
 * is not. Which are named is told by RocksDB itself, in a trial folder of links to all files but
 * the damaged ones: if that opens, to read only, nobody needs them, and the real opening removes
 * them. This second opening is only paid for where there is damage. */

static bool is_table(const char *name) {
    return sw_slice_ends(sw_slice_cstr(name), SW_S(".sst"));
}

static bool join(char ret[SW_PATH_MAX], const char *dir, const char *name) {
    int len = snprintf(ret, SW_PATH_MAX, "%s/%s", dir, name);
    return len > 0 && (unsigned)len < SW_PATH_MAX;
}

/* A finding for each; what can't be read is left to RocksDB, which then says so. */
static sw_err check_table(const rocks_db *db, const char *name, bool finished, sw_diags *diags) {
    char path[SW_PATH_MAX];
    if (!join(path, db->folder.db_path, name)) return SW_E_LIMIT;
    sw_err err = sw_table_tail_check(path, finished, diags);
    return err == SW_E_IO ? SW_OK : err;
}

/* The first error, after all were looked at. */
static sw_err check_all(const rocks_db *db, bool finished, sw_diags *diags) {
    sw_err err = SW_OK;
    DIR *dir = opendir(db->folder.db_path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        if (!is_table(entry->d_name)) continue;
        sw_err one = check_table(db, entry->d_name, finished, diags);
        if (!err) err = one;
    }
    if (dir) closedir(dir);
    return err;
}

/* The write-ahead log names no tables and would take its time. */
static bool is_of_trial(const rocks_db *db, const char *name, bool finished) {
    sw_slice s = sw_slice_cstr(name);
    if (name[0] == '.' || sw_slice_is(s, "LOCK") || sw_slice_starts(s, SW_S("LOG"))) return false;
    if (sw_slice_ends(s, SW_S(".log"))) return false;
    return !is_table(name) || check_table(db, name, finished, NULL) == SW_OK;
}

static sw_err make_trial(const rocks_db *db, const char *trial, bool finished) {
    sw_err err = mkdir(trial, 0755) == 0 ? SW_OK : sw_db_folder_errno(errno);
    DIR *dir = opendir(db->folder.db_path);
    for (struct dirent *entry; !err && dir && (entry = readdir(dir));) {
        char link[SW_PATH_MAX], target[300];
        if (!is_of_trial(db, entry->d_name, finished)) continue;
        snprintf(target, sizeof target, "../db/%s", entry->d_name);
        if (!join(link, trial, entry->d_name)) err = SW_E_LIMIT;
        if (!err && symlink(target, link) != 0) err = sw_db_folder_errno(errno);
    }
    if (dir) closedir(dir);
    return err;
}

static bool opens(rocks_db *db, const char *trial) {
    char *text = rocks_try_open(db, trial, rocksdb_point_in_time_recovery, true);
    if (text)
        rocksdb_free(text);
    else
        rocks_close_families(db);
    return !text;
}

sw_err rocks_check_tables(rocks_db *db, bool finished, sw_diags *diags) {
    char trial[SW_PATH_MAX];
    if (!join(trial, db->folder.path, "trial")) return SW_E_LIMIT;
    sw_db_remove(trial); /* of a process that was killed here */
    sw_err err = check_all(db, finished, NULL);
    if (err != SW_E_CORRUPT) return err;
    err = make_trial(db, trial, finished);
    bool needless = !err && opens(db, trial);
    sw_db_remove(trial);
    if (err == SW_E_FULL)
        return sw_diag_at(diags, err, 0, 0, trial, "make room on the disk, then start again",
                          "the disk is full: can't look which tables are damaged");
    return needless ? SW_OK : check_all(db, finished, diags);
}
