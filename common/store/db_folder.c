#include "store/db_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/wire.h"
#include "store/store.h"

#define SLOT_BYTES   32u
#define SLOT_COUNT   2u
#define SLOT_STRIDE  4096u /* a sector of its own each: a torn write hits one */
#define FORMAT_BYTES 64u

static const char mark_magic[8] = "SWMARK1";

sw_err sw_db_folder_errno(int error) {
    return error == ENOSPC || error == EDQUOT || error == EFBIG ? SW_E_FULL : SW_E_IO;
}

static sw_err io_error(sw_diags *diags, const char *path, const char *what) {
    int error = errno;
    sw_err err = sw_db_folder_errno(error);
    return sw_diag_at(diags, err, 0, 0, path,
                      err == SW_E_FULL ? "make room on the disk, then start again"
                                       : "check that the folder exists, belongs to this user and "
                                         "that the disk is in order",
                      "%s: %s", what, strerror(error));
}

static bool join(char ret[SW_PATH_MAX], const char *dir, const char *name) {
    int len = snprintf(ret, SW_PATH_MAX, "%s/%s", dir, name);
    return len > 0 && (unsigned)len < SW_PATH_MAX;
}

static sw_err sync_dir(const char *path) {
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return sw_db_folder_errno(errno);
    sw_err err = fsync(fd) == 0 ? SW_OK : sw_db_folder_errno(errno);
    close(fd);
    return err;
}

/* A new file with these bytes, synced, in place at once or not at all. */
static sw_err write_file(const char *dir, const char *name, const void *bytes, size_t len) {
    char path[SW_PATH_MAX], draft[SW_PATH_MAX];
    if (!join(path, dir, name) || snprintf(draft, sizeof draft, "%s/%s.new", dir, name) < 0)
        return SW_E_LIMIT;
    int fd = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) return sw_db_folder_errno(errno);
    ssize_t wrote = write(fd, bytes, len);
    bool good = wrote == (ssize_t)len && fsync(fd) == 0;
    sw_err err = good ? SW_OK : sw_db_folder_errno(wrote >= 0 ? ENOSPC : errno);
    close(fd);
    if (!err && rename(draft, path) != 0) err = sw_db_folder_errno(errno);
    return err ? err : sync_dir(dir);
}

static void fill_slot(char slot[SLOT_BYTES], uint64_t generation, uint64_t number) {
    memset(slot, 0, SLOT_BYTES);
    memcpy(slot, mark_magic, sizeof mark_magic);
    sw_wire_put_le(slot + 8, generation, 8);
    sw_wire_put_le(slot + 16, number, 8);
    sw_wire_put_le(slot + SLOT_BYTES - 4, sw_crc32c(0, sw_slice_of(slot, SLOT_BYTES - 4)), 4);
}

static bool read_slot(const char slot[SLOT_BYTES], uint64_t *ret_generation, uint64_t *ret_number) {
    char again[SLOT_BYTES];
    uint64_t generation = sw_wire_get_le(slot + 8, 8), number = sw_wire_get_le(slot + 16, 8);
    fill_slot(again, generation, number);
    if (memcmp(slot, again, SLOT_BYTES) != 0) return false;
    *ret_generation = generation;
    *ret_number = number;
    return true;
}

sw_err sw_db_folder_write(const char *path, uint64_t number) {
    char mark[SLOT_STRIDE + SLOT_BYTES] = {0}, format[FORMAT_BYTES];
    fill_slot(mark, 0, number);
    fill_slot(mark + SLOT_STRIDE, 1, number);
    int len = snprintf(format, sizeof format, "seawall-store %u\n", SW_FOLDER_FORMAT);
    sw_err err = write_file(path, "MARK", mark, sizeof mark);
    return err ? err : write_file(path, "FORMAT", format, (size_t)len);
}

static sw_err lock(sw_db_folder *folder, sw_diags *diags) {
    char path[SW_PATH_MAX], text[32] = {0};
    if (!join(path, folder->path, "lock")) return SW_E_LIMIT;
    folder->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (folder->lock_fd < 0) return io_error(diags, path, "can't open the lock file");
    if (flock(folder->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return io_error(diags, path, "can't lock");
        ssize_t len = pread(folder->lock_fd, text, sizeof text - 1, 0);
        return sw_diag_at(diags, SW_E_BUSY, 0, 0, folder->path,
                          "stop that process, or give this one another data_dir",
                          "process %.*s has this data directory open",
                          len > 0 ? (int)strcspn(text, "\n") : 1, len > 0 ? text : "?");
    }
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    /* Only a hint for people: that it could not be written is no reason to refuse. */
    if (ftruncate(folder->lock_fd, 0) == 0 && pwrite(folder->lock_fd, text, (size_t)len, 0) < 0)
        errno = 0;
    return SW_OK;
}

static sw_err check_format(const sw_db_folder *folder, sw_diags *diags, bool *ret_there) {
    char path[SW_PATH_MAX], text[FORMAT_BYTES] = {0}, expected[FORMAT_BYTES];
    unsigned version;
    if (!join(path, folder->path, "FORMAT")) return SW_E_LIMIT;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *ret_there = fd >= 0;
    if (fd < 0) return errno == ENOENT ? SW_OK : io_error(diags, path, "can't open");
    ssize_t len = read(fd, text, sizeof text - 1);
    close(fd);
    if (len < 0) return io_error(diags, path, "can't read");
    bool known = sscanf(text, "seawall-store %u", &version) == 1;
    snprintf(expected, sizeof expected, "seawall-store %u\n", SW_FOLDER_FORMAT);
    if (strcmp(text, expected) == 0) return SW_OK;
    snprintf(expected, sizeof expected, "seawall-store %u\n", known ? version : 0);
    if (known && strcmp(text, expected) == 0)
        return sw_diag_at(diags, SW_E_VERSION, 0, 0, path, "use the Seawall that wrote it",
                          "the data directory has format %u, this Seawall reads %u", version,
                          SW_FOLDER_FORMAT);
    return sw_diag_at(diags, SW_E_CORRUPT, 0, 0, path,
                      "restore this file from a backup of the data directory",
                      "is damaged: it should say \"seawall-store %u\"", SW_FOLDER_FORMAT);
}

static sw_err read_mark(sw_db_folder *folder, sw_diags *diags) {
    char path[SW_PATH_MAX];
    if (!join(path, folder->path, "MARK")) return SW_E_LIMIT;
    folder->mark_fd = open(path, O_RDWR | O_CLOEXEC);
    if (folder->mark_fd < 0 && errno != ENOENT) return io_error(diags, path, "can't open");
    bool found = false;
    for (uint32_t i = 0; folder->mark_fd >= 0 && i < SLOT_COUNT; i++) {
        char slot[SLOT_BYTES];
        uint64_t generation, number;
        if (pread(folder->mark_fd, slot, sizeof slot, (off_t)(i * SLOT_STRIDE)) != sizeof slot ||
            !read_slot(slot, &generation, &number))
            continue;
        if (!found || generation > folder->generation) {
            folder->generation = generation;
            folder->marked = number;
        }
        found = true;
    }
    if (found) return SW_OK;
    return sw_diag_at(diags, SW_E_CORRUPT, 0, 0, path, "restore the data directory from a backup",
                      "is damaged or missing: without it lost commits could not be told");
}

/* A folder that has FORMAT is one of ours; one with a database but without it is not. */
static sw_err check_files(sw_db_folder *folder, sw_diags *diags) {
    char current[SW_PATH_MAX];
    bool there;
    struct stat st;
    sw_err err = check_format(folder, diags, &there);
    if (err) return err;
    if (!there) {
        if (!join(current, folder->db_path, "CURRENT")) return SW_E_LIMIT;
        if (stat(current, &st) == 0)
            return sw_diag_at(diags, SW_E_CORRUPT, 0, 0, folder->path,
                              "restore the file FORMAT from a backup of the data directory",
                              "holds a database, but its FORMAT file is missing");
        err = sw_db_folder_write(folder->path, 0);
        if (err) return io_error(diags, folder->path, "can't write into the data directory");
    }
    if ((err = read_mark(folder, diags))) return err;
    if (mkdir(folder->db_path, 0755) != 0 && errno != EEXIST)
        return io_error(diags, folder->db_path, "can't make the folder");
    if (!join(current, folder->db_path, "CURRENT")) return SW_E_LIMIT;
    if (folder->marked > 0 && stat(current, &st) != 0)
        return sw_diag_at(diags, SW_E_CORRUPT, 0, 0, current,
                          "restore the data directory from a backup",
                          "is missing, although commits were made here");
    return SW_OK;
}

/* RocksDB leaves drafts of its OPTIONS file behind: it can't write down our setting for its diary.
 */
static void remove_drafts(const sw_db_folder *folder) {
    DIR *dir = opendir(folder->db_path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        sw_slice name = sw_slice_cstr(entry->d_name);
        if (sw_slice_starts(name, SW_S("OPTIONS-")) && sw_slice_ends(name, SW_S(".dbtmp")))
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir) closedir(dir);
}

sw_err sw_db_folder_open(const char *path, sw_diags *diags, sw_db_folder *ret) {
    SW_ASSERT(path && *path && ret);
    sw_db_folder folder = {.lock_fd = -1, .mark_fd = -1};
    size_t len = strlen(path);
    if (len + 64 > SW_PATH_MAX)
        return sw_diag_at(diags, SW_E_LIMIT, 0, 0, NULL, "use a shorter data_dir",
                          "the path of the data directory is too long");
    memcpy(folder.path, path, len);
    snprintf(folder.db_path, sizeof folder.db_path, "%.*s/db", (int)len, path);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return io_error(diags, path, "can't make the data directory");
    sw_err err = lock(&folder, diags);
    if (!err) err = check_files(&folder, diags);
    if (err) {
        sw_db_folder_close(&folder);
        return err;
    }
    remove_drafts(&folder);
    *ret = folder;
    return SW_OK;
}

void sw_db_folder_close(sw_db_folder *folder) {
    if (folder->mark_fd >= 0) {
        fsync(folder->mark_fd); /* only narrows what a power cut hides */
        close(folder->mark_fd);
    }
    if (folder->lock_fd >= 0) close(folder->lock_fd);
    folder->lock_fd = folder->mark_fd = -1;
}

sw_err sw_db_folder_mark(sw_db_folder *folder, uint64_t number) {
    char slot[SLOT_BYTES];
    SW_ASSERT(folder->mark_fd >= 0 && number >= folder->marked);
    fill_slot(slot, folder->generation + 1, number);
    off_t at = (off_t)((folder->generation + 1) % SLOT_COUNT * SLOT_STRIDE);
    if (pwrite(folder->mark_fd, slot, sizeof slot, at) != sizeof slot)
        return sw_db_folder_errno(errno);
    folder->generation++;
    folder->marked = number;
    return SW_OK;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

void sw_db_remove(const char *dir) {
    nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

uint64_t sw_db_folder_free_bytes(const sw_db_folder *folder) {
    struct statvfs fs;
    if (statvfs(folder->path, &fs) != 0) return 0;
    return (uint64_t)fs.f_bavail * fs.f_frsize;
}

uint64_t sw_db_folder_bytes(const sw_db_folder *folder) {
    DIR *dir = opendir(folder->db_path);
    uint64_t bytes = SLOT_STRIDE + SLOT_BYTES;
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        struct stat st;
        if (fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode))
            bytes += (uint64_t)st.st_size;
    }
    if (dir) closedir(dir);
    return bytes;
}
