/* data_dir.h - the folder that a process keeps its state in: its format's version, and a lock.
 * Layer 8.  Thread: any. */
#ifndef SW_HOST_DATA_DIR_H
#define SW_HOST_DATA_DIR_H

#include "base/diag.h"

typedef struct sw_data_dir {
    int lock_fd; /* -1: not open */
} sw_data_dir;

/* Makes the folder if it is not there (readable by its owner alone), takes its lock, checks the
 * version in its file `format` ("seawall 1"), or writes it into a new folder. SW_E_BUSY: another
 * process holds it, named by its number; SW_E_VERSION; SW_E_INVALID: there is something else in the
 * folder; SW_E_IO. */
SW_NODISCARD sw_err sw_data_dir_open(const char *path, sw_diags *diags, sw_data_dir *ret);
void sw_data_dir_close(sw_data_dir *dir);

#endif
