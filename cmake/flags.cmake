# sw_flags: what every target of ours is compiled with. Foreign headers come in as SYSTEM.
add_library(sw_flags INTERFACE)
target_compile_features(sw_flags INTERFACE c_std_11)
target_compile_options(sw_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wno-missing-field-initializers -Wformat=2
    -Werror -fno-strict-aliasing -fno-common -fstack-protector-strong)
target_compile_definitions(sw_flags INTERFACE _GNU_SOURCE)

set(SW_SANITIZE "" CACHE STRING "address (with undefined) or thread")
option(SW_FUZZ "build libFuzzer targets (clang)" OFF)
if(SW_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
elseif(SW_SANITIZE STREQUAL "thread")
    add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
    add_link_options(-fsanitize=thread)
elseif(NOT SW_SANITIZE STREQUAL "")
    message(FATAL_ERROR "SW_SANITIZE is '${SW_SANITIZE}'; it takes address or thread")
endif()
if(SW_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
