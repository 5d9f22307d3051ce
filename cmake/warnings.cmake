# SPDX-License-Identifier: Apache-2.0
# Options of our own targets only; third-party headers are SYSTEM.
add_library(sensor_options INTERFACE)
target_compile_options(sensor_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Werror>)
# What g++ finds by following values through inlined std::string and std::variant is wrong at -O2
# and up: overlapping and endless copies (GCC bug 105651, mended in 13; of the second it warns only
# where the library comes precompiled and no longer counts as the system's), and uninitialised
# members of an alternative that is not the one held. clang and the sanitizers watch over all.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(sensor_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                              -Wno-array-bounds -Wno-maybe-uninitialized -fpch-preprocess>)
endif()
# Some libraries ask for -pthread, and one precompiled header serves only those that agree.
target_compile_options(sensor_options INTERFACE -pthread)
# Programs name only the libraries that they use something of.
target_link_options(sensor_options INTERFACE -pthread -Wl,--as-needed)
target_include_directories(sensor_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_definitions(sensor_options INTERFACE SENSOR_VERSION="${PROJECT_VERSION}")
# What is shipped checks the sizes of copies and resolves every symbol before it starts, so that the
# tables of addresses are read-only. Sanitizers do better.
target_link_options(sensor_options INTERFACE -Wl,-z,relro,-z,now)
if(NOT SENSOR_SANITIZE)
  target_compile_options(sensor_options INTERFACE
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
if(SENSOR_SANITIZE)
  target_compile_options(sensor_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sensor_options INTERFACE -fsanitize=address,undefined)
endif()
if(SENSOR_FUZZ)
  target_compile_options(sensor_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
# Every x86-64 made since 2009 counts bits in one instruction; the oldest would call a function.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  target_compile_options(sensor_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=x86-64-v2>)
endif()
