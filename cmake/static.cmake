# SPDX-License-Identifier: Apache-2.0
# SENSOR_STATIC: programs that need nothing of the system they run on, not even a C library, so that
# one file serves every distribution. In place of the shared libraries come the archives of the same
# packages; libcurl and librdkafka from packaging/static.sh; spdlog and fmt as headers.
# Included by dependencies.cmake in place of what it would find.
set(SENSOR_STATIC_DIR ${CMAKE_BINARY_DIR}/static-libs CACHE PATH "made by packaging/static.sh")
execute_process(COMMAND ${CMAKE_SOURCE_DIR}/packaging/static.sh ${SENSOR_STATIC_DIR}
                COMMAND_ERROR_IS_FATAL ANY)

# Programs at an address of their own each start, as the distribution's.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXE_LINKER_FLAGS "${CMAKE_EXE_LINKER_FLAGS} -static-pie -Wl,--gc-sections")

# static_archives(TARGET NAME...): the imported TARGET of these archives, in any order
function(static_archives target)
  set(archives)
  foreach(name ${ARGN})
    find_library(STATIC_ARCHIVE_${name} NAMES lib${name}.a HINTS ${SENSOR_STATIC_DIR}/lib REQUIRED)
    list(APPEND archives ${STATIC_ARCHIVE_${name}})
  endforeach()
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(${target} INTERFACE -Wl,--start-group ${archives} -Wl,--end-group)
endfunction()

# static_package(TARGET MODULE): the same of the pkg-config file MODULE and all it needs, without
# what every static program has from glibc
function(static_package target module)
  pkg_check_modules(STATIC_${module} REQUIRED ${module})
  set(names ${STATIC_${module}_STATIC_LIBRARIES})
  list(REMOVE_ITEM names pthread dl m rt c)
  static_archives(${target} ${names})
  target_include_directories(${target} SYSTEM INTERFACE ${STATIC_${module}_STATIC_INCLUDE_DIRS})
endfunction()

static_package(PkgConfig::LIBBPF libbpf)
static_package(PkgConfig::RE2 re2)
static_package(PkgConfig::ZLIB zlib)
static_package(PkgConfig::ZSTD libzstd)
static_package(PkgConfig::OPENSSL openssl)
static_package(PkgConfig::CAPNG libcap-ng)
static_package(PkgConfig::SECCOMP libseccomp)
static_package(yaml-cpp yaml-cpp)
static_archives(PkgConfig::CURL curl nghttp2 ssl crypto z)
static_archives(PkgConfig::RDKAFKA rdkafka curl nghttp2 ssl crypto zstd z)
foreach(target CURL RDKAFKA)
  target_include_directories(PkgConfig::${target} SYSTEM INTERFACE ${SENSOR_STATIC_DIR}/include)
endforeach()
target_compile_definitions(PkgConfig::CURL INTERFACE CURL_STATICLIB)
target_compile_definitions(PkgConfig::RDKAFKA INTERFACE LIBRDKAFKA_STATICLIB)
add_library(spdlog::spdlog INTERFACE IMPORTED GLOBAL)
target_compile_definitions(spdlog::spdlog INTERFACE SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY=1)

# LLVM's archives come with paths of shared libraries: of the solver and the XML reader, which
# nothing here uses, and of those that are here as archives.
function(static_llvm)
  set_property(TARGET LLVMSupport PROPERTY INTERFACE_LINK_LIBRARIES
               PkgConfig::ZLIB PkgConfig::ZSTD LLVMDemangle)
  set_property(TARGET LLVMWindowsManifest PROPERTY INTERFACE_LINK_LIBRARIES LLVMSupport)
endfunction()
