# SPDX-License-Identifier: Apache-2.0
# Options of our own targets only; third-party headers are SYSTEM.
add_library(sensor_options INTERFACE)
target_compile_options(sensor_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wshadow -Wconversion -Werror>)
# g++ 12 sees overlapping copies in std::string + at -O2 and up (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(sensor_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
target_include_directories(sensor_options INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR})
target_compile_definitions(sensor_options INTERFACE SENSOR_VERSION="${PROJECT_VERSION}")
if(SENSOR_SANITIZE)
  target_compile_options(sensor_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(sensor_options INTERFACE -fsanitize=address,undefined)
endif()
if(SENSOR_FUZZ)
  target_compile_options(sensor_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
