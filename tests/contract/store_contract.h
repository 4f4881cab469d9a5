/* store_contract.h - what every database behind sw_db must do; each backend's runner calls it. */
#ifndef SW_TESTS_CONTRACT_STORE_CONTRACT_H
#define SW_TESTS_CONTRACT_STORE_CONTRACT_H

#include "store/store.h"

#define STORE_CONTRACT_STORES 3

typedef struct store_backend {
    const char *name;
    /* An empty database with STORE_CONTRACT_STORES stores. */
    sw_db *(*open)(void);
    /* Closes and opens again with everything that was written; NULL: it keeps nothing. */
    sw_db *(*reopen)(sw_db *db);
    void (*close)(sw_db *db);
} store_backend;

/* Runs the suite, the overlay's part of it too; the number of failed tests. */
int store_contract_run(const store_backend *backend);

#endif
