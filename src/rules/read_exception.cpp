// SPDX-License-Identifier: Apache-2.0
// The `exceptions` of a rule item: shapes, comparison operators, field names.
#include <algorithm>

#include "lang/check.hpp"
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
        item_.warn_unknown_keys({"name", "fields", "comps", "values"});
        if (std::find(seen.begin(), seen.end(), name->text) != seen.end()) {
            item_.reporter().warning(
                code::kExceptionName, name->at(0),
                "Multiple definitions of exception '" + name->text + "' in the same rule");
        }
        seen.push_back(name->text);
        const auto existing = std::find_if(
            all.begin(), all.end(), [&](const Exception& e) { return e.name == name->text; });
        if (!define_ && !item_.has("values")) {
            item_.reporter().warning(code::kAppendNoValues, item_.at(),
                                     "Overriding/appending exception with no values");
        }
        if (!define_ && existing != all.end()) return append_values(*existing);
        Exception made;
        made.name = name->text;
        made.at = item_.at();
        if (!read_fields(made) || !read_comps(made) || !read_values(made)) return false;
        if (!define_ && made.tuples.empty())
            return invalid("Rule exception must have values when it is new in an append");
        all.push_back(std::move(made));
        return true;
    }

private:
    bool invalid(std::string message) {
        item_.reporter().error(code::kValidate, item_.at(), std::move(message));
        return false;
    }

    bool append_values(Exception& existing) {
        if (item_.has("fields"))
            return invalid("Can not append exception fields to existing exception, only values");
        if (item_.has("comps"))
            return invalid("Can not append exception comps to existing exception, only values");
        return read_values(existing);
    }

    bool read_fields(Exception& made) {
        const YAML::Node fields = item_.get("fields");
        if (!fields.IsDefined() || fields.IsNull()) {
            if (!define_)
                return invalid("Rule exception must have fields property with a list of fields");
            return item_.fail(item_.at(), fields.IsDefined()
                                              ? "Mapping for key 'fields' is empty"
                                              : "Item has no mapping for key 'fields'");
        }
        bool ok = true;
        if (fields.IsScalar()) {
            made.scalar = true;
            ok = add_field(item_.scalar(fields), made);
        } else if (fields.IsSequence()) {
            for (const YAML::Node& field : fields) {
                if (!field.IsScalar())
                    return item_.fail(item_.origin(field),
                                      "Exception fields must be scalar values");
                ok = add_field(item_.scalar(field), made) && ok;
            }
            if (made.fields.empty())
                return item_.fail(item_.origin(fields), "Mapping for key 'fields' is empty");
        } else {
            return item_.fail(item_.origin(fields),
                              "Exception fields must be a field or a list of fields");
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
        item_.reporter().error(code::kValidate, field.at(0),
                               "'" + field.text + "' is not a supported filter field", term.hint);
        return false;
    }

    bool read_comps(Exception& made) {
        const YAML::Node comps = item_.get("comps");
        if (!comps.IsDefined() || comps.IsNull()) {
            made.comps.assign(made.fields.size(), made.scalar ? "in" : "=");
            return true;
        }
        if (made.scalar != comps.IsScalar() || (!made.scalar && !comps.IsSequence())) {
            return item_.fail(
                item_.origin(comps),
                "Fields and comps must either both be lists or both be single values");
        }
        bool ok = true;
        if (made.scalar) {
            ok = add_comp(item_.scalar(comps), made);
        } else {
            for (const YAML::Node& comp : comps) {
                if (!comp.IsScalar())
                    return item_.fail(item_.origin(comp), "Exception comps must be scalar values");
                ok = add_comp(item_.scalar(comp), made) && ok;
            }
        }
        if (ok && made.comps.size() != made.fields.size())
            return invalid("Fields and comps lists must have equal length");
        return ok;
    }

    bool add_comp(const Sourced& written, Exception& made) {
        const std::string comp = canonical_comp(written.text);
        if (comp.empty()) {
            item_.reporter().error(
                code::kValidate, written.at(0),
                "'" + written.trimmed().text + "' is not a supported comparison operator");
            return false;
        }
        if (made.scalar && !takes_list(comp)) {
            item_.reporter().error(code::kValidate, written.at(0),
                                   "When fields is a single value, comps must be one of (in, "
                                   "pmatch, intersects) or an operator with oneof, anyof or allof");
            return false;
        }
        made.comps.push_back(comp);
        return true;
    }

    bool read_values(Exception& made) {
        const YAML::Node values = item_.get("values");
        if (!values.IsDefined() || values.IsNull()) return true;
        if (!values.IsSequence())
            return item_.fail(item_.origin(values), "Rule exception values must be a sequence");
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
        if (!row.IsScalar()) return invalid("Expected values array to contain a list of strings");
        return add_value(row, tuple);
    }

    bool read_tuple(const YAML::Node& row, const Exception& made,
                    std::vector<ExceptionValue>& tuple) {
        if (!row.IsSequence())
            return invalid("Exception values must be lists of as many entries as fields");
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
            return invalid("Fields and values lists must have equal length");
        return true;
    }

    bool add_value(const YAML::Node& node, std::vector<ExceptionValue>& values) {
        if (!node.IsScalar() || node.Scalar().empty()) {
            const Reporter::Scope scope(item_.reporter(), "exception value", "",
                                        item_.origin(node));
            return item_.fail(item_.origin(node),
                              node.IsScalar() ? "An exception value must not be empty"
                                              : "An exception value must be a scalar value");
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
        return item.fail(item.origin(all), "Value of key 'exceptions' is not a sequence");
    bool ok = true;
    std::vector<std::string> seen;
    for (const YAML::Node& node : all) {
        if (!node.IsMap()) {
            ok = item.fail(item.origin(node), "Rule exception is not a yaml associative array");
            continue;
        }
        const Item entry(node, item.file(), item.reporter());
        ok = ExceptionReader(entry, define, known).read(exceptions, seen) && ok;
    }
    return ok;
}

}  // namespace sensor::rules
