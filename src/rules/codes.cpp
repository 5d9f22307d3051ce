// SPDX-License-Identifier: Apache-2.0
// One row a code. Errors are short everywhere; JSON reports give warnings their description.
#include "rules/codes.hpp"

#include <algorithm>
#include <iterator>

namespace sensor::rules::code {
namespace {

constexpr Text kTexts[] = {
    {kFileRead, "Error reading rules file", "The file could not be opened or read."},
    {kYamlParse, "Error parsing YAML", "The text of the file is not YAML."},
    {kYamlValidate, "Error validating internal structure of YAML file",
     "An item lacks a key, or a key has a value of the wrong kind."},
    {kCompileCondition, "Error compiling condition",
     "A condition has a syntax error, an unknown name, or an operator or value that does not fit "
     "its field."},
    {kCompileOutput, "Error compiling output",
     "An output names something that is no field or transformer."},
    {kValidate, "Error validating rule/macro/list/exception objects",
     "Items do not fit together: something they name is missing, or they contradict each other."},
    {kExtension, "Error in extension item", "A plugin refused an item of its own."},
    {kUnknownSource, "Unknown event source",
     "The rule is about a source of events that is not there. It is kept and never runs."},
    {kUnsafeCheck, "Unsafe <NA> check in condition",
     "A field is compared with <NA>. Fields without a value fail every comparison, so such a check "
     "never holds. Use exists instead."},
    {kNoEventType, "Condition has no event type restriction",
     "The rule matches so many event types that most events must be judged, which costs "
     "performance. Restrict it with a check of evt.type."},
    {kUnknownFilter, "Unknown field or event-type in condition or output",
     "The rule names a field or an event type that is not there. It asked to be skipped then, by "
     "skip-if-unknown-filter, and never runs."},
    {kUnusedMacro, "Unused macro", "No rule and no other macro names the macro."},
    {kUnusedList, "Unused list", "No rule, macro or other list names the list."},
    {kUnknownItem, "Unknown rules file item",
     "The item is none of rule, macro, list, required_engine_version and required_plugin_versions. "
     "It is left out."},
    {kDeprecated, "Used deprecated item",
     "The item uses something that works no more or will stop working in a later version."},
    {kExtensionWarning, "Warning in extension item", "A plugin warns of an item of its own."},
    {kAppendNoValues, "Overriding/appending exception with no values",
     "An exception is appended or overridden without values, which changes nothing."},
    {kExceptionName, "Multiple exceptions defined with the same name",
     "A rule has several exceptions of one name. All of them count."},
    {kMacroName, "Invalid macro name",
     "The name of the macro holds characters that conditions cannot name it by."},
    {kListName, "Invalid list name",
     "The name of the list holds characters that conditions cannot name it by."},
    {kConditionHint, "Warning in rule condition",
     "A part of the condition works, but is probably not meant as it is written."},
    {kUnknownKey, "Unknown item key", "The item has a key that nothing reads. It is left out."},
};

}  // namespace

Text text_of(std::string_view code) noexcept {
    const auto* const found = std::find_if(std::begin(kTexts), std::end(kTexts),
                                           [&](const Text& text) { return text.code == code; });
    return found == std::end(kTexts) ? Text{code, code, code} : *found;
}

}  // namespace sensor::rules::code
