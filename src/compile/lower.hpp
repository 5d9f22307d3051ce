// SPDX-License-Identifier: Apache-2.0
// Lowering: a Program as LLVM IR: one function `rule_N` per condition, internal functions for what
// several of them share, no external symbol: what has no code of its own is called through the
// frame. Split by what is lowered: lower.cpp functions and terms, lower_logic.cpp nodes,
// lower_event.cpp event types, lower_number.cpp, lower_text.cpp comparisons.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compile/llvm.hpp"
#include "compile/plan.hpp"
#include "lang/program.hpp"

namespace sensor::compile {

/// Name of the function of a condition.
std::string rule_name(std::size_t condition);

class Lowering {
public:
    Lowering(const lang::Program& program, Effort effort, llvm::LLVMContext& context);

    /// Makes the whole module. Call once.
    std::unique_ptr<llvm::Module> run();

private:
    using Block = llvm::BasicBlock;
    /// Where control goes after a test.
    struct Exits {
        Block* yes;
        Block* no;
    };
    /// A value that is there, in the event's cache.
    struct TermValue {
        llvm::Value* address;
        llvm::Value* kind;
    };

    // lower.cpp
    llvm::Function* declare(const std::string& name, bool exported);
    Exits begin(llvm::Function* function, const lang::EventSet* events);
    void lower_rule(std::size_t condition);
    void lower_remembered();
    llvm::Function* remembered_function(std::uint32_t node);
    Block* block(const char* name);
    llvm::Value* frame_field(std::size_t offset, llvm::Type* type, const char* name);
    llvm::Value* load_at(llvm::Value* base, std::uint64_t offset, llvm::Type* type);
    TermValue load_term(std::uint32_t term);
    llvm::Value* call_predicate(std::uint32_t predicate);
    void branch(llvm::Value* condition, Exits exits);

    // lower_logic.cpp
    void lower_node(std::uint32_t node, Exits exits);
    void lower_body(std::uint32_t node, Exits exits);
    void lower_chain(std::uint32_t node, bool is_and, Exits exits);
    void ask_remembered(std::uint32_t node, Exits exits);
    void lower_predicate(std::uint32_t predicate, Exits exits);
    void lower_call(std::uint32_t predicate, Exits exits);

    // lower_event.cpp
    enum class Verdict : std::uint8_t { No = 0, Yes = 1, Ask = 2 };
    void lower_event_type(std::uint32_t predicate, Exits exits);
    void switch_on(llvm::Value* index,
                   const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts, Verdict other,
                   std::uint32_t predicate, Exits exits);
    void table_on(llvm::Value* index,
                  const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts, Verdict other,
                  std::uint32_t predicate, Exits exits);
    void lower_generic(std::uint32_t predicate,
                       const std::vector<std::pair<std::uint32_t, Verdict>>& verdicts, Exits exits);
    void go(Verdict verdict, std::uint32_t predicate, Exits exits);

    // lower_number.cpp
    void lower_exists(std::uint32_t predicate, Exits exits);
    void lower_number(std::uint32_t predicate, Exits exits);
    void lower_number_in(std::uint32_t predicate, Exits exits);
    llvm::Value* open_number(std::uint32_t predicate, Exits exits);

    // lower_text.cpp
    struct TextValue {
        llvm::Value* bytes;
        llvm::Value* length;
    };
    TextValue open_text(std::uint32_t predicate, Exits exits);
    void lower_text(std::uint32_t predicate, Exits exits);
    void lower_text_in(std::uint32_t predicate, Exits exits);
    void lower_same_length(llvm::Value* bytes, const std::vector<std::string>& texts, Exits exits);
    void compare_bytes(llvm::Value* bytes, const std::string& text, Exits exits);
    llvm::Value* load_key(llvm::Value* bytes, std::size_t length, std::size_t window);

    const lang::Program& program_;
    Plan plan_;
    llvm::LLVMContext& context_;
    std::unique_ptr<llvm::Module> module_;
    llvm::IRBuilder<> builder_;
    llvm::Type* i8_;
    llvm::Type* i16_;
    llvm::Type* i32_;
    llvm::Type* i64_;
    llvm::Type* ptr_;
    std::map<std::uint32_t, llvm::Function*> remembered_;
    std::vector<std::uint32_t> pending_;  ///< nodes whose functions are declared and not yet made
    std::map<std::string, llvm::GlobalVariable*> tables_;

    // of the function being made
    const lang::EventSet* events_ = nullptr;  ///< it is only called for these; null: for any
    llvm::Function* function_ = nullptr;
    llvm::Value* frame_ = nullptr;
    llvm::Value* stamp_ = nullptr;
    llvm::Value* values_ = nullptr;
    llvm::Value* value_stamps_ = nullptr;
    llvm::Value* results_ = nullptr;
};

}  // namespace sensor::compile
