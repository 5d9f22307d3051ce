// SPDX-License-Identifier: Apache-2.0
#include "eval/runtime.hpp"

#include <algorithm>
#include <new>

#include "eval/transform.hpp"

namespace sensor::eval {
namespace {

void term_entry(Frame* frame, std::uint32_t k) noexcept { frame->runtime->term(*frame, k); }
bool predicate_entry(Frame* frame, std::uint32_t k) noexcept {
    return frame->runtime->predicate(*frame, k);
}

}  // namespace

Result<std::unique_ptr<Runtime>> Runtime::create(std::shared_ptr<const lang::Program> program,
                                                 Lookup lookup) {
    std::unique_ptr<Runtime> runtime(new Runtime(std::move(program)));
    runtime->terms_.reserve(runtime->program_->terms.size());
    for (const lang::Term& term : runtime->program_->terms) {
        PreparedTerm prepared;
        if (term.kind == lang::Term::Kind::Field) {
            prepared.arg = term.field.arg;
            link_field_arg(term.field.id, prepared.arg);
            prepared.extract = lookup(term.field.id);
        }
        if (term.kind == lang::Term::Kind::Constant) prepared.constant = to_value(term.constant);
        runtime->terms_.push_back(std::move(prepared));
    }
    runtime->predicates_.reserve(runtime->program_->predicates.size());
    for (const lang::Predicate& predicate : runtime->program_->predicates) {
        SENSOR_TRY(PreparedPredicate prepared, prepare(predicate));
        runtime->predicates_.push_back(std::move(prepared));
    }
    return runtime;
}

const Value* Runtime::gather(Frame& frame, const std::vector<std::uint32_t>& terms) const noexcept {
    if (frame.context->arena == nullptr) return nullptr;
    char* memory = frame.context->arena->take(terms.size() * sizeof(Value));
    if (memory == nullptr) return nullptr;
    Value* values = new (memory) Value[terms.size()]();
    for (std::size_t k = 0; k < terms.size(); ++k) {
        values[k] = term(frame, terms[k]);
        if (!values[k].present()) return nullptr;
    }
    return values;
}

Value Runtime::compute(Frame& frame, std::uint32_t k) const noexcept {
    const lang::Term& term = program_->terms[k];
    if (term.kind == lang::Term::Kind::Constant) return terms_[k].constant;
    const Value* args = gather(frame, term.args);
    if (args == nullptr) return Value::absent();
    if (term.kind == lang::Term::Kind::List) return Value::of_list(args, term.args.size());
    const std::string_view option =
        term.has_option ? std::string_view(term.option) : std::string_view();
    return transform(term.transformer, {args, term.args.size()}, option, *frame.context->arena);
}

bool Runtime::predicate(Frame& frame, std::uint32_t k) const noexcept {
    const lang::Predicate& predicate = program_->predicates[k];
    const Value left = term(frame, predicate.left);
    if (!left.present()) return false;
    if (predicate.op == Op::exists) {
        return predicate.quantifier == lang::Quantifier::One || left.kind != Kind::List ||
               left.len != 0;
    }
    if (!predicate.right_is_term) return holds(predicates_[k], left, nullptr, frame.context->arena);
    const Value right = term(frame, predicate.right);
    return right.present() && holds(predicates_[k], left, &right, frame.context->arena);
}

FrameMemory::FrameMemory(const Runtime& runtime)
    : values_(runtime.program().terms.size()),
      value_stamps_(runtime.program().terms.size()),
      results_(runtime.program().predicates.size() + runtime.program().nodes.size()) {
    frame_.values = values_.data();
    frame_.value_stamps = value_stamps_.data();
    frame_.results = results_.data();
    frame_.term = term_entry;
    frame_.predicate = predicate_entry;
    frame_.runtime = &runtime;
}

void FrameMemory::forget() noexcept {
    std::fill(value_stamps_.begin(), value_stamps_.end(), 0U);
    std::fill(results_.begin(), results_.end(), 0U);
    frame_.stamp = 0;
}

}  // namespace sensor::eval
