// SPDX-License-Identifier: Apache-2.0
// Codes of load errors and warnings; users and scripts match by them.
#pragma once

#include <string_view>

namespace sensor::rules::code {

inline constexpr std::string_view kFileRead = "LOAD_ERR_FILE_READ";
inline constexpr std::string_view kYamlParse = "LOAD_ERR_YAML_PARSE";
inline constexpr std::string_view kYamlValidate = "LOAD_ERR_YAML_VALIDATE";
inline constexpr std::string_view kCompileCondition = "LOAD_ERR_COMPILE_CONDITION";
inline constexpr std::string_view kCompileOutput = "LOAD_ERR_COMPILE_OUTPUT";
inline constexpr std::string_view kValidate = "LOAD_ERR_VALIDATE";

inline constexpr std::string_view kConditionWarning = "LOAD_COMPILE_CONDITION";
inline constexpr std::string_view kOutputWarning = "LOAD_COMPILE_OUTPUT";
// Neither is produced here: there are no plugins that add items to rules files.
inline constexpr std::string_view kExtension = "LOAD_ERR_EXTENSION";
inline constexpr std::string_view kExtensionWarning = "LOAD_WARNING_EXTENSION";

inline constexpr std::string_view kUnknownSource = "LOAD_UNKNOWN_SOURCE";
inline constexpr std::string_view kUnsafeCheck = "LOAD_UNSAFE_NA_CHECK";
inline constexpr std::string_view kNoEventType = "LOAD_NO_EVTTYPE";
inline constexpr std::string_view kUnknownFilter = "LOAD_UNKNOWN_FILTER";
inline constexpr std::string_view kUnusedMacro = "LOAD_UNUSED_MACRO";
inline constexpr std::string_view kUnusedList = "LOAD_UNUSED_LIST";
inline constexpr std::string_view kUnknownItem = "LOAD_UNKNOWN_ITEM";
inline constexpr std::string_view kDeprecated = "LOAD_DEPRECATED_ITEM";
inline constexpr std::string_view kAppendNoValues = "LOAD_APPEND_NO_VALUES";
inline constexpr std::string_view kExceptionName = "LOAD_EXCEPTION_NAME_NOT_UNIQUE";
inline constexpr std::string_view kMacroName = "LOAD_INVALID_MACRO_NAME";
inline constexpr std::string_view kListName = "LOAD_INVALID_LIST_NAME";
inline constexpr std::string_view kUnknownKey = "LOAD_UNKNOWN_KEY";
inline constexpr std::string_view kConditionHint = "LOAD_COMPILE_CONDITION";

/// What a code stands for.
struct Text {
    std::string_view code;
    std::string_view label;        ///< "YAML parse error"
    std::string_view description;  ///< a sentence or two
};
/// An unknown code stands for itself.
Text text_of(std::string_view code) noexcept;

}  // namespace sensor::rules::code
