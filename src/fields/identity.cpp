// SPDX-License-Identifier: Apache-2.0
// user.* and group.*: ids of the event's thread and their names.
#include "fields/extractors.hpp"
#include "fields/text.hpp"
#include "state/state.hpp"

namespace sensor::fields {
namespace {

/// The container whose own files name the thread's users; null: those of the host do.
/// Numbers of a process in a user namespace of its own are the host's, and not in those files.
const state::Container* own_users(const Context& c) noexcept {
    const state::Container* container = c.thread->container.get();
    return container == nullptr || !container->has_users || c.thread->own_userns ? nullptr
                                                                                 : container;
}

const state::User* host_user(const Context& c, std::uint32_t uid) noexcept {
    return c.state == nullptr || uid == state::kNoId ? nullptr : c.state->users().user(uid);
}

const state::User* user_of(const Context& c, std::uint32_t uid) noexcept {
    const state::Container* container = own_users(c);
    if (container == nullptr) return host_user(c, uid);
    const auto found = container->users.find(uid);
    if (found != container->users.end()) return &found->second;
    return uid == 0 ? host_user(c, uid) : nullptr;  // root needs no entry
}

const std::string* group_of(const Context& c, std::uint32_t gid) noexcept {
    if (const state::Container* container = own_users(c); container != nullptr && gid != 0) {
        const auto found = container->groups.find(gid);
        return found == container->groups.end() ? nullptr : &found->second;
    }
    return c.state == nullptr || gid == state::kNoId ? nullptr : c.state->users().group(gid);
}

// "<NA>" where the user is unknown; absent only without a thread.
template <typename F>
Value of_user(const Context& c, F&& text) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const state::User* user = user_of(c, c.thread->uid);
    return Value::of_text(user == nullptr ? kNotKnown : std::string_view(text(*user)));
}

Value id(const Context& c, std::uint32_t number) noexcept {
    return c.thread == nullptr ? Value::absent() : Value::of_uint(number);
}

}  // namespace

namespace extract {

Value user_uid(const Context& c, const FieldArg&) noexcept {
    return id(c, c.thread == nullptr ? state::kNoId : c.thread->uid);
}
Value user_name(const Context& c, const FieldArg&) noexcept {
    return of_user(c, [](const state::User& user) -> const std::string& { return user.name; });
}
Value user_homedir(const Context& c, const FieldArg&) noexcept {
    return of_user(c, [](const state::User& user) -> const std::string& { return user.home; });
}
Value user_shell(const Context& c, const FieldArg&) noexcept {
    return of_user(c, [](const state::User& user) -> const std::string& { return user.shell; });
}
Value user_loginuid(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    return Value::of_int(c.thread->loginuid == state::kNoId ? -1
                                                            : std::int64_t{c.thread->loginuid});
}
Value user_loginname(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const state::User* user = host_user(c, c.thread->loginuid);
    return Value::of_text(user == nullptr ? kNotKnown : std::string_view(user->name));
}

Value group_gid(const Context& c, const FieldArg&) noexcept {
    return id(c, c.thread == nullptr ? state::kNoId : c.thread->gid);
}
Value group_name(const Context& c, const FieldArg&) noexcept {
    if (c.thread == nullptr) return Value::absent();
    const std::string* group = group_of(c, c.thread->gid);
    return Value::of_text(group == nullptr ? kNotKnown : std::string_view(*group));
}

}  // namespace extract
}  // namespace sensor::fields
