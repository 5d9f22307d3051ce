// SPDX-License-Identifier: Apache-2.0
#include "tests/diff/random_condition.hpp"

#include <arpa/inet.h>

#include <array>
#include <vector>

#include "tests/diff/value_pool.hpp"

namespace sensor::testing {
namespace {

using namespace field_flag;

constexpr std::array kGlobs{"*",   "a*",   "/etc/*", "/etc/*/certs/?", "*[0-9]", "[!a]*", "b?sh",
                            "\\*", "*sh*", "[",      "*/*/*/*"};
constexpr std::array kRegexes{".*",      "ma.*", "/p./q",  "[a-z]+", "(ba|da|z)?sh",
                              "/etc/.*", ".{3}", "[0-9]*", "caf.",   "^a$"};
constexpr std::array kPaths{"/",        "/etc",   "/etc/ssl",        "/usr/*/bash", "usr/bin",
                            "/var/lib", "/[ed]*", "/etc/shadow/sub", "/dev/shm/"};
constexpr std::array kHex{"", "61", "6162", "FF", "2f", "00"};
constexpr std::array kNets{"127.0.0.0/8", "10.1.2.0/24",   "10.0.0.0/13",   "0.0.0.0/0",
                           "::1/128",     "2001:db8::/32", "192.168.5.7/32"};

bool may_be_absent_name(const FieldInfo& f) {
    // Their literals are checked against tables of their own, or they are given separately.
    return f.id == FieldId::evt_type || f.id == FieldId::syscall_type ||
           f.id == FieldId::evt_rawarg;
}

bool is_usable(const FieldInfo& f) {
    return !may_be_absent_name(f) && (f.flags & (PRINT_ONLY | NEVER)) == 0 &&
           type_class_of(f.type) != 0;
}

/// Names of hosts are looked up, so few operators make sense.
bool suits(const FieldInfo* f, const OpInfo& op) {
    if (f == nullptr || !f->text.starts_with("fd.") || !f->text.ends_with("ip.name")) return true;
    return op.right == RightSide::NONE || op.op == Op::eq || op.op == Op::ne || op.op == Op::in;
}

std::string printable(const std::string& address) {
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), text, sizeof text);
    return text;
}

}  // namespace

std::string in_quotes(std::string_view text) {
    static constexpr char kHexDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\' || byte < 32 || byte >= 127) {
            out += std::string("\\x") + kHexDigits[byte >> 4] + kHexDigits[byte & 15];
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string RandomCondition::any(int depth) {
    const std::size_t kind = below(depth < 4 ? 10 : 6);
    if (kind == 6) return "not (" + any(depth + 1) + ")";
    if (kind < 6) return check();
    std::string text = "(" + any(depth + 1) + ")";
    const char* word = kind < 9 ? " and " : " or ";
    for (std::size_t more = 1 + below(3); more != 0; --more)
        text += word + ("(" + any(depth + 1) + ")");
    return text;
}

std::string RandomCondition::event_check() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const EventInfo& e : all_events()) {
            if (e.source == EventSource::SYSCALL && e.type != EventType::generic)
                all.push_back(e.name);
        }
        for (const SyscallInfo& c : all_syscalls()) all.push_back(c.name);
        return all;
    }();
    const std::string field = chance(85) ? "evt.type" : "syscall.type";
    if (chance(60)) return field + (chance(70) ? " = " : " != ") + std::string(pick(names));
    std::string list;
    for (std::size_t more = 1 + below(8); more != 0; --more)
        list += (list.empty() ? "" : ", ") + std::string(pick(names));
    return field + " in (" + list + ")";
}

const FieldInfo& RandomCondition::field_of(std::uint8_t classes, std::uint16_t without) {
    for (;;) {
        const FieldInfo& f = pick(all_fields());
        if (repeatable_ && f.cls == FieldClass::UTIL) continue;
        if (is_usable(f) && (type_class_of(f.type) & classes) != 0 && (f.flags & without) == 0)
            return f;
    }
}

std::string RandomCondition::field_text(const FieldInfo& f) {
    const std::string name(f.text);
    const std::string index = "[" + std::to_string(below(4)) + "]";
    switch (f.arg) {
        case FieldArgSpec::NO_ARG: return name;
        case FieldArgSpec::OPT_INDEX: return chance(50) ? name : name + index;
        case FieldArgSpec::REQ_INDEX: return name + index;
        case FieldArgSpec::OPT_KEY:
        case FieldArgSpec::OPT_KEY_OR_INDEX: return chance(50) ? name : name + "[HOME]";
        case FieldArgSpec::REQ_KEY:
        case FieldArgSpec::REQ_KEY_OR_INDEX: return name + "[HOME]";
        case FieldArgSpec::OPT_DOT:
            return chance(50) || f.id != FieldId::evt_abspath ? name : name + ".src";
        case FieldArgSpec::REQ_DOT: return name + (f.id == FieldId::evt_type_is ? ".open" : ".cpu");
        case FieldArgSpec::REQ_DOT_OR_INDEX: return name + (chance(50) ? ".name" : index);
    }
    return name;
}

/// ("-ab", field, ...): words of a command line.
std::string RandomCondition::words() {
    std::string list;
    for (std::size_t more = below(4); more != 0; --more) {
        const bool field = chance(40);
        const std::string item = field ? field_text(field_of(type_class::TEXT, LIST | NO_TRANSFORM))
                                       : in_quotes(pick(ValuePool::texts()));
        if (!field && item.find("\\x00") != std::string::npos) continue;
        list += (list.empty() ? "" : ", ") + item;
    }
    return "(" + list + ")";
}

RandomCondition::Left RandomCondition::transformed() {
    const FieldInfo& f = field_of(type_class::TEXT, LIST | NO_TRANSFORM);
    const std::string x = field_text(f);
    switch (below(9)) {
        case 0: return {"toupper(" + x + ")", f.type};
        case 1: return {"tolower(" + x + ")", f.type};
        case 2: return {"b64(" + x + ")", ParamType::CHARBUF};
        case 3: return {"basename(tolower(" + x + "))", f.type};
        case 4: return {"len(" + x + ")", ParamType::UINT64};
        case 5: return {"join(\"-\", " + words() + ")", ParamType::CHARBUF};
        case 6: return {"concat(" + x + ", \"/a\")", ParamType::CHARBUF};
        case 7: return {"getopt(" + words() + ", \"ab:c\")", ParamType::CHARBUF, true};
        default: return {"getopt(" + words() + ", \"ab:c\")[b]", ParamType::CHARBUF};
    }
}

RandomCondition::Left RandomCondition::left() {
    if (chance(20)) return transformed();
    const FieldInfo& f = field_of(0xff, 0);
    return {field_text(f), f.type, (f.flags & LIST) != 0, &f};
}

std::string RandomCondition::literal(ParamType type, Op op) {
    if (op == Op::glob || op == Op::iglob) return in_quotes(pick(kGlobs));
    if (op == Op::regex) return in_quotes(pick(kRegexes));
    if (op == Op::pmatch) return in_quotes(pick(kPaths));
    if (op == Op::bcontains || op == Op::bstartswith) return in_quotes(pick(kHex));
    switch (type_class_of(type)) {
        case type_class::INT: {
            const bool wide =
                type == ParamType::INT64 || type == ParamType::PID || type == ParamType::FD;
            const auto small = static_cast<std::int64_t>(below(8));
            const std::int64_t n = wide              ? ValuePool::numbers()[below(19)]
                                   : is_signed(type) ? small - 2
                                                     : small;
            return std::to_string(n);
        }
        case type_class::BOOL: return chance(50) ? "true" : "false";
        case type_class::ADDR: return printable(pick(ValuePool::addresses()));
        case type_class::NET: return pick(kNets);
        default: {
            const std::string& text = pick(ValuePool::texts());
            return in_quotes(text.find('\0') == std::string::npos ? text : "a");
        }
    }
}

std::string RandomCondition::list(ParamType type, Op op) {
    std::string text;
    for (std::size_t more = below(12); more != 0; --more)
        text += (text.empty() ? "" : ", ") + literal(type, op);
    return "(" + text + ")";
}

/// val(field) of the very same type; empty if it may not be compared with a field.
std::string RandomCondition::right_field(const Left& left) {
    const bool allowed = left.field == nullptr || (left.field->flags & (NO_RHS | LIST)) == 0;
    if (!allowed || left.is_list || type_class_of(left.type) == type_class::NET) return {};
    for (int tries = 0; tries < 50; ++tries) {
        const FieldInfo& f = field_of(0xff, NO_RHS | LIST | ANY_ANCESTOR);
        if (f.type == left.type) return "val(" + field_text(f) + ")";
    }
    return {};
}

std::string RandomCondition::compare(const Left& l, const OpInfo& op) {
    const std::string start = l.text + " " + std::string(op.text) + " ";
    const bool takes_field = op.op != Op::pmatch && op.op != Op::regex &&
                             op.right != RightSide::NONE && op.op != Op::bcontains &&
                             op.op != Op::bstartswith;
    if (takes_field && chance(10)) {
        const std::string right = right_field(l);
        if (!right.empty()) return start + right;
    }
    switch (op.right) {
        case RightSide::NONE: return start;
        case RightSide::NUMBER: return start + std::to_string(below(500));
        case RightSide::MANY: return start + list(l.type, op.op);
        case RightSide::ONE: break;
    }
    if (!l.is_list && chance(15)) {
        static constexpr std::array kModifiers{"oneof ", "anyof ", "allof "};
        return start + pick(kModifiers) + list(l.type, op.op);
    }
    return start + literal(l.type, op.op);
}

std::string RandomCondition::check() {
    if (chance(25)) return event_check();
    const Left l = left();
    const std::uint8_t wanted = l.is_list ? std::uint8_t{type_class::LISTF} : type_class_of(l.type);
    for (;;) {
        const OpInfo& op = pick(all_ops());
        if ((op.types & wanted) != 0 && suits(l.field, op)) return compare(l, op);
    }
}

}  // namespace sensor::testing
