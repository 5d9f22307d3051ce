// SPDX-License-Identifier: Apache-2.0
// LLVM's intermediate representation, for everything that lowers to it; codegen.cpp alone includes
// the rest of LLVM, which takes long to read. The only LLVM major we build with: newer ones change
// the IR builder, older ones have typed pointers.
#pragma once

#include <llvm/Config/llvm-config.h>
#if LLVM_VERSION_MAJOR != 19
#error "LLVM 19 is needed"
#endif

#include <llvm/IR/Constants.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/MDBuilder.h>
#include <llvm/IR/Module.h>
