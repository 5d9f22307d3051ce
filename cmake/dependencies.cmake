# SPDX-License-Identifier: Apache-2.0
# Third-party libraries, one place. packaging/deps.sh installs them.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Catch2 REQUIRED)
pkg_check_modules(LIBBPF REQUIRED IMPORTED_TARGET libbpf>=1.1)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(OPENSSL REQUIRED IMPORTED_TARGET openssl)
pkg_check_modules(CAPNG REQUIRED IMPORTED_TARGET libcap-ng)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
find_path(BOOST_INCLUDE_DIR boost/beast.hpp REQUIRED)
find_path(PEGTL_INCLUDE_DIR tao/pegtl.hpp REQUIRED)

# Exactly one LLVM major: newer ones change the IR builder, older ones have typed pointers.
set(SENSOR_LLVM_MAJOR 19)
find_package(LLVM ${SENSOR_LLVM_MAJOR}.1 REQUIRED CONFIG
             PATHS /usr/lib/llvm-${SENSOR_LLVM_MAJOR}/lib/cmake/llvm)
if(NOT LLVM_VERSION_MAJOR EQUAL SENSOR_LLVM_MAJOR)
  message(FATAL_ERROR "LLVM ${SENSOR_LLVM_MAJOR} is needed, found ${LLVM_VERSION}")
endif()
find_program(SENSOR_BPF_CLANG NAMES clang-${SENSOR_LLVM_MAJOR} REQUIRED)
find_program(SENSOR_BPFTOOL NAMES bpftool PATHS /usr/sbin /sbin REQUIRED)

if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
