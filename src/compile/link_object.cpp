// SPDX-License-Identifier: Apache-2.0
#include "compile/link_object.hpp"

#include <elf.h>

#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "compile/relocate.hpp"

namespace sensor::compile {
namespace {

constexpr std::uint64_t kMostAlignment = 4096;

/// Reads an object with every offset checked.
class Object {
public:
    static Result<Object> open(std::string_view bytes) {
        Object object;
        object.bytes_ = bytes;
        const auto header = object.read<Elf64_Ehdr>(0);
        if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
            return Error("not an ELF object");
        const bool known = header->e_machine == EM_X86_64 || header->e_machine == EM_AARCH64;
        if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
            header->e_type != ET_REL || !known || header->e_shentsize != sizeof(Elf64_Shdr)) {
            return Error("not a 64-bit little-endian object of x86-64 or AArch64");
        }
        object.machine_ = header->e_machine;
        for (std::uint64_t k = 0; k < header->e_shnum; ++k) {
            const auto section = object.read<Elf64_Shdr>(header->e_shoff + k * sizeof(Elf64_Shdr));
            if (!section) return Error("damaged object");
            object.sections_.push_back(*section);
        }
        return object;
    }

    std::uint16_t machine() const { return machine_; }
    const std::vector<Elf64_Shdr>& sections() const { return sections_; }

    std::optional<std::string_view> content(const Elf64_Shdr& section) const {
        if (section.sh_offset > bytes_.size() ||
            section.sh_size > bytes_.size() - section.sh_offset)
            return {};
        return bytes_.substr(section.sh_offset, section.sh_size);
    }

    /// All records of a table section; nothing if it is damaged.
    template <typename T>
    std::optional<std::vector<T>> table(const Elf64_Shdr& section) const {
        const auto bytes = content(section);
        if (!bytes || section.sh_entsize != sizeof(T) || bytes->size() % sizeof(T) != 0) return {};
        std::vector<T> records(bytes->size() / sizeof(T));
        if (!records.empty()) std::memcpy(records.data(), bytes->data(), bytes->size());
        return records;
    }

private:
    template <typename T>
    std::optional<T> read(std::uint64_t offset) const {
        if (offset > bytes_.size() || sizeof(T) > bytes_.size() - offset) return {};
        T value;
        std::memcpy(&value, bytes_.data() + offset, sizeof(T));
        return value;
    }

    std::string_view bytes_;
    std::uint16_t machine_ = 0;
    std::vector<Elf64_Shdr> sections_;
};

class Linker {
public:
    explicit Linker(const Object& object) : object_(object) {}

    Result<LinkedImage> run() {
        SENSOR_TRY_OK(lay_out());
        SENSOR_TRY_OK(read_symbols());
        for (const Elf64_Shdr& section : object_.sections()) {
            if (section.sh_type == SHT_REL && is_placed(section.sh_info))
                return Error("object has SHT_REL");
            if (section.sh_type != SHT_RELA || !is_placed(section.sh_info)) continue;
            SENSOR_TRY_OK(apply(section));
        }
        return std::move(image_);
    }

private:
    bool is_placed(std::uint32_t section) const {
        return section < place_.size() && place_[section].has_value();
    }

    /// Puts the sections that exist at run time behind each other.
    Result<> lay_out() {
        place_.resize(object_.sections().size());
        for (std::size_t k = 0; k < place_.size(); ++k) {
            const Elf64_Shdr& section = object_.sections()[k];
            if ((section.sh_flags & SHF_ALLOC) == 0 || section.sh_size == 0) continue;
            const auto bytes = object_.content(section);
            const bool plain =
                section.sh_type == SHT_PROGBITS && (section.sh_flags & (SHF_WRITE | SHF_TLS)) == 0;
            if (!plain || !bytes)
                return Error("object has a section that cannot be mapped read-only");
            const std::uint64_t align = section.sh_addralign == 0 ? 1 : section.sh_addralign;
            if (align > kMostAlignment || (align & (align - 1)) != 0)
                return Error("section alignment");
            image_.bytes.resize((image_.bytes.size() + align - 1) / align * align, '\0');
            place_[k] = image_.bytes.size();
            image_.bytes += *bytes;
        }
        return Ok{};
    }

    Result<> read_symbols() {
        for (const Elf64_Shdr& section : object_.sections()) {
            if (section.sh_type != SHT_SYMTAB) continue;
            auto symbols = object_.table<Elf64_Sym>(section);
            if (!symbols || section.sh_link >= object_.sections().size())
                return Error("damaged object");
            const auto names = object_.content(object_.sections()[section.sh_link]);
            if (!names) return Error("damaged object");
            symbols_ = std::move(*symbols);
            for (const Elf64_Sym& symbol : symbols_) add_function(symbol, *names);
        }
        return Ok{};
    }

    void add_function(const Elf64_Sym& symbol, std::string_view names) {
        const bool exported = ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL &&
                              ELF64_ST_TYPE(symbol.st_info) == STT_FUNC;
        if (!exported || !is_placed(symbol.st_shndx) || symbol.st_name >= names.size()) return;
        const std::string_view rest = names.substr(symbol.st_name);
        const auto offset = static_cast<std::uint32_t>(*place_[symbol.st_shndx] + symbol.st_value);
        image_.symbols.emplace(rest.substr(0, rest.find('\0')), offset);
    }

    Result<> apply(const Elf64_Shdr& section) {
        const auto entries = object_.table<Elf64_Rela>(section);
        if (!entries) return Error("damaged object");
        const std::uint64_t base = *place_[section.sh_info];
        for (const Elf64_Rela& entry : *entries) {
            const std::uint64_t index = ELF64_R_SYM(entry.r_info);
            if (index >= symbols_.size() || !is_placed(symbols_[index].st_shndx)) {
                return Error("object needs a symbol from outside");
            }
            const Elf64_Sym& symbol = symbols_[index];
            const Relocation relocation{static_cast<std::uint32_t>(ELF64_R_TYPE(entry.r_info)),
                                        base + entry.r_offset,
                                        *place_[symbol.st_shndx] + symbol.st_value, entry.r_addend};
            SENSOR_TRY_OK(relocate(image_.bytes, object_.machine(), relocation));
        }
        return Ok{};
    }

    const Object& object_;
    LinkedImage image_;
    std::vector<std::optional<std::uint64_t>> place_;  ///< of each section in the image
    std::vector<Elf64_Sym> symbols_;
};

}  // namespace

Result<LinkedImage> link_object(std::string_view bytes) {
    SENSOR_TRY(const Object object, Object::open(bytes));
    return Linker(object).run();
}

}  // namespace sensor::compile
