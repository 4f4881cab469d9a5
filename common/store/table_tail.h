/* table_tail.h - the end of one of RocksDB's tables, proven before RocksDB reads it.  Layer 3,
 * private to store.  Thread: any. */
#ifndef SW_STORE_TABLE_TAIL_H
#define SW_STORE_TABLE_TAIL_H

#include "base/diag.h"

/* RocksDB 7 takes a table's footer, which has no checksum, at its word, and reads the properties
 * before it looks at theirs. One flipped bit there asks for terabytes of memory, switches the
 * checksums of all blocks off, or ends the process by an assertion, and no file is named. What it
 * reads after that it proves first. So this proves, in the table at `path`, the footer and the
 * blocks that are found by it: metaindex, properties, index. It knows the tables that Seawall has
 * written: format 5, XXH3 (RocksDB: table/format.cc, table/meta_blocks.cc).
 *
 * A table without the magic number was never finished, and nobody needs it, or it is damaged just
 * there, which RocksDB refuses without harm: SW_OK, or damage where it has to be `finished`.
 * SW_E_CORRUPT with a finding: which part is damaged. SW_E_IO: it can't be read. SW_E_NOMEM. */
SW_NODISCARD sw_err sw_table_tail_check(const char *path, bool finished, sw_diags *diags);

#endif
