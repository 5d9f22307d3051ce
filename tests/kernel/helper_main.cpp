// SPDX-License-Identifier: Apache-2.0
// A program to execute in tests: does nothing, and ends with the status its first argument names.
#include <cstdlib>

int main(int argc, char** argv) { return argc > 1 ? std::atoi(argv[1]) : 0; }
