#include "contract/bus_contract.h"

static sw_bus *open_mem(const sw_bus_options *options) {
    sw_bus *bus = NULL;
    return sw_bus_mem_open(options, &bus) ? NULL : bus;
}

int main(void) {
    static const bus_backend backend = {"memory", open_mem, NULL, sw_bus_close, true};
    return bus_contract_run(&backend);
}
