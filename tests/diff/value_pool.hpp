// SPDX-License-Identifier: Apache-2.0
// ValuePool: values of every kind, few enough that random rules hit them. Each text lies directly
// before (and, in a second copy, directly behind) a page that cannot be read, so that machine code
// that looks one byte too far dies.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "event/value.hpp"

namespace sensor::testing {

class ValuePool {
public:
    ValuePool();
    ~ValuePool();
    ValuePool(const ValuePool&) = delete;
    ValuePool& operator=(const ValuePool&) = delete;

    /// Texts as rules may write them.
    static const std::vector<std::string>& texts();
    static const std::vector<std::int64_t>& numbers();
    static const std::vector<std::string>& addresses();  ///< 4 or 16 bytes

    Value text(std::size_t k) const;  ///< any k
    Value bytes(std::size_t k) const;
    Value address(std::size_t k) const;
    Value list(std::size_t k) const;
    /// Every kind of value there is, absent included.
    const std::vector<Value>& all() const { return all_; }

private:
    std::string_view guard(const std::string& bytes, bool at_end);
    void make_lists();
    void collect();

    char* memory_ = nullptr;
    std::size_t used_pages_ = 0;
    std::vector<std::string_view> guarded_;
    std::vector<std::string_view> guarded_addresses_;
    std::vector<std::vector<Value>> lists_;
    std::vector<Value> all_;
};

}  // namespace sensor::testing
