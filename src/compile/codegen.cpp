// SPDX-License-Identifier: Apache-2.0
#include "compile/codegen.hpp"

#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/TargetParser/Host.h>
#include <llvm/TargetParser/Triple.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include <memory>

namespace sensor::compile {
namespace {

void initialize_targets() {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeBPFTargetInfo();
    LLVMInitializeBPFTarget();
    LLVMInitializeBPFTargetMC();
    LLVMInitializeBPFAsmPrinter();
}

Result<std::unique_ptr<llvm::TargetMachine>> make_target(const Machine& machine) {
    initialize_targets();
    const std::string triple =
        machine.triple.empty() ? llvm::sys::getDefaultTargetTriple() : machine.triple;
    std::string why;
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, why);
    if (target == nullptr) return Error("no code for " + triple + ": " + why);
    const bool x86 = llvm::Triple(triple).isX86();
    const std::string cpu = machine.cpu.empty() ? (x86 ? "x86-64" : "generic") : machine.cpu;
    std::unique_ptr<llvm::MCSubtargetInfo> info(target->createMCSubtargetInfo(triple, "", ""));
    if (info == nullptr || !info->isCPUStringValid(cpu))
        return Error("unknown processor '" + cpu + "'");
    const auto level =
        machine.level == 0 ? llvm::CodeGenOptLevel::None : llvm::CodeGenOptLevel::Less;
    std::unique_ptr<llvm::TargetMachine> made(target->createTargetMachine(
        triple, cpu, "", llvm::TargetOptions(), llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
    if (made == nullptr) return Error("no code generator for " + triple);
    return made;
}

/// A short pipeline: the IR has no stack slots and no loops, so repeated loads and chains of
/// branches are all there is to clean up. Library calls are never made up.
void optimize(llvm::Module& module, llvm::TargetMachine& target) {
    llvm::LoopAnalysisManager loops;
    llvm::FunctionAnalysisManager functions;
    llvm::CGSCCAnalysisManager components;
    llvm::ModuleAnalysisManager modules;
    llvm::PassBuilder builder(&target);
    llvm::TargetLibraryInfoImpl library(llvm::Triple(module.getTargetTriple()));
    library.disableAllFunctions();
    functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
    llvm::FunctionPassManager passes;
    passes.addPass(llvm::SimplifyCFGPass());
    passes.addPass(llvm::EarlyCSEPass(true));
    passes.addPass(llvm::SimplifyCFGPass());
    llvm::ModulePassManager all;
    all.addPass(llvm::createModuleToFunctionPassAdaptor(std::move(passes)));
    all.run(module, modules);
}

std::string print(const llvm::Module& module) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream, nullptr);
    return stream.str();
}

}  // namespace

Result<std::string> generate(llvm::Module& module, const Machine& machine, Output output) {
    SENSOR_TRY(const std::unique_ptr<llvm::TargetMachine> target, make_target(machine));
    module.setTargetTriple(target->getTargetTriple().str());
    module.setDataLayout(target->createDataLayout());
    module.setPICLevel(llvm::PICLevel::SmallPIC);
    std::string broken;
    llvm::raw_string_ostream words(broken);
    if (llvm::verifyModule(module, &words)) return Error("broken code: " + words.str());
    if (machine.level != 0) optimize(module, *target);
    if (output == Output::Llvm) return print(module);
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream stream(bytes);
    llvm::legacy::PassManager passes;
    const auto type = output == Output::Object ? llvm::CodeGenFileType::ObjectFile
                                               : llvm::CodeGenFileType::AssemblyFile;
    if (target->addPassesToEmitFile(passes, stream, nullptr, type))
        return Error("no emitter for this machine");
    passes.run(module);
    return std::string(bytes.data(), bytes.size());
}

}  // namespace sensor::compile
