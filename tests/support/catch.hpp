// SPDX-License-Identifier: Apache-2.0
// The only place that knows which major version of the test library is installed.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
