// SPDX-License-Identifier: Apache-2.0
#include "compile/compile.hpp"

#include "compile/codegen.hpp"
#include "compile/link_object.hpp"
#include "compile/lower.hpp"
#include "compile/lower_filter.hpp"
#include "compile/name_tests.hpp"
#include "eval/processor.hpp"

namespace sensor::compile {
namespace {

Effort effort_of(const eval::CompileOptions& options) {
    return options.level == 0 ? Effort::Quick : Effort::Full;
}

/// A jump of the kernel's machine reaches 32,767 instructions; longer code is made coarser.
void fit(filter::EventPart& part) {
    constexpr std::size_t kMostInstructions = 30000;
    for (const std::size_t bytes : {64U, 32U, 16U, 8U, 4U, 0U}) {
        if (code_size(make_piece_trees(part.names)) <= kMostInstructions) return;
        filter::cut_names(part, bytes);
    }
}

}  // namespace

Result<Compiled> compile_code(const lang::Program& program, const eval::CompileOptions& options,
                              const std::string& triple) {
    Compiled compiled;
    if (program.conditions.empty()) return compiled;
    llvm::LLVMContext context;
    const std::unique_ptr<llvm::Module> module =
        Lowering(program, effort_of(options), context).run();
    SENSOR_TRY(const std::string object,
               generate(*module, {triple, options.cpu, options.level}, Output::Object));
    SENSOR_TRY(LinkedImage image, link_object(object));
    for (std::size_t k = 0; k < program.conditions.size(); ++k) {
        const auto found = image.symbols.find(rule_name(k));
        if (found == image.symbols.end()) return Error("a condition has no code");
        compiled.entries.push_back(found->second);
    }
    compiled.code = std::move(image.bytes);
    return compiled;
}

Result<std::string> compile_bundle(std::string_view request) {
    SENSOR_TRY(const eval::CompileRequest asked, eval::read_request(request));
    if (!eval::is_baseline(asked.options.cpu))
        return Error("unknown processor '" + asked.options.cpu + "'; a bundle is made for one of " +
                     eval::baselines_text());
    SENSOR_TRY(const Compiled compiled, compile_code(asked.program, asked.options, ""));
    return eval::write_bundle(request, compiled.entries, compiled.code);
}

Result<std::string> compile_text(const lang::Program& program, const eval::CompileOptions& options,
                                 Text text, const std::string& triple) {
    llvm::LLVMContext context;
    const std::unique_ptr<llvm::Module> module =
        Lowering(program, effort_of(options), context).run();
    const Output output = text == Text::Llvm ? Output::Llvm : Output::Assembler;
    return generate(*module, {triple, options.cpu, options.level}, output);
}

Result<std::string> compile_filter(const lang::Program& program, bool object) {
    llvm::LLVMContext context;
    std::vector<filter::EventPart> parts = filter::make_kernel_part(program);
    for (filter::EventPart& part : parts) fit(part);
    const std::unique_ptr<llvm::Module> module = FilterLowering(context).run(parts);
    return generate(*module, {"bpfel", "v3", 1}, object ? Output::Object : Output::Assembler);
}

}  // namespace sensor::compile
