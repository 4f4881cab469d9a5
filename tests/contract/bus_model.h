/* bus_model.h - a bus as plain arrays, and random work that is done to both. */
#ifndef SW_TESTS_CONTRACT_BUS_MODEL_H
#define SW_TESTS_CONTRACT_BUS_MODEL_H

#include "bus/bus.h"

typedef struct bus_model bus_model;

/* For an empty bus with the options of bus_contract.h. Claims all tasks. */
bus_model *bus_model_new(sw_bus *bus, uint64_t seed);
void bus_model_free(bus_model *model);
void bus_model_claim(bus_model *model, sw_bus *bus);
/* A random group of commits. */
void bus_model_commit(bus_model *model, sw_bus *bus);
/* A random bounded step of upkeep. What it may remove, the model takes as removable. */
void bus_model_maintain(bus_model *model, sw_bus *bus);
/* A random poll of each partition. */
void bus_model_read(bus_model *model, sw_bus *bus);
/* Everything. */
void bus_model_compare(bus_model *model, sw_bus *bus);

#endif
