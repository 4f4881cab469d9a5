# proto/seawall/v1/*.proto -> one library sw_proto; generated code is compiled without our warnings.
find_program(SW_PROTOC_C protoc-c REQUIRED)
file(GLOB SW_PROTOS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/proto/seawall/v1/*.proto)
if(SW_PROTOS)
    set(SW_PROTO_OUT ${CMAKE_BINARY_DIR}/proto)
    file(MAKE_DIRECTORY ${SW_PROTO_OUT})
    set(generated)
    foreach(proto ${SW_PROTOS})
        get_filename_component(name ${proto} NAME_WE)
        set(out ${SW_PROTO_OUT}/seawall/v1/${name}.pb-c.c ${SW_PROTO_OUT}/seawall/v1/${name}.pb-c.h)
        add_custom_command(
            OUTPUT ${out}
            COMMAND ${SW_PROTOC_C} --proto_path=${CMAKE_SOURCE_DIR}/proto --c_out=${SW_PROTO_OUT} ${proto}
            DEPENDS ${SW_PROTOS}
            VERBATIM)
        list(APPEND generated ${out})
    endforeach()
    add_library(sw_proto STATIC ${generated})
    target_include_directories(sw_proto SYSTEM PUBLIC ${SW_PROTO_OUT})
    target_link_libraries(sw_proto PUBLIC PkgConfig::PROTOBUFC)
endif()
