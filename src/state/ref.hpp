// SPDX-License-Identifier: Apache-2.0
// Ref<T>: shared ownership of what several processes have in common (exec images, texts, descriptor
// tables). The count lives in the object and is a plain integer: state belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace sensor::state {

/// Base of what a Ref may point to.
struct Shared {
    std::uint32_t refs = 0;

    Shared() = default;
    Shared(const Shared&) noexcept {}  // a copy starts with owners of its own
    Shared& operator=(const Shared&) noexcept { return *this; }
    ~Shared() = default;
};

template <typename T>
class Ref {
public:
    Ref() = default;
    explicit Ref(T* object) noexcept : object_(object) { acquire(); }
    Ref(const Ref& other) noexcept : object_(other.object_) { acquire(); }
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_ != nullptr && --object_->refs == 0) delete object_;
    }

    T* get() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    T* operator->() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    bool unique() const noexcept { return object_ != nullptr && object_->refs == 1; }

private:
    void acquire() noexcept {
        if (object_ != nullptr) ++object_->refs;
    }

    T* object_ = nullptr;
};

template <typename T, typename... A>
Ref<T> make_ref(A&&... arguments) {
    return Ref<T>(new T(std::forward<A>(arguments)...));
}

/// An immutable text with several owners.
struct TextBox : Shared {
    explicit TextBox(std::string value) : text(std::move(value)) {}
    const std::string text;
};
using SharedText = Ref<TextBox>;

inline SharedText share(std::string_view text) { return make_ref<TextBox>(std::string(text)); }
inline std::string_view view(const SharedText& text) noexcept {
    return text ? std::string_view(text->text) : std::string_view{};
}

}  // namespace sensor::state
