// SPDX-License-Identifier: Apache-2.0
#include "filter/kernel_image.hpp"

#include <algorithm>

#include "eval/byte_stream.hpp"

namespace sensor::filter {
namespace {

constexpr std::uint8_t kNoName = 255;
constexpr std::size_t kMostObjects = 8;

}  // namespace

std::vector<FilterRow> make_rows(const std::vector<EventPart>& parts) {
    std::vector<FilterRow> rows;
    for (const EventPart& part : parts) {
        const bool by_process = (part.interests & kAnyInterest) == 0;
        if (part.is_always() && !by_process) continue;
        FilterRow row{part.event, by_process ? part.interests : 0};
        row.by_process =
            by_process || std::any_of(part.nodes.begin(), part.nodes.end(), [](const Node& node) {
                return node.kind == Node::Kind::Interest;
            });
        for (const NameTest& test : part.names) {
            row.slashes = row.slashes || !test.directories.empty() || !test.parts.empty();
            if (test.param == NameTest::kReal)
                row.real = true;
            else
                row.name = test.param;
        }
        rows.push_back(row);
    }
    return rows;
}

KernelImage make_table_image(const lang::Program& program) {
    KernelImage image;
    image.bits = interest_bits(program);
    const std::vector<EventPart> parts = make_kernel_part(program);
    image.rows = make_rows(parts);
    for (FilterRow& row : image.rows) {
        const auto part = std::find_if(parts.begin(), parts.end(), [&](const EventPart& each) {
            return each.event == row.event;
        });
        const std::optional<std::vector<FilterText>> texts = wanted_texts(*part);
        row.judged = texts.has_value();
        if (!texts) continue;
        image.texts.insert(image.texts.end(), texts->begin(), texts->end());
    }
    std::erase_if(image.rows,
                  [](const FilterRow& row) { return !row.judged && row.interests == 0; });
    return image;
}

std::string write_image(const KernelImage& image) {
    eval::ByteWriter out;
    out.number(static_cast<std::uint32_t>(image.rows.size()));
    for (const FilterRow& row : image.rows) {
        out.enumerator(row.event);
        out.number(row.interests);
        out.number(row.name < 0 ? kNoName : static_cast<std::uint8_t>(row.name));
        out.flag(row.real);
        out.flag(row.slashes);
        out.flag(row.by_process);
    }
    out.text({reinterpret_cast<const char*>(image.bits.data()), image.bits.size()});
    out.number(static_cast<std::uint32_t>(image.objects.size()));
    for (const std::string& object : image.objects) out.text(object);
    return out.take();
}

Result<KernelImage> read_image(std::string_view bytes) {
    eval::ByteReader in(bytes);
    KernelImage image;
    const std::uint32_t rows = in.below(REC_MAX_EVENTS);
    for (std::uint32_t k = 0; k < rows && in.ok(); ++k) {
        const auto code = in.number<std::uint16_t>();
        const auto interests = in.number<std::uint64_t>();
        const auto name = in.number<std::uint8_t>();
        const bool real = in.flag(), slashes = in.flag(), by_process = in.flag();
        const EventInfo* const event = event_info(code);
        if (event == nullptr || (name != kNoName && name >= event->params.size()))
            return Error("damaged kernel filter");
        image.rows.push_back(
            {event->type, interests, name == kNoName ? -1 : name, real, slashes, by_process});
    }
    for (const char bit : in.text())
        image.bits.push_back(static_cast<std::uint8_t>(bit) % kMostInterests);
    const std::uint32_t objects = in.below(kMostObjects + 1);
    for (std::uint32_t k = 0; k < objects && in.ok(); ++k) image.objects.emplace_back(in.text());
    if (!in.at_end()) return Error("damaged kernel filter");
    return image;
}

}  // namespace sensor::filter
