// SPDX-License-Identifier: Apache-2.0
#include "rulec/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace sensor::rulec {
namespace {

const char* code(Colour colour) {
    switch (colour) {
        case Colour::Bold: return "\x1b[1m";
        case Colour::Dim: return "\x1b[2m";
        case Colour::Red: return "\x1b[31m";
        case Colour::Green: return "\x1b[32m";
        case Colour::Yellow: return "\x1b[33m";
        case Colour::Cyan: return "\x1b[36m";
        case Colour::Plain: break;
    }
    return "";
}

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0';
}

}  // namespace

Paint Paint::of_stdout() {
    const char* term = std::getenv("TERM");
    const bool dumb = term != nullptr && std::string_view(term) == "dumb";
    return Paint(::isatty(STDOUT_FILENO) == 1 && !is_set("NO_COLOR") && !dumb);
}

std::string Paint::operator()(Colour colour, const std::string& text) const {
    if (!on_ || colour == Colour::Plain) return text;
    return code(colour) + text + "\x1b[0m";
}

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string padded(const std::string& text, std::size_t columns) {
    const std::size_t taken = width(text);
    return taken >= columns ? text : text + std::string(columns - taken, ' ');
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string text;
    for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
    return text;
}

std::string counted(std::size_t count, const std::string& word) {
    return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

}  // namespace sensor::rulec
