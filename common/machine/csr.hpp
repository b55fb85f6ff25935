/// @file
/// Control and status registers: their numbers and fields.
#pragma once

#include "integers.hpp"

namespace machine {

/// The registers that the machine has, by their number (Privileged spec 2.2). Bits 9 and 8 are the
/// least privilege that may access one; if bits 11 and 10 are both set it is only read.
enum class Csr : u16 {
    fflags = 0x001,
    frm = 0x002,
    fcsr = 0x003,

    sstatus = 0x100,
    sie = 0x104,
    stvec = 0x105,
    scounteren = 0x106,
    senvcfg = 0x10a,
    sscratch = 0x140,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,
    sip = 0x144,
    stimecmp = 0x14d,
    satp = 0x180,

    // While V is 1 these stand in for the ones above: 0x100 behind them (18.2).
    vsstatus = 0x200,
    vsie = 0x204,
    vstvec = 0x205,
    vsscratch = 0x240,
    vsepc = 0x241,
    vscause = 0x242,
    vstval = 0x243,
    vsip = 0x244,
    vstimecmp = 0x24d,
    vsatp = 0x280,

    mstatus = 0x300,
    misa = 0x301,
    medeleg = 0x302,
    mideleg = 0x303,
    mie = 0x304,
    mtvec = 0x305,
    mcounteren = 0x306,
    menvcfg = 0x30a,
    mcountinhibit = 0x320,
    mhpmevent3 = 0x323, // to mhpmevent31
    mscratch = 0x340,
    mepc = 0x341,
    mcause = 0x342,
    mtval = 0x343,
    mip = 0x344,
    mtinst = 0x34a,
    mtval2 = 0x34b,
    pmpcfg0 = 0x3a0, // for eight entries each; RV64 has no odd ones (3.7.1)
    pmpcfg2 = 0x3a2,
    pmpaddr0 = 0x3b0, // to pmpaddr15

    hstatus = 0x600,
    hedeleg = 0x602,
    hideleg = 0x603,
    hie = 0x604,
    htimedelta = 0x605,
    hcounteren = 0x606,
    hgeie = 0x607,
    henvcfg = 0x60a,
    htval = 0x643,
    hip = 0x644,
    hvip = 0x645,
    htinst = 0x64a,
    hgatp = 0x680,

    mcycle = 0xb00,
    minstret = 0xb02,
    mhpmcounter3 = 0xb03, // to mhpmcounter31

    cycle = 0xc00,
    time = 0xc01,
    instret = 0xc02,
    hpmcounter3 = 0xc03, // to hpmcounter31

    hgeip = 0xe12,
    mvendorid = 0xf11,
    marchid = 0xf12,
    mimpid = 0xf13,
    mhartid = 0xf14,
    mconfigptr = 0xf15,
};

/// The register that CSR `number` of a supervisor is while V is 1 (18.2).
constexpr Csr substitute(Csr number) {
    switch (number) {
    case Csr::sstatus:
    case Csr::sie:
    case Csr::stvec:
    case Csr::sscratch:
    case Csr::sepc:
    case Csr::scause:
    case Csr::stval:
    case Csr::sip:
    case Csr::stimecmp:
    case Csr::satp:
        return static_cast<Csr>(static_cast<u16>(number) + 0x100);
    default:
        return number;
    }
}

/// Bits of mstatus, sstatus and vsstatus (3.1.6, 10.1.1, 18.2.11).
namespace status {
inline constexpr u64 SIE = 1 << 1, MIE = 1 << 3, SPIE = 1 << 5, MPIE = 1 << 7, SPP = 1 << 8;
inline constexpr u64 MPP = 3 << 11, FS = 3 << 13, MPRV = 1 << 17, SUM = 1 << 18, MXR = 1 << 19;
inline constexpr u64 TVM = 1 << 20, TW = 1 << 21, TSR = 1 << 22;
inline constexpr u64 UXL = 3ull << 32, UXL_64 = 2ull << 32, SXL_64 = 2ull << 34;
inline constexpr u64 GVA = 1ull << 38, MPV = 1ull << 39, SD = 1ull << 63;
inline constexpr unsigned MPP_low = 11;
} // namespace status

/// Bits of hstatus (18.2.1).
namespace hstatus {
inline constexpr u64 GVA = 1 << 6, SPV = 1 << 7, SPVP = 1 << 8, HU = 1 << 9;
inline constexpr u64 VTVM = 1 << 20, VTW = 1 << 21, VTSR = 1 << 22, VSXL_64 = 2ull << 32;
} // namespace hstatus

/// Interrupts, as bits of mip, mie, mideleg and their kin (3.1.9, 18.4.2 and 18.4.3).
namespace interrupt {
inline constexpr u64 SSI = 1 << 1, VSSI = 1 << 2, MSI = 1 << 3;
inline constexpr u64 STI = 1 << 5, VSTI = 1 << 6, MTI = 1 << 7;
inline constexpr u64 SEI = 1 << 9, VSEI = 1 << 10, MEI = 1 << 11;
inline constexpr u64 of_m = MSI | MTI | MEI, of_s = SSI | STI | SEI, of_vs = VSSI | VSTI | VSEI;
} // namespace interrupt

/// Bits of menvcfg, senvcfg and henvcfg (3.1.18).
namespace envcfg {
inline constexpr u64 FIOM = 1 << 0, STCE = 1ull << 63;
} // namespace envcfg

/// Bits of mcounteren, scounteren and hcounteren (3.1.11); cycle, time and instret are all that
/// count here.
namespace counteren {
inline constexpr u64 TM = 1 << 1, all = 7;
} // namespace counteren

/// Fields of satp, vsatp and hgatp (10.1.11, 18.2.10).
namespace atp {
inline constexpr unsigned mode_low = 60, id_low = 44;
inline constexpr u64 PPN = (1ull << 44) - 1;
inline constexpr u64 bare = 0, sv39 = 8, sv57 = 10; ///< of MODE; Sv48 is 9; with x4 in hgatp
} // namespace atp

/// The content of the registers. What one register shows of another, and what a device or the clock
/// says, is not here.
struct Registers {
    u64 mstatus = status::UXL_64 | status::SXL_64, mie = 0, mtvec = 0, mscratch = 0, mepc = 0;
    u64 mcause = 0, mtval = 0, mtval2 = 0, mtinst = 0, medeleg = 0, mideleg = interrupt::of_vs;
    u64 mcounteren = 0, menvcfg = 0;
    u64 stvec = 0, sscratch = 0, sepc = 0, scause = 0, stval = 0, satp = 0, scounteren = 0;
    u64 senvcfg = 0, stimecmp = 0;
    u64 hstatus = hstatus::VSXL_64, hedeleg = 0, hideleg = 0, hvip = 0, htval = 0, htinst = 0;
    u64 hgatp = 0, hcounteren = 0, henvcfg = 0, htimedelta = 0;
    u64 vsstatus = status::UXL_64, vstvec = 0, vsscratch = 0, vsepc = 0, vscause = 0, vstval = 0;
    u64 vsatp = 0, vstimecmp = 0;
    u64 fcsr = 0;
    u64 mip = 0; ///< the bits of mip that software sets: SSIP, STIP, SEIP
    u64 cycle_offset = 0, instret_offset = 0;
    u8 pmpcfg[16] = {};
    u64 pmpaddr[16] = {};
};

} // namespace machine
