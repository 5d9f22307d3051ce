// SPDX-License-Identifier: Apache-2.0
// BundleCache: bundles kept in a folder that only we (or root) can write, so that the next start
// compiles nothing. A folder that others could write is never used: its files would be executed.
#pragma once

#include <string>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace sensor::engine {

class BundleCache {
public:
    /// Opens (makes, if the parent is there) the folder.
    /// fails: Error if it is not a folder of root or of this user with mode 0700
    static Result<BundleCache> open(const std::string& folder);

    /// The file of a key, checked like the folder. fails: invalid Fd if there is none to be used
    Fd find(const std::string& key) const;
    /// A new file without a final name, to be filled and given to `keep`.
    Result<Fd> make_file(const std::string& key) const;
    /// Gives the file its name, in one step; what it replaces stays valid for who has it mapped.
    Result<> keep(const std::string& key) const;
    void discard(const std::string& key) const;

private:
    explicit BundleCache(Fd folder) : folder_(std::move(folder)) {}
    Fd folder_;
};

}  // namespace sensor::engine
