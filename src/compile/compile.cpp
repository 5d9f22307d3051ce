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
        if (code_size(make_piece_trees(part.names, false)) +
                code_size(make_piece_trees(part.names, true)) <=
            kMostInstructions)
            return;
        filter::cut_names(part, bytes);
    }
}

Result<std::string> generate_filter(const std::vector<filter::EventPart>& parts, Output output) {
    llvm::LLVMContext context;
    const std::unique_ptr<llvm::Module> module = FilterLowering(context).run(parts);
    return generate(*module, {"bpfel", "v3", 1}, output);
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
    if (asked.options.level == 0)  // in a hurry: what the kernel gets comes with better code
        return eval::write_bundle(request, compiled.entries, compiled.code);
    SENSOR_TRY(const filter::KernelImage image, compile_kernel_image(asked.program));
    return eval::write_bundle(request, compiled.entries, compiled.code, filter::write_image(image));
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
    std::vector<filter::EventPart> parts = filter::make_kernel_part(program);
    for (filter::EventPart& part : parts) fit(part);
    return generate_filter(parts, object ? Output::Object : Output::Assembler);
}

Result<filter::KernelImage> compile_kernel_image(const lang::Program& program) {
    filter::KernelImage image;
    image.bits = filter::interest_bits(program);
    std::vector<filter::EventPart> parts = filter::make_kernel_part(program);
    image.rows = filter::make_rows(parts);
    if (image.rows.empty()) return image;
    for (filter::EventPart& part : parts) fit(part);
    SENSOR_TRY(std::string exact, generate_filter(parts, Output::Object));
    image.objects.push_back(std::move(exact));
    constexpr std::size_t kLargeObject = 1U << 20;
    if (image.objects.back().size() < kLargeObject) return image;
    // For a kernel that finds this too much: of names their beginnings.
    for (filter::EventPart& part : parts) filter::cut_names(part, 8);
    SENSOR_TRY(std::string coarse, generate_filter(parts, Output::Object));
    image.objects.push_back(std::move(coarse));
    return image;
}

}  // namespace sensor::compile
