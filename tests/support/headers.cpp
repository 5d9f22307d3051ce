// SPDX-License-Identifier: Apache-2.0
// Nothing: CMake makes the precompiled header of tests for the first file that uses it.
#include "tests/support/catch.hpp"
