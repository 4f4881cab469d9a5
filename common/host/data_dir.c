#include "host/data_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FORMAT "seawall 1\n"

enum { PATH_BYTES = 4096 };

static sw_err tell(sw_diags *diags, sw_err code, const char *path, const char *hint,
                   const char *what) {
    return sw_diag_at(diags, code, 0, 0, "data_dir", hint, "%s: %s", path, what);
}

static sw_err make_folders(const char *path, sw_diags *diags) {
    char part[PATH_BYTES];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part - 32)
        return tell(diags, SW_E_INVALID, path, NULL, "this is no path");
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0') continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, i == len ? 0700 : 0755) != 0 && errno != EEXIST)
            return tell(diags, SW_E_IO, part, NULL, strerror(errno));
    }
    return SW_OK;
}

/* The lock is the kernel's, so that it goes with the process; the number in the file is for
 * people. */
static sw_err take_lock(const char *path, sw_diags *diags, int *ret_fd) {
    char file[PATH_BYTES], text[128], number[32] = "";
    snprintf(file, sizeof file, "%s/lock", path);
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) return tell(diags, SW_E_IO, file, NULL, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int code = errno;
        ssize_t n = read(fd, number, sizeof number - 1);
        number[n > 0 ? n : 0] = '\0';
        number[strcspn(number, "\n")] = '\0';
        close(fd);
        if (code != EWOULDBLOCK) return tell(diags, SW_E_IO, file, NULL, strerror(code));
        snprintf(text, sizeof text, "process %s already runs on this data directory",
                 number[0] ? number : "?");
        return tell(diags, SW_E_BUSY, path, "stop it, or name another directory with data_dir",
                    text);
    }
    int len = snprintf(number, sizeof number, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, number, (size_t)len, 0) != len) {
        close(fd);
        return tell(diags, errno == ENOSPC ? SW_E_FULL : SW_E_IO, file, NULL, strerror(errno));
    }
    *ret_fd = fd;
    return SW_OK;
}

static bool is_empty(const char *path) {
    DIR *dir = opendir(path);
    bool empty = true;
    for (struct dirent *entry; dir && empty && (entry = readdir(dir));)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                strcmp(entry->d_name, "lock") == 0;
    if (dir) closedir(dir);
    return empty;
}

static sw_err write_format(const char *path, const char *file, sw_diags *diags) {
    int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good =
        fd >= 0 && write(fd, FORMAT, strlen(FORMAT)) == (ssize_t)strlen(FORMAT) && fsync(fd) == 0;
    int code = errno;
    if (fd >= 0) close(fd);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir >= 0) {
        fsync(dir);
        close(dir);
    }
    if (good) return SW_OK;
    unlink(file);
    return tell(diags, code == ENOSPC ? SW_E_FULL : SW_E_IO, file, NULL, strerror(code));
}

static sw_err check_format(const char *path, sw_diags *diags) {
    char file[PATH_BYTES], text[64] = "";
    snprintf(file, sizeof file, "%s/format", path);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        if (is_empty(path)) return write_format(path, file, diags);
        return tell(diags, SW_E_INVALID, path, "name an empty or a new folder",
                    "there is something in it, but no data of seawall");
    }
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    int code = errno;
    if (fd >= 0) close(fd);
    if (n < 0) return tell(diags, SW_E_IO, file, NULL, strerror(code));
    if (strcmp(text, FORMAT) == 0) return SW_OK;
    text[strcspn(text, "\n")] = '\0';
    char what[128];
    snprintf(what, sizeof what, "its format is '%s', this program reads 'seawall 1'", text);
    return tell(diags, SW_E_VERSION, path,
                "run the version that wrote it, or begin with a new directory", what);
}

sw_err sw_data_dir_open(const char *path, sw_diags *diags, sw_data_dir *ret) {
    SW_ASSERT(path && ret);
    int fd = -1;
    sw_err err = make_folders(path, diags);
    if (!err) err = take_lock(path, diags, &fd);
    if (!err) err = check_format(path, diags);
    if (err && fd >= 0) close(fd);
    if (!err) *ret = (sw_data_dir){.lock_fd = fd};
    return err;
}

void sw_data_dir_close(sw_data_dir *dir) {
    if (dir->lock_fd >= 0) close(dir->lock_fd);
    dir->lock_fd = -1;
}
