// SPDX-License-Identifier: Apache-2.0
// Lowering of a KernelPart for the kernel's own machine: rule_filter (bpf/filter.h), which calls a
// function of its own for every event type that is not always wanted.
// The verifier walks every path and remembers what registers hold, so what a path learns goes
// through memory it forgets (the bits of name tests), and logic is arithmetic without a branch.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "compile/llvm.hpp"
#include "compile/name_tests.hpp"
#include "filter/kernel_part.hpp"

namespace llvm {
class DIBuilder;
class DIFile;
class DISubprogram;
}  // namespace llvm

namespace sensor::compile {

class FilterLowering {
public:
    explicit FilterLowering(llvm::LLVMContext& context);
    ~FilterLowering();

    /// Makes the whole module. Call once.
    std::unique_ptr<llvm::Module> run(const std::vector<filter::EventPart>& parts);

private:
    using Block = llvm::BasicBlock;

    struct Param {
        const char* name;
        bool pointer;
    };
    llvm::Function* declare(const std::string& name, const std::vector<Param>& params,
                            bool exported);
    void describe(llvm::Function& function, const std::vector<Param>& params);
    void lower_choice(const std::vector<filter::EventPart>& parts);
    void lower(const filter::EventPart& part);
    void find_names(const filter::EventPart& part, bool real);
    void find_parts(const PieceTrees& trees, llvm::Value* name, std::int64_t slashes);
    /// One of the two walks over a name.
    struct Walk {
        bool forward;
        Block* done;
        std::map<std::pair<const PieceTree*, std::int64_t>, Block*> made;
    };
    void walk_tree(const PieceTree& tree, std::int64_t offset, Walk& walk);
    Block* tree_block(const PieceTree& tree, std::int64_t offset, Walk& walk);
    void lower_ends(const PieceTree::Ends& ends, llvm::Value* piece, std::uint64_t mask);
    Block* end_block(const PieceTree::End& end, Block* after);
    void hit(std::uint64_t tests);
    void hit_if(llvm::Value* condition, std::uint64_t tests);
    llvm::Value* plain_of(const filter::NameTest& test);
    llvm::Value* logic(const filter::EventPart& part);
    llvm::Value* number_test(const filter::NumberTest& test);
    llvm::Value* name_test(std::uint32_t test);
    llvm::Value* interest(std::uint64_t any_of);
    llvm::Value* in_interval(llvm::Value* value, filter::Interval interval);
    llvm::Value* load(llvm::Value* base, std::int64_t offset, llvm::Type* type,
                      bool is_volatile = false);
    llvm::Value* opposite(llvm::Value* bit, bool wanted);
    Block* block(const char* name);

    llvm::LLVMContext& context_;
    std::unique_ptr<llvm::Module> module_;
    llvm::IRBuilder<> builder_;
    std::unique_ptr<llvm::DIBuilder> debug_;
    llvm::DIFile* file_ = nullptr;
    llvm::Type* i8_;
    llvm::Type* i32_;
    llvm::Type* i64_;
    llvm::Type* ptr_;
    std::map<EventType, llvm::Function*> functions_;

    // of the function being made
    llvm::Function* function_ = nullptr;
    llvm::Value* record_ = nullptr;
    llvm::Value* name_ = nullptr;  ///< its first byte, or the byte behind it
    llvm::Value* work_ = nullptr;
    llvm::Value* length_ = nullptr;
    llvm::Value* last_slash_ = nullptr;
    std::array<llvm::Value*, 2> plain_{};  ///< of the given name, of the real path
    llvm::Value* hits_ = nullptr;
};

}  // namespace sensor::compile
