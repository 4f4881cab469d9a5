/* store_model.h - a database as a plain array, and random work that is done to both. */
#ifndef SW_TESTS_CONTRACT_STORE_MODEL_H
#define SW_TESTS_CONTRACT_STORE_MODEL_H

#include "store/store.h"

typedef struct store_model store_model;

store_model *store_model_new(uint32_t stores, uint64_t seed);
void store_model_free(store_model *model);
/* One random batch into both. */
void store_model_write(store_model *model, sw_db *db);
/* One random batch through an overlay, with reads, scans, marks and undos on the way. */
void store_model_overlay(store_model *model, sw_db *db);
/* Every key by get and by iterator, and random ranges. */
void store_model_compare(store_model *model, sw_db *db);
/* Empties both. */
void store_model_clear(store_model *model, sw_db *db);

#endif
