#include "contract/store_contract.h"

static sw_db *open_mem(void) {
    static const sw_store_spec specs[STORE_CONTRACT_STORES] = {{.name = "first", .version = 1},
                                                               {.name = "second", .version = 1},
                                                               {.name = "third", .version = 1}};
    sw_db *db = NULL;
    return sw_db_mem_open(specs, STORE_CONTRACT_STORES, &db) ? NULL : db;
}

int main(void) {
    static const store_backend backend = {"memory", open_mem, NULL, sw_db_close};
    return store_contract_run(&backend);
}
