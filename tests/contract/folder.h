/* folder.h - a folder of its own for a test, gone afterwards. */
#ifndef SW_TESTS_CONTRACT_FOLDER_H
#define SW_TESTS_CONTRACT_FOLDER_H

#define FOLDER_PATH_MAX 256

/* A new empty folder under $TMPDIR or /tmp. */
void folder_make(char ret[FOLDER_PATH_MAX]);
/* It and everything in it; one that is not there is no error. */
void folder_remove(const char *path);
void folder_copy(const char *from, const char *to);

#endif
