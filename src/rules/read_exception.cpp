// SPDX-License-Identifier: Apache-2.0
// The `exceptions` of a rule item: shapes, comparison operators, field names.
#include <algorithm>

#include "lang/check.hpp"
#include "lang/similar.hpp"
#include "rules/codes.hpp"
#include "rules/exception.hpp"
#include "rules/read.hpp"

namespace sensor::rules {
namespace {

class ExceptionReader {
public:
    ExceptionReader(const Item& item, bool define, const lang::StaticFields* known)
        : item_(item), define_(define), known_(known) {}

    bool read(std::vector<Exception>& all, std::vector<std::string>& seen) {
        const std::optional<Sourced> name = item_.required_text("name");
        if (!name) return false;
        const Reporter::Scope scope(item_.reporter(), "exception", name->text, item_.at());
        const bool ok = read_parts(all, seen, *name);
        item_.warn_unknown_keys("exception");
        return ok;
    }

private:
    bool read_parts(std::vector<Exception>& all, std::vector<std::string>& seen,
                    const Sourced& written) {
        const Sourced* const name = &written;
        if (std::find(seen.begin(), seen.end(), name->text) != seen.end()) {
            item_.reporter().warning(
                code::kExceptionName, name->at(0),
                "the exception '" + name->text + "' is there twice in one rule",
                "give it a name of its own, or put its values into the first one");
        }
        seen.push_back(name->text);
        const auto existing = std::find_if(
            all.begin(), all.end(), [&](const Exception& e) { return e.name == name->text; });
        if (!define_ && !item_.has("values")) {
            item_.reporter().warning(code::kAppendNoValues, item_.at(),
                                     "nothing is appended to the exception '" + name->text + "'",
                                     "write 'values' with the rows to add");
        }
        if (!define_ && existing != all.end()) return append_values(*existing);
        Exception made;
        made.name = name->text;
        made.at = item_.at();
        if (!read_fields(made) || !read_comps(made) || !read_values(made)) return false;
        if (!define_ && made.tuples.empty())
            return invalid(item_.at(), "the exception '" + made.name + "' is new and has no values",
                           "write 'values', or the name of an exception that the rule has");
        all.push_back(std::move(made));
        return true;
    }

    bool invalid(Origin at, std::string message, std::string hint) {
        item_.reporter().error(code::kValidate, at, std::move(message), std::move(hint));
        return false;
    }

    static std::string counted(std::size_t n, const std::string& word) {
        return std::to_string(n) + " " + word + (n == 1 ? "" : "s");
    }

    bool append_values(Exception& existing) {
        for (const char* key : {"fields", "comps"}) {
            if (!item_.has(key)) continue;
            return invalid(item_.key_at(key),
                           "the exception '" + existing.name + "' has its " + key + " already",
                           "they are on line " +
                               std::to_string(item_.reporter().files().position(existing.at).line) +
                               "; only values can be appended");
        }
        return read_values(existing);
    }

    bool read_fields(Exception& made) {
        const YAML::Node fields = item_.get("fields");
        if (!fields.IsDefined() || fields.IsNull()) {
            if (!define_)
                return invalid(item_.at(),
                               "the exception '" + made.name + "' is new and has no fields",
                               "write 'fields', or the name of an exception that the rule has");
            if (fields.IsDefined())
                return item_.fail(item_.key_at("fields"), "key 'fields' has no value");
            return item_.require({"fields"});
        }
        bool ok = true;
        if (fields.IsScalar()) {
            made.scalar = true;
            ok = add_field(item_.scalar(fields), made);
        } else if (fields.IsSequence()) {
            for (const YAML::Node& field : fields) {
                if (!field.IsScalar())
                    return item_.fail(item_.origin(field), "an entry of 'fields' is not a text");
                ok = add_field(item_.scalar(field), made) && ok;
            }
            if (made.fields.empty()) return item_.fail(item_.origin(fields), "'fields' is empty");
        } else {
            return item_.fail(item_.origin(fields),
                              "'fields' is neither a field nor a list of them");
        }
        return ok;
    }

    bool add_field(const Sourced& field, Exception& made) {
        made.fields.push_back(field.text);
        if (known_ == nullptr) return true;
        lang::Program scratch;
        scratch.static_fields = *known_;
        const lang::CheckedTerm term = lang::check_output_term(field.text, scratch);
        if (term.ok) return true;
        item_.reporter().error(code::kValidate, field.at(0), "'" + field.text + "' is not a field",
                               term.hint);
        return false;
    }

    bool read_comps(Exception& made) {
        const YAML::Node comps = item_.get("comps");
        if (!comps.IsDefined() || comps.IsNull()) {
            made.comps.assign(made.fields.size(), made.scalar ? "in" : "=");
            return true;
        }
        if (made.scalar != comps.IsScalar() || (!made.scalar && !comps.IsSequence())) {
            return item_.fail(item_.origin(comps),
                              "'fields' and 'comps' are not both lists or both single values",
                              made.scalar ? "write one operator" : "write a list: [=, in]");
        }
        bool ok = true;
        if (made.scalar) {
            ok = add_comp(item_.scalar(comps), made);
        } else {
            for (const YAML::Node& comp : comps) {
                if (!comp.IsScalar())
                    return item_.fail(item_.origin(comp), "an entry of 'comps' is not a text");
                ok = add_comp(item_.scalar(comp), made) && ok;
            }
        }
        if (!ok || made.comps.size() == made.fields.size()) return ok;
        std::string example;
        for (std::size_t k = 0; k < made.fields.size(); ++k) example += k == 0 ? "=" : ", =";
        return invalid(
            item_.origin(comps),
            counted(made.comps.size(), "operator") + " for " + counted(made.fields.size(), "field"),
            "write one for each field, such as [" + example + "]");
    }

    bool add_comp(const Sourced& written, Exception& made) {
        const std::string comp = canonical_comp(written.text);
        if (comp.empty()) {
            const std::string word = written.trimmed().text;
            const std::string_view meant = lang::operator_meant(word.substr(0, word.find(' ')));
            return invalid(
                written.at(0), "'" + word + "' is not an operator",
                meant.empty() ? "such as =, startswith, in, = anyof" : lang::did_you_mean({meant}));
        }
        if (made.scalar && !takes_list(comp)) {
            return invalid(written.at(0),
                           "'" + comp + "' compares with one value, and a single field has a list",
                           "write in, pmatch, intersects or '" + comp + " anyof'; or fields: [" +
                               made.fields.front() + "]");
        }
        made.comps.push_back(comp);
        return true;
    }

    bool read_values(Exception& made) {
        const YAML::Node values = item_.get("values");
        if (!values.IsDefined() || values.IsNull()) return true;
        if (!values.IsSequence())
            return item_.fail(
                item_.origin(values), "'values' is not a list",
                made.scalar ? "write [a, b]" : "write a list of rows: [[a, b], [c, d]]");
        for (const YAML::Node& row : values) {
            const Reporter::Scope scope(item_.reporter(), "exception values", "",
                                        item_.origin(row));
            std::vector<ExceptionValue> tuple;
            if (!(made.scalar ? read_scalar_row(row, tuple) : read_tuple(row, made, tuple)))
                return false;
            made.tuples.push_back(std::move(tuple));
        }
        return true;
    }

    bool read_scalar_row(const YAML::Node& row, std::vector<ExceptionValue>& tuple) {
        if (!row.IsScalar())
            return invalid(item_.origin(row), "the values of a single field are texts, not lists",
                           "write values: [a, b], or fields as a list");
        return add_value(row, tuple);
    }

    static std::string joined(const std::vector<std::string>& words) {
        std::string text;
        for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
        return text;
    }

    static std::string example_row(const YAML::Node& value, const Exception& made) {
        std::string row = "[" + (value.IsScalar() ? value.Scalar() : "a");
        for (std::size_t k = 1; k < made.fields.size(); ++k) row += ", ...";
        return row + "]";
    }

    bool read_tuple(const YAML::Node& row, const Exception& made,
                    std::vector<ExceptionValue>& tuple) {
        if (!row.IsSequence())
            return invalid(item_.origin(row), "a row of values is a list, a value for each field",
                           "write " + example_row(row, made));
        for (const YAML::Node& entry : row) {
            if (!entry.IsSequence()) {
                if (!add_value(entry, tuple)) return false;
                continue;
            }
            ExceptionValue value;
            value.is_list = true;
            std::vector<ExceptionValue> inner;
            for (const YAML::Node& text : entry) {
                if (!add_value(text, inner)) return false;
            }
            for (ExceptionValue& one : inner) value.texts.push_back(std::move(one.texts.front()));
            tuple.push_back(std::move(value));
        }
        if (tuple.size() != made.fields.size())
            return invalid(
                item_.origin(row),
                counted(tuple.size(), "value") + " for " + counted(made.fields.size(), "field"),
                "a row has a value for each of " + joined(made.fields));
        return true;
    }

    bool add_value(const YAML::Node& node, std::vector<ExceptionValue>& values) {
        if (!node.IsScalar() || node.Scalar().empty()) {
            const Reporter::Scope scope(item_.reporter(), "exception value", "",
                                        item_.origin(node));
            return item_.fail(item_.origin(node), node.IsScalar()
                                                      ? "a value of an exception is empty"
                                                      : "a value of an exception is not a text");
        }
        ExceptionValue value;
        value.texts.push_back(item_.scalar(node));
        values.push_back(std::move(value));
        return true;
    }

    const Item& item_;
    bool define_;
    const lang::StaticFields* known_;
};

}  // namespace

bool read_exceptions(const Item& item, bool define, const lang::StaticFields* known,
                     std::vector<Exception>& exceptions) {
    const YAML::Node all = item.get("exceptions");
    if (!all.IsDefined() || all.IsNull()) return true;
    const Reporter::Scope scope(item.reporter(), "exceptions", "", item.origin(all));
    if (!all.IsSequence())
        return item.fail(item.origin(all), "the value of key 'exceptions' is not a list",
                         "begin every exception with '- name:'");
    bool ok = true;
    std::vector<std::string> seen;
    for (const YAML::Node& node : all) {
        if (!node.IsMap()) {
            ok = item.fail(item.origin(node), "an exception is a map with 'name' and 'fields'",
                           "begin it with '- name:'");
            continue;
        }
        const Item entry(node, item.file(), item.reporter());
        ok = ExceptionReader(entry, define, known).read(exceptions, seen) && ok;
    }
    return ok;
}

}  // namespace sensor::rules
