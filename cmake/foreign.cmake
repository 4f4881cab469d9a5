# Foreign libraries, each with one home (ARCHITECTURE.md, layers; scripts/layers.py holds the table).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(PROTOBUFC REQUIRED IMPORTED_TARGET libprotobuf-c)
pkg_check_modules(ROCKSDB REQUIRED IMPORTED_TARGET rocksdb)
pkg_check_modules(LZ4 REQUIRED IMPORTED_TARGET liblz4)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(JWT REQUIRED IMPORTED_TARGET libjwt)
pkg_check_modules(XLSXWRITER REQUIRED IMPORTED_TARGET xlsxwriter)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
find_library(CSV_LIBRARY csv REQUIRED)

# The programs hold database and heap themselves (docs/decisions/0037); what is built under a
# sanitizer, and tests, of which there are a hundred, have the shared libraries. Which of the two a
# target has is said by its property SW_HOLDS_ALL.
find_library(ROCKSDB_ARCHIVE librocksdb.a REQUIRED)
find_library(JEMALLOC_ARCHIVE libjemalloc_pic.a REQUIRED)
# The parts of RocksDB in which the time goes come first, without assertions (docs/decisions/0038).
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/scripts/rocksdb --where
    OUTPUT_VARIABLE ROCKSDB_PARTS OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT EXISTS "${ROCKSDB_PARTS}")
    message(STATUS "RocksDB with all of Debian's assertions, a sixth slower: scripts/rocksdb makes the parts without")
    set(ROCKSDB_PARTS)
endif()
set(ROCKSDB_HELD ${ROCKSDB_PARTS} ${ROCKSDB_ARCHIVE} snappy bz2 z zstd lz4 stdc++ m)
add_library(sw_rocksdb INTERFACE)
target_link_libraries(sw_rocksdb INTERFACE
    "$<IF:$<BOOL:$<TARGET_PROPERTY:SW_HOLDS_ALL>>,${ROCKSDB_HELD},PkgConfig::ROCKSDB>")
