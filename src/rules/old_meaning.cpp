// SPDX-License-Identifier: Apache-2.0
#include "rules/old_meaning.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sensor::rules {
namespace {

using lang::FieldUse;
using lang::Node;
using lang::NodePtr;
using lang::Operand;

constexpr std::string_view kName = "fd.name", kNameOrPath = "fd.nameorpath";

struct Family {
    std::string_view name;
    std::array<std::string_view, 3> others;
};
constexpr Family kFamilies[] = {
    {"open", {"openat", "openat2"}},
    {"mkdir", {"mkdirat"}},
    {"rename", {"renameat", "renameat2"}},
    {"unlink", {"unlinkat"}},
    {"rmdir", {"unlinkat"}},
    {"link", {"linkat"}},
    {"symlink", {"symlinkat"}},
    {"mknod", {"mknodat"}},
    {"chmod", {"fchmodat", "fchmodat2"}},
    {"chown", {"lchown", "fchownat"}},
    {"accept", {"accept4"}},
    {"pipe", {"pipe2"}},
    {"execve", {"execveat"}},
    {"clone", {"clone3"}},
    {"dup2", {"dup3"}},
};

Operand operand(Operand::Kind kind, const lang::TextPos& pos) {
    Operand made;
    made.kind = kind;
    made.pos = pos;
    return made;
}

Operand field(std::string_view name, const lang::TextPos& pos) {
    Operand made = operand(Operand::Kind::Field, pos);
    made.field.name = name;
    return made;
}

Operand text(std::string_view value, const lang::TextPos& pos) {
    Operand made = operand(Operand::Kind::Text, pos);
    made.text = value;
    return made;
}

NodePtr check(Operand left, Op op, Operand right) {
    auto made = std::make_unique<Node>();
    made->pos = made->op_pos = left.pos;
    made->left = std::move(left);
    made->op = op;
    made->right = std::move(right);
    return made;
}

NodePtr join(Node::Kind kind, std::vector<NodePtr> children) {
    if (children.size() == 1) return std::move(children.front());
    auto made = std::make_unique<Node>();
    made->kind = kind;
    made->pos = children.front()->pos;
    made->children = std::move(children);
    return made;
}

/// Holds for every event.
NodePtr always(const lang::TextPos& pos) {
    Operand zero = text("0", pos);
    zero.kind = Operand::Kind::Number;
    return check(field("evt.num", pos), Op::ge, std::move(zero));
}

bool is_plain(const Operand& operand, std::string_view name) {
    return operand.kind == Operand::Kind::Field && operand.field.name == name &&
           !operand.field.bracket;
}

/// Opens that may make a file, as creat did.
NodePtr creates(const lang::TextPos& pos) {
    Operand opens;
    opens.kind = Operand::Kind::List;
    opens.pos = pos;
    for (const std::string_view name : {"open", "openat", "openat2"})
        opens.items.push_back(text(name, pos));
    std::vector<NodePtr> both;
    both.push_back(check(field("evt.type", pos), Op::in, std::move(opens)));
    both.push_back(check(field("evt.arg.flags", pos), Op::contains, text("O_CREAT", pos)));
    return join(Node::Kind::And, std::move(both));
}

/// `node` says that a call has one of some names, `right`: with all that do the same work.
NodePtr with_families(NodePtr node, const Operand& right) {
    std::vector<Operand> named{right};
    if (right.kind == Operand::Kind::List) named = right.items;
    const std::size_t written = named.size();
    bool makes = false;
    for (std::size_t k = 0; k < written; ++k) {
        makes = makes || named[k].text == "creat";
        for (const Family& family : kFamilies) {
            if (named[k].text != family.name) continue;
            for (const std::string_view other : family.others)
                if (!other.empty()) named.push_back(text(other, named[k].pos));
        }
    }
    if (named.size() == written && !makes) return node;
    const lang::TextPos pos = node->pos;
    const bool negated = node->op == Op::ne;
    Operand list;
    list.kind = Operand::Kind::List;
    list.pos = right.pos;
    list.items = std::move(named);
    std::vector<NodePtr> any;
    any.push_back(check(std::move(node->left), Op::in, std::move(list)));
    if (makes) any.push_back(creates(pos));
    NodePtr made = join(Node::Kind::Or, std::move(any));
    if (!negated) return made;
    auto inverse = std::make_unique<Node>();
    inverse->kind = Node::Kind::Not;
    inverse->pos = pos;
    inverse->children.push_back(std::move(made));
    return inverse;
}

void rename_field(Operand& operand) {
    if (is_plain(operand, kName)) operand.field.name = kNameOrPath;
    for (Operand& item : operand.items) rename_field(item);
    for (Operand& arg : operand.transform.args) rename_field(arg);
}

/// The names of calls a check is about, nullptr if it is about something else.
const Operand* named_calls(const Node& node) {
    const bool names_call = is_plain(node.left, "evt.type") || is_plain(node.left, "syscall.type");
    if (!names_call || !node.right || node.modifier != Modifier::none) return nullptr;
    const bool equal = node.op == Op::eq || node.op == Op::eq1 || node.op == Op::ne;
    const bool list = node.op == Op::in && node.right->kind == Operand::Kind::List;
    return list || (equal && node.right->kind == Operand::Kind::Text) ? &*node.right : nullptr;
}

NodePtr meant(NodePtr node) {
    if (is_plain(node->left, "evt.dir")) return always(node->pos);
    if (const Operand* calls = named_calls(*node)) {
        const Operand right = *calls;
        return with_families(std::move(node), right);
    }
    rename_field(node->left);
    if (Node& checked = *node; checked.right) rename_field(*checked.right);
    return node;
}

}  // namespace

NodePtr with_old_meaning(NodePtr tree) {
    for (NodePtr& child : tree->children) child = with_old_meaning(std::move(child));
    return tree->kind == Node::Kind::Check ? meant(std::move(tree)) : std::move(tree);
}

std::string output_with_old_meaning(std::string_view output) {
    std::string made;
    for (std::size_t at = 0; at < output.size();) {
        const std::size_t found = std::min(output.find(kName, at), output.size());
        made += output.substr(at, found - at);
        if (found == output.size()) break;
        const std::string_view rest = output.substr(found);
        at = found + kName.size();
        const auto fields = all_fields();
        const bool longer = std::any_of(fields.begin(), fields.end(), [&](const FieldInfo& field) {
            return field.text.size() > kName.size() && field.text.starts_with(kName) &&
                   rest.starts_with(field.text);
        });
        made += longer ? kName : kNameOrPath;
    }
    return made;
}

void restore_keys(lang::OutputFormat& output) { output.rename_field(kNameOrPath, kName); }

}  // namespace sensor::rules
