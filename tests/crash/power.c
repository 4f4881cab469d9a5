/* power.c - preloaded under a process: a disk that keeps only what was synced, and the cut of its
 * power.
 *
 * POWER_DIR      the folder whose files are looked at
 * POWER_CUT      the power fails at the n-th write or sync there: of each file's unsynced bytes a
 * random part is kept, sometimes with a sector of rubbish in it, and the process is killed
 * POWER_FULL     from the n-th write on there is no space left on the device
 * POWER_SEED     of the random choices
 *
 * Names (creating, renaming, removing) are durable at once, as on a journaling file system; bytes
 * are not. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 4096
#define FDS_MAX   4096
#define SECTOR    512

/* Bytes that an unsynced write put in the place of synced ones. */
typedef struct overwrite {
    struct overwrite *older;
    off_t at;
    size_t len;
    char bytes[];
} overwrite;

typedef struct file {
    ino_t inode;
    int fd; /* our own, to cut with */
    /* RocksDB takes rubbish in the tail of another file for damage, and refuses. */
    bool is_log, is_table;
    off_t synced;
    overwrite *newest;
} file;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static file files[FILES_MAX];
static int file_count;
static file *by_fd[FDS_MAX];
static bool ready;
static const char *dir;
static long cut_at, full_at, calls, writes;
static uint64_t seed;

static struct {
    int (*open)(const char *, int, ...);
    int (*openat)(int, const char *, int, ...);
    ssize_t (*write)(int, const void *, size_t);
    ssize_t (*pwrite)(int, const void *, size_t, off_t);
    int (*fsync)(int);
    int (*fdatasync)(int);
    int (*ftruncate)(int, off_t);
    int (*fallocate)(int, int, off_t, off_t);
    int (*close)(int);
} real;

static void start(void) {
    if (ready) return;
    *(void **)&real.open = dlsym(RTLD_NEXT, "open");
    *(void **)&real.openat = dlsym(RTLD_NEXT, "openat");
    *(void **)&real.write = dlsym(RTLD_NEXT, "write");
    *(void **)&real.pwrite = dlsym(RTLD_NEXT, "pwrite");
    *(void **)&real.fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real.fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real.ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    *(void **)&real.fallocate = dlsym(RTLD_NEXT, "fallocate");
    *(void **)&real.close = dlsym(RTLD_NEXT, "close");
    dir = getenv("POWER_DIR");
    cut_at = getenv("POWER_CUT") ? atol(getenv("POWER_CUT")) : 0;
    full_at = getenv("POWER_FULL") ? atol(getenv("POWER_FULL")) : 0;
    seed = getenv("POWER_SEED") ? strtoull(getenv("POWER_SEED"), NULL, 10) : 1;
    ready = true;
}

static uint64_t chance(uint64_t bound) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return bound ? (seed >> 33) % bound : 0;
}

static off_t size_of(int fd) {
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : 0;
}

/* A file in the folder that is opened to be written. Lock files are left alone: closing any
 * descriptor of one would let the lock go. */
static void opened(int fd, const char *path, int flags) {
    struct stat st;
    char link[64], target[4096];
    if (fd < 0 || fd >= FDS_MAX || !dir || (flags & O_ACCMODE) == O_RDONLY) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, sizeof target - 1);
    if (len < 0) return;
    target[len] = '\0';
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (strncmp(target, dir, strlen(dir)) != 0 || strcasecmp(name, "lock") == 0) return;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) return;
    for (int i = 0; i < file_count; i++)
        if (files[i].inode == st.st_ino) {
            by_fd[fd] = &files[i];
            if (st.st_size < files[i].synced) files[i].synced = st.st_size;
            return;
        }
    if (file_count == FILES_MAX) abort();
    file *f = &files[file_count++];
    size_t length = strlen(name);
    *f = (file){.inode = st.st_ino,
                .synced = st.st_size,
                .is_log = length > 4 && strcmp(name + length - 4, ".log") == 0,
                .is_table = length > 4 && strcmp(name + length - 4, ".sst") == 0};
    f->fd = real.open(link, O_RDWR | O_CLOEXEC);
    by_fd[fd] = f;
}

static void undo_some(file *f) {
    int count = 0;
    for (overwrite *o = f->newest; o; o = o->older) count++;
    uint64_t undone = chance((uint64_t)count + 1);
    for (overwrite *o = f->newest; o && undone > 0; o = o->older, undone--)
        if (real.pwrite(f->fd, o->bytes, o->len, o->at) < 0) abort();
}

/* What came out of order, or not at all: a sector; of a table, as much as there may be. */
static void spoil(file *f, off_t kept) {
    char rubbish[SECTOR];
    off_t at = f->synced + (off_t)chance((uint64_t)(kept - f->synced));
    off_t end = f->is_table ? kept - (off_t)chance((uint64_t)(kept - at)) : at + SECTOR;
    memset(rubbish, chance(2) ? 0 : (int)chance(256), sizeof rubbish);
    for (; at < kept && at < end; at += SECTOR) {
        size_t len = kept - at < SECTOR ? (size_t)(kept - at) : SECTOR;
        if (real.pwrite(f->fd, rubbish, len, at) < 0) abort();
    }
}

static void cut_file(file *f) {
    off_t size = size_of(f->fd);
    undo_some(f);
    if (size <= f->synced) return;
    off_t kept = size;
    if (chance(3) > 0) kept = f->synced + (off_t)chance((uint64_t)(size - f->synced) + 1);
    if (real.ftruncate(f->fd, kept) != 0) abort();
    if ((f->is_log || f->is_table) && kept > f->synced && chance(3) == 0) spoil(f, kept);
}

/* With the lock held, so that nothing is written any more. */
static void count_call(void) {
    if (++calls != cut_at) return;
    for (int i = 0; i < file_count; i++) cut_file(&files[i]);
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static file *file_of(int fd) {
    return fd >= 0 && fd < FDS_MAX ? by_fd[fd] : NULL;
}

static void remember(file *f, off_t at, size_t len) {
    if (at >= f->synced) return;
    size_t old = f->synced - at < (off_t)len ? (size_t)(f->synced - at) : len;
    overwrite *o = malloc(sizeof *o + old);
    if (!o || pread(f->fd, o->bytes, old, at) < 0) abort();
    *o = (overwrite){.older = f->newest, .at = at, .len = old};
    if (pread(f->fd, o->bytes, old, at) < 0) abort();
    f->newest = o;
}

static bool full(void) {
    return full_at > 0 && ++writes >= full_at;
}

ssize_t write(int fd, const void *bytes, size_t len) {
    start();
    file *f = file_of(fd);
    if (!f) return real.write(fd, bytes, len);
    pthread_mutex_lock(&lock);
    count_call();
    ssize_t wrote = -1;
    if (full()) {
        errno = ENOSPC;
    } else {
        bool append = fcntl(fd, F_GETFL) & O_APPEND;
        remember(f, append ? size_of(fd) : lseek(fd, 0, SEEK_CUR), len);
        wrote = real.write(fd, bytes, len);
    }
    pthread_mutex_unlock(&lock);
    return wrote;
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at) {
    start();
    file *f = file_of(fd);
    if (!f) return real.pwrite(fd, bytes, len, at);
    pthread_mutex_lock(&lock);
    count_call();
    ssize_t wrote = -1;
    if (full()) {
        errno = ENOSPC;
    } else {
        remember(f, at, len);
        wrote = real.pwrite(fd, bytes, len, at);
    }
    pthread_mutex_unlock(&lock);
    return wrote;
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off_t at) {
    return pwrite(fd, bytes, len, at);
}

static int sync_file(int fd, int (*sync)(int)) {
    file *f = file_of(fd);
    if (!f) return sync(fd);
    pthread_mutex_lock(&lock);
    count_call();
    /* The real disk need not be waited for: this file is the disk. */
    f->synced = size_of(fd);
    while (f->newest) {
        overwrite *older = f->newest->older;
        free(f->newest);
        f->newest = older;
    }
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) {
    start();
    return sync_file(fd, real.fsync);
}

int fdatasync(int fd) {
    start();
    return sync_file(fd, real.fdatasync);
}

int ftruncate(int fd, off_t size) {
    start();
    pthread_mutex_lock(&lock);
    file *f = file_of(fd);
    int code = real.ftruncate(fd, size);
    if (f && code == 0 && size < f->synced) f->synced = size;
    pthread_mutex_unlock(&lock);
    return code;
}

int ftruncate64(int fd, off_t size) {
    return ftruncate(fd, size);
}

int fallocate(int fd, int mode, off_t at, off_t len) {
    start();
    if (file_of(fd) && full_at > 0 && writes >= full_at) return errno = ENOSPC, -1;
    return real.fallocate(fd, mode, at, len);
}

int fallocate64(int fd, int mode, off_t at, off_t len) {
    return fallocate(fd, mode, at, len);
}

static int do_open(const char *path, int flags, mode_t mode) {
    start();
    pthread_mutex_lock(&lock);
    int fd = real.open(path, flags, mode);
    opened(fd, path, flags);
    pthread_mutex_unlock(&lock);
    return fd;
}

int open(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return do_open(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return do_open(path, flags, mode);
}

int close(int fd) {
    start();
    pthread_mutex_lock(&lock);
    if (fd >= 0 && fd < FDS_MAX) by_fd[fd] = NULL;
    pthread_mutex_unlock(&lock);
    return real.close(fd);
}
