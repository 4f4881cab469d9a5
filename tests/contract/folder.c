#include "contract/folder.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

void folder_make(char ret[FOLDER_PATH_MAX]) {
    const char *tmp = getenv("TMPDIR");
    snprintf(ret, FOLDER_PATH_MAX, "%s/seawall-test-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(ret)) perror(ret), abort();
}

void folder_remove(const char *path) {
    sw_db_remove(path);
}

static const char *copy_from, *copy_to;

static int copy_entry(const char *path, const struct stat *st, int kind, struct FTW *at) {
    char target[4096], bytes[65536];
    (void)at;
    snprintf(target, sizeof target, "%s%s", copy_to, path + strlen(copy_from));
    if (kind == FTW_D) return mkdir(target, 0755);
    FILE *in = fopen(path, "rb"), *out = fopen(target, "wb");
    if (!in || !out) return -1;
    size_t len;
    while ((len = fread(bytes, 1, sizeof bytes, in)) > 0) fwrite(bytes, 1, len, out);
    fclose(in);
    fclose(out);
    return truncate(target, st->st_size);
}

void folder_copy(const char *from, const char *to) {
    copy_from = from;
    copy_to = to;
    if (nftw(from, copy_entry, 16, FTW_PHYS)) perror(to), abort();
}
