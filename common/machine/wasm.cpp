// The machine as WebAssembly: what wasm.mjs calls. Only numbers pass between the two, so texts and
// files lie in this module's memory.

#include "boot.hpp"
#include "machine.hpp"

#include <array>
#include <new>

/// Makes a function one of the module's.
#define EXPORT(name) extern "C" [[clang::export_name(#name)]]

namespace machine {

namespace {

// All that is static is constinit: wasm-ld would make each export run the constructors anew.

extern "C" std::byte __heap_base[]; // from wasm-ld: what is behind it belongs to nobody

constexpr std::size_t wasm_page = 65'536;
constinit std::byte* free_start = nullptr; ///< where memory begins that nobody has taken yet

std::byte* memory_end() {
    return reinterpret_cast<std::byte*>(__builtin_wasm_memory_size(0) * wasm_page);
}

/// Text on its way to whoever calls.
constinit std::array<char, 4096> text = {};

u32 tell(std::string_view told) {
    return static_cast<u32>(told.copy(text.data(), text.size()));
}

/// The place of the machine, which would lie in the file if it were a variable: not all of it
/// begins as zero.
alignas(Machine) constinit std::array<std::byte, sizeof(Machine)> place = {};
constinit Machine* machine = nullptr;

/// What the machine starts with, gathered file by file.
constinit Software software = {};
constinit std::array<Module, 8> modules = {};

/// What a file is for; the last two have an address.
enum class FileKind : u32 {
    firmware,
    hypervisor,
    kernel,
    ramdisk,
};

} // namespace

// Memory.

/// Forgets the machine and its files. All memory is zero afterwards; what is so already is only
/// looked at, as a browser gives pages only for what is stored.
EXPORT(clear) void clear() {
    machine = nullptr;
    software = {};
    free_start = __heap_base;
    for (std::byte* at = free_start; at < memory_end(); at += sizeof(u64)) {
        if (u64& word = *reinterpret_cast<u64*>(at); word != 0) {
            word = 0;
        }
    }
}

/// Takes `size` bytes of memory, which are zero.
/// @return where they begin; 0 if there are not so many
EXPORT(allocate) std::byte* allocate(u32 size) {
    const u64 taken = (u64{size} + Ram::line_size - 1) / Ram::line_size * Ram::line_size;
    const u64 left = static_cast<u64>(memory_end() - free_start);
    if (taken > left) {
        const u64 pages = (taken - left + wasm_page - 1) / wasm_page;
        if (__builtin_wasm_memory_grow(0, static_cast<std::size_t>(pages)) == ~std::size_t{0}) {
            return nullptr;
        }
    }
    std::byte* const start = free_start;
    free_start += taken;
    return start;
}

/// Where the texts are that others tell of.
EXPORT(text) const char* text_start() {
    return text.data();
}

// The start.

/// The bit of the freedom with this name; 0 if there is none.
EXPORT(freedom) u32 freedom(const char* name, u32 size) {
    const auto found = freedom_named({name, size});
    return found ? static_cast<u32>(*found) : 0;
}

/// Adds a file with its name and boot arguments; those of the hypervisor are the machine's.
/// @return whether there was a place for it
EXPORT(add_file)
bool add_file(FileKind kind, u64 address, const std::byte* content, u32 size, const char* name,
              u32 name_size, const char* bootargs, u32 bootargs_size) {
    const File file = {{name, name_size}, {content, size}};
    const std::string_view arguments = {bootargs, bootargs_size};
    if (kind == FileKind::firmware) {
        software.firmware = file;
    } else if (kind == FileKind::hypervisor) {
        software.hypervisor = file;
        software.bootargs = arguments;
    } else if (const std::size_t count = software.modules.size(); count < modules.size()) {
        const bool kernel = kind == FileKind::kernel;
        modules[count] = {file.name, kernel ? Module::Kind::kernel : Module::Kind::ramdisk, address,
                          file.content, arguments};
        software.modules = std::span{modules}.first(count + 1);
    } else {
        return false;
    }
    return true;
}

/// Makes the machine, with `memory` bytes of RAM, and loads the files.
/// @return the size of the text that says why that cannot be; 0 if it can start
EXPORT(start) u32 start(u32 memory, u32 freedoms) {
    std::byte* const ram = allocate(memory);
    const u32 lines = memory / u32{Ram::line_size};
    std::byte* const stamps = allocate(lines * u32{sizeof(Ram::Stamp)});
    if (ram == nullptr || stamps == nullptr) {
        return tell("there is not enough memory for the machine");
    }
    machine = ::new (place.data())
        Machine{{ram, memory}, {reinterpret_cast<Ram::Stamp*>(stamps), lines}, freedoms};
    software.sv39_only = (freedoms & static_cast<u32>(Freedom::sv39_only)) != 0;
    if (const auto error = boot({ram, memory}, machine->rom(), software)) {
        Line line;
        line.set(error->name, ": ", error->reason);
        return tell(line.text());
    }
    return 0;
}

// The run: as Machine has it.

EXPORT(run) Stop run(u64 until) {
    return machine->run(until);
}

/// Takes what has been printed: the size of the text. It holds all that the UART can.
EXPORT(take_output) u32 take_output() {
    u32 size = 0;
    while (const auto byte = machine->uart().take_transmitted()) {
        text[size++] = static_cast<char>(*byte);
    }
    return size;
}

EXPORT(output_full) bool output_full() {
    return machine->uart().output_full();
}

EXPORT(can_receive) bool can_receive() {
    return machine->uart().can_receive();
}

EXPORT(receive) void receive(u32 byte) {
    machine->receive(static_cast<u8>(byte));
}

EXPORT(next_event) u64 next_event() {
    return machine->next_event();
}

EXPORT(skip_to) void skip_to(u64 tick) {
    machine->skip_to(tick);
}

// What there is to see.

EXPORT(instructions) u64 instructions() {
    return machine->instructions();
}

EXPORT(ticks) u64 ticks() {
    return machine->ticks();
}

EXPORT(exits) u64 exits() {
    return machine->hart().exits();
}

/// Of the last one, what Exit has, in its order.
EXPORT(last_exit) u64 last_exit(u32 index) {
    const auto& [cause, pc, value, guest_physical, instruction] = machine->hart().last_exit();
    return std::array{cause, pc, value, guest_physical, instruction}[index % 5];
}

EXPORT(stop_at_exit) void stop_at_exit(u64 number) {
    machine->hart().stop_at_exit(number);
}

EXPORT(exit_status) u32 exit_status() {
    return machine->status();
}

/// The sizes of two texts: the last report, and the mode as in "VS-mode".
EXPORT(report) u32 report() {
    return tell(machine->report());
}
EXPORT(mode) u32 mode() {
    return tell(machine->hart().mode_name());
}

EXPORT(pc) u64 pc() {
    return machine->hart().pc();
}

EXPORT(x) u64 x(u32 number) {
    return machine->hart().x(number % 32);
}

/// A CSR by its number; 0 if there is none.
EXPORT(csr) u64 csr(u32 number) {
    return machine->hart().read_csr(Csr{static_cast<u16>(number)});
}

/// Where RAM is in this module's memory.
EXPORT(ram) const std::byte* ram() {
    return machine->ram().at(Ram::start);
}

/// RAM as one number: FNV-1a of 64 bits.
EXPORT(ram_hash) u64 ram_hash() {
    u64 hash = 0xcbf2'9ce4'8422'2325;
    for (const std::byte byte : std::span{ram(), static_cast<u32>(machine->ram().size())}) {
        hash = (hash ^ static_cast<u64>(byte)) * 0x100'0000'01b3;
    }
    return hash;
}

} // namespace machine
