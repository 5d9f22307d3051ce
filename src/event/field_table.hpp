// SPDX-License-Identifier: Apache-2.0
// The fields, operators and transformers of the rule language as constant tables, and the way from
// a field's text ("proc.aname[2]", "evt.arg.path") to its row and argument. What a field yields is
// the business of fields/; this is only its name and type.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "event/schema.hpp"

namespace sensor {

enum class FieldId : std::uint16_t {
#define FIELD(id, text, type, argument, cls, flags, format, doc) id,
#include "../../grammar/fields.def"
#undef FIELD
    count
};

enum class FieldArgSpec : std::uint8_t {
    NO_ARG,
    OPT_INDEX,
    REQ_INDEX,
    OPT_KEY,
    REQ_KEY,
    OPT_KEY_OR_INDEX,
    REQ_KEY_OR_INDEX,
    OPT_DOT,
    REQ_DOT,
    REQ_DOT_OR_INDEX,
};

/// Where a field's value comes from; decides how long it stays the same.
enum class FieldClass : std::uint8_t {
    EVT_ANY,
    EVT,
    PROCESS,
    USER,
    GROUP,
    FD,
    FS_PATH,
    UTIL,
    FDLIST,
    CONTAINER,
    K8S
};

namespace field_flag {
enum : std::uint16_t {
    LIST = 1,
    ANY_ANCESTOR = 2,
    EITHER_END = 4,
    NEVER = 8,
    FILTER_ONLY = 16,
    PRINT_ONLY = 32,
    NO_RHS = 64,
    NO_TRANSFORM = 128,
    HIDDEN = 256,
    DEPRECATED = 512,
    SUGGESTED = 1024,
    STEADY = 2048,
    OWN = 4096,
    LATE = 8192,
    NAMED = 16384,
};
}

/// What of a container fields marked LATE ask for, as bits.
namespace late_part {
enum : std::uint8_t {
    NAMES = 1,   ///< fields marked NAMED: known from containers::Known::Named on
    RECORD = 2,  ///< known with containers::Known::Complete
    USERS = 4    ///< of the container's own files, not of a record
};
}

struct FieldInfo {
    FieldId id;
    std::string_view text;
    ParamType type;
    FieldArgSpec arg;
    FieldClass cls;
    std::uint16_t flags;
    NumberFormat format;
    std::string_view doc;
};

const FieldInfo& field_info(FieldId id) noexcept;
std::span<const FieldInfo> all_fields() noexcept;

/// Argument of one use of a field, as written and as resolved.
struct FieldArg {
    enum class Kind : std::uint8_t { None, Index, Key, Name };
    Kind kind = Kind::None;
    std::int64_t index = 0;  ///< Kind::Index
    std::string key;         ///< Kind::Key (in brackets) and Kind::Name (dotted)
    /// evt.arg / evt.rawarg / evt.type.is by name: parameter index per event code, -1: not there.
    /// Points into a table that lives as long as the program; nullptr for everything else.
    const std::int8_t* by_event = nullptr;

    friend bool operator==(const FieldArg& a, const FieldArg& b) {
        return a.kind == b.kind && a.index == b.index && a.key == b.key;
    }
};

struct FieldRef {
    FieldId id = FieldId::count;
    FieldArg arg;
    ParamType type = ParamType::NONE;  ///< of the value: evt.rawarg takes its parameter's type
    bool is_list = false;
    friend bool operator==(const FieldRef& a, const FieldRef& b) {
        return a.id == b.id && a.arg == b.arg;
    }
};

/// Finds a field by its whole dotted name and the text inside [ ], if any.
/// `bracket` is nullptr without brackets; an empty text is an argument.
/// fails: Error with what is wrong (unknown field, argument missing or not allowed, unknown
///        parameter name); the text is a message for the rule's author
Result<FieldRef> resolve_field(std::string_view name, const std::string* bracket);

/// Sets `arg.by_event` again after a FieldArg was read from storage.
void link_field_arg(FieldId id, FieldArg& arg);

/// "proc.aname[2]", "evt.arg.path": the text of a use, as printed in messages and JSON keys.
std::string to_text(const FieldRef& ref);

enum class Op : std::uint8_t {
#define OP(id, text, rhs, types) id,
#define MODIFIER(id, text)
#define TRANSFORMER(id, text, min, max)
#include "../../grammar/operators.def"
#undef OP
#undef MODIFIER
#undef TRANSFORMER
    count
};
enum class Modifier : std::uint8_t {
    none,
#define OP(id, text, rhs, types)
#define MODIFIER(id, text) id,
#define TRANSFORMER(id, text, min, max)
#include "../../grammar/operators.def"
#undef OP
#undef MODIFIER
#undef TRANSFORMER
};
enum class Transformer : std::uint8_t {
    val,  ///< val(field): only marks a field on the right side
#define OP(id, text, rhs, types)
#define MODIFIER(id, text)
#define TRANSFORMER(id, text, min, max) id,
#include "../../grammar/operators.def"
#undef OP
#undef MODIFIER
#undef TRANSFORMER
};

/// Kinds of left value an operator accepts, as bits.
namespace type_class {
enum : std::uint8_t { INT = 1, BOOL = 2, TEXT = 4, BYTES = 8, ADDR = 16, NET = 32, LISTF = 64 };
}
enum class RightSide : std::uint8_t { NUMBER, ONE, MANY, NONE };

struct OpInfo {
    Op op;
    std::string_view text;
    RightSide right;
    std::uint8_t types;
};
struct TransformerInfo {
    Transformer transformer;
    std::string_view text;
    std::uint8_t min_args, max_args;  ///< max 0: no limit
};
const OpInfo& op_info(Op op) noexcept;
std::span<const OpInfo> all_ops() noexcept;
const OpInfo* find_op(std::string_view text) noexcept;  ///< nullptr: no operator
std::span<const TransformerInfo> all_transformers() noexcept;
std::string_view to_text(Modifier modifier) noexcept;
std::string_view to_text(Transformer transformer) noexcept;
/// type_class bit of a value type; 0 for types that only `exists` accepts.
std::uint8_t type_class_of(ParamType type) noexcept;
bool is_signed(ParamType type) noexcept;

}  // namespace sensor
