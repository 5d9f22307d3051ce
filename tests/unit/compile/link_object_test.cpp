// SPDX-License-Identifier: Apache-2.0
#include "compile/link_object.hpp"

#include "compile/codegen.hpp"
#include "tests/support/catch.hpp"

namespace sensor::compile {
namespace {

/// Functions `zero` (calls a hidden one) and `pick` (reads a table), for any machine.
std::unique_ptr<llvm::Module> sample(llvm::LLVMContext& context) {
    auto module = std::make_unique<llvm::Module>("sample", context);
    llvm::IRBuilder<> b(context);
    llvm::Constant* data = llvm::ConstantDataArray::getString(context, "table of bytes", false);
    auto* table = new llvm::GlobalVariable(*module, data->getType(), true,
                                           llvm::GlobalValue::InternalLinkage, data);
    auto* type = llvm::FunctionType::get(b.getInt32Ty(), {b.getInt64Ty()}, false);
    auto* hidden =
        llvm::Function::Create(type, llvm::GlobalValue::InternalLinkage, "hidden", *module);
    hidden->addFnAttr(llvm::Attribute::NoInline);
    hidden->addFnAttr(llvm::Attribute::NoUnwind);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", hidden));
    llvm::Value* byte =
        b.CreateLoad(b.getInt8Ty(), b.CreateInBoundsGEP(b.getInt8Ty(), table, hidden->getArg(0)));
    b.CreateRet(b.CreateZExt(byte, b.getInt32Ty()));
    auto* shown =
        llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage, "shown", *module);
    shown->setDSOLocal(true);
    shown->addFnAttr(llvm::Attribute::NoUnwind);
    b.SetInsertPoint(llvm::BasicBlock::Create(context, "", shown));
    b.CreateRet(b.CreateAdd(b.CreateCall(hidden, {shown->getArg(0)}), b.getInt32(1)));
    return module;
}

Result<LinkedImage> link_sample(const std::string& triple) {
    llvm::LLVMContext context;
    const auto object = generate(*sample(context), {triple, "", 1}, Output::Object);
    REQUIRE(object);
    return link_object(*object);
}

}  // namespace

TEST_CASE("objects of both architectures become one image") {
    for (const char* triple : {"x86_64-linux-gnu", "aarch64-linux-gnu"}) {
        INFO(triple);
        const auto image = link_sample(triple);
        REQUIRE(image);
        CHECK(image->symbols.count("shown") == 1);
        CHECK(image->symbols.count("hidden") == 0);
        CHECK(image->symbols.at("shown") < image->bytes.size());
        CHECK(image->bytes.find("table of bytes") != std::string::npos);
    }
}

TEST_CASE("a symbol from outside is an error") {
    llvm::LLVMContext context;
    auto module = sample(context);
    module->getFunction("hidden")->deleteBody();
    module->getFunction("hidden")->setLinkage(llvm::GlobalValue::ExternalLinkage);
    const auto object = generate(*module, {"", "", 1}, Output::Object);
    REQUIRE(object);
    const auto image = link_object(*object);
    REQUIRE_FALSE(image);
    CHECK(image.error().text == "object needs a symbol from outside");
}

TEST_CASE("writable data is an error") {
    llvm::LLVMContext context;
    auto module = sample(context);
    llvm::GlobalVariable& table = *module->globals().begin();
    table.setConstant(false);
    table.setLinkage(llvm::GlobalValue::ExternalLinkage);
    const auto object = generate(*module, {"", "", 1}, Output::Object);
    REQUIRE(object);
    CHECK_FALSE(link_object(*object));
}

TEST_CASE("a truncated object is an error, never a crash") {
    llvm::LLVMContext context;
    const auto object = generate(*sample(context), {"", "", 1}, Output::Object);
    REQUIRE(object);
    for (std::size_t n = 0; n < object->size(); n += 7) {
        INFO("cut to " << n);
        REQUIRE_FALSE(link_object(std::string_view(*object).substr(0, n)));
    }
    for (std::size_t k = 0; k < object->size(); ++k) {
        std::string bad = *object;
        bad[k] = static_cast<char>(bad[k] ^ 0xff);
        (void)link_object(bad);  // any answer will do, but no access out of bounds
    }
}

TEST_CASE("an unknown processor or machine is an error") {
    llvm::LLVMContext context;
    CHECK_FALSE(generate(*sample(context), {"", "no-such-cpu", 1}, Output::Object));
    CHECK_FALSE(generate(*sample(context), {"no-such-machine", "", 1}, Output::Object));
    CHECK(generate(*sample(context), {"x86_64-linux-gnu", "x86-64-v3", 1}, Output::Object));
}

}  // namespace sensor::compile
