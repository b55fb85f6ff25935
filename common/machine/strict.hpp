/// @file
/// What makes this machine strict: the lines that it reports, and the freedoms that it can take.
#pragma once

#include "integers.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace machine {

/// What the specification leaves open and QEMU never does. Each is a way in which some hardware is
/// different; whoever keeps to the specification notices none.
enum class Freedom : u32 {
    stval_zero = 1 << 0,       ///< stval is 0 at illegal and virtual instructions (10.1.9)
    sc_fails = 1 << 1,         ///< every second SC fails (Unprivileged spec 8.3)
    wfi_returns = 1 << 2,      ///< every second WFI does not wait (3.3.3)
    sv39_only = 1 << 3,        ///< no Sv48, no Sv57 (10.1.11)
    no_asid = 1 << 4,          ///< neither ASIDs nor VMIDs (10.1.11, 18.2.10)
    misaligned_traps = 1 << 5, ///< loads and stores that are not aligned (Unprivileged spec 2.6)
    tlb_forgets = 1 << 6,      ///< every access walks the tables (10.2.1)
    htinst_zero = 1 << 7,      ///< htinst does not tell the instruction (18.2.9)
};

struct FreedomName {
    std::string_view name;
    Freedom freedom;
};

/// Each by its name, as on the command line.
inline constexpr std::array<FreedomName, 8> freedom_names = {{
    {"stval-zero", Freedom::stval_zero},
    {"sc-fails", Freedom::sc_fails},
    {"wfi-returns", Freedom::wfi_returns},
    {"sv39-only", Freedom::sv39_only},
    {"no-asid", Freedom::no_asid},
    {"misaligned-traps", Freedom::misaligned_traps},
    {"tlb-forgets", Freedom::tlb_forgets},
    {"htinst-zero", Freedom::htinst_zero},
}};

/// The freedom that is called `name`, if there is one.
constexpr std::optional<Freedom> freedom_named(std::string_view name) {
    for (const FreedomName& known : freedom_names) {
        if (known.name == name) {
            return known.freedom;
        }
    }
    return std::nullopt;
}

/// A number as it stands in a report: 0x80200000.
struct Hex {
    u64 value;
};

/// A line of text that is put together of parts; what is too long is cut.
class Line {
public:
    template <typename... Parts>
    void set(Parts... parts) {
        size_ = 0;
        (add(parts), ...);
    }
    std::string_view text() const {
        return {text_.data(), size_};
    }

private:
    void add(std::string_view part);
    void add(Hex number);

    std::array<char, 400> text_ = {};
    std::size_t size_ = 0;
};

} // namespace machine
