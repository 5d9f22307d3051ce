// SPDX-License-Identifier: Apache-2.0
// KernelTypes: the kernel's BTF, read once for a start. What a program asks of it, and a copy for
// libbpf in which it finds what it looks for without reading 10,000 names for each type.
#pragma once

#include <memory>
#include <string>

#include "base/fd.hpp"

struct bpf_object;
struct btf;

namespace sensor::capture {

class KernelTypes {
public:
    /// cost: about 5 ms. Without BTF all answers are "not known", and loading says what is wrong.
    KernelTypes();
    ~KernelTypes();
    KernelTypes(const KernelTypes&) = delete;
    KernelTypes& operator=(const KernelTypes&) = delete;

    /// Some families of processors have fewer than others. out: true if nothing is known
    bool has_tracepoint(const char* name) const;
    /// Does the kernel let a program take a number for the address of a struct?
    bool can_cast() const;

    /// Where libbpf finds them, from now on as long as this object lives; it looks when an object
    /// is loaded.
    std::string path() const;
    /// Makes of it a copy, under the same numbers, up to the last type that `object` can mean, in
    /// which structs, unions and enums that it does not name have no name. libbpf compares the
    /// names of all of them with each that an object names, which was a quarter of the start. To be
    /// called before the first object is loaded. cost: about 5 ms
    void keep_names_of(const bpf_object* object);

private:
    std::unique_ptr<btf, void (*)(btf*)> types_;
    Fd file_;  // none: the kernel's own
};

}  // namespace sensor::capture
