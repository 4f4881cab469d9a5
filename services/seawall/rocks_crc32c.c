/* The checksum of RocksDB's write-ahead log. Debian's RocksDB is compiled for processors without an
 * instruction for it, and 3 % of all work went there; ours asks the processor. The linker puts it
 * in the place of rocksdb::crc32c::Extend (uint32_t, const char *, size_t), which does the same. */
#include "base/hash.h"

#define EXTEND __wrap__ZN7rocksdb6crc32c6ExtendEjPKcm
uint32_t EXTEND(uint32_t crc, const char *data, size_t len);

uint32_t EXTEND(uint32_t crc, const char *data, size_t len) {
    return sw_crc32c(crc, sw_slice_of(data, len));
}
