// A plugin for QEMU's TCG that counts executed instructions by whose they are: the firmware's, the
// hypervisor's or the guest's; and exits by their kind. It sees the machine from outside, so what
// it measures pays nothing for it. machine.mjs runs it, measure.mjs reads what comes out.
//
//   -plugin counter-1.so,out=FILE[,hypervisor=START-END]    physical addresses, hexadecimal
//
// It writes a line at each mark, and one at the end: what has happened until then. Marks are the
// first instruction of a kernel (0) and every `slti x0, x0, N` of the guest, which does nothing.

#include "plugin.h"

#include <inttypes.h>
#include <stdio.h>

enum Owner {
    FIRMWARE,
    HYPERVISOR,
    GUEST,
    OWNERS
};

// How many instructions each has executed, counted by code that QEMU puts between the guest's.
// It is one hart that runs, so that nothing is lost.
#if VERSION == 1
static uint64_t executed[OWNERS];

static void count_inline(struct qemu_plugin_insn* instruction, enum Owner owner) {
    qemu_plugin_register_vcpu_insn_exec_inline(instruction, INLINE_ADD, &executed[owner], 1);
}
static void count_now(enum Owner owner) {
    ++executed[owner];
}
static uint64_t count_of(enum Owner owner) {
    return executed[owner];
}
#else
static struct qemu_plugin_scoreboard* executed;

static qemu_plugin_u64 counter(enum Owner owner) {
    return (qemu_plugin_u64){executed, owner * sizeof(uint64_t)};
}
static void count_inline(struct qemu_plugin_insn* instruction, enum Owner owner) {
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(instruction, INLINE_ADD, counter(owner), 1);
}
static void count_now(enum Owner owner) {
    qemu_plugin_u64_add(counter(owner), 0, 1);
}
static uint64_t count_of(enum Owner owner) {
    return qemu_plugin_u64_sum(counter(owner));
}
#endif

// Where RAM and a kernel in it begin. In between is the firmware, and some of a kernel's memory.
static const uint64_t ram = 0x80000000, kernel = 0x80200000, ram_end = 1ull << 36;

static FILE* out;
static uint64_t hypervisor_start, hypervisor_end;

// Exits: a guest leaves off, the hypervisor works, and resumes it by `sret`.
enum Kind {
    SBI,
    MMIO,
    NOTIFY,
    INTERRUPT,
    KINDS
};
static const char* const kind_names[KINDS] = {"sbi", "mmio", "notify", "interrupt"};
static struct {
    uint64_t count;
    uint64_t instructions;
} exits[KINDS];

static bool guest_runs;
static bool is_call, is_fault, moves_data; // of the exit that is being handled
static uint64_t ours_before;               // instructions that were not the guest's, until then
static uint64_t last_call;                 // the guest's instructions when it made its last `ecall`

static uint64_t ours(void) {
    return count_of(FIRMWARE) + count_of(HYPERVISOR);
}

static void on_hypervisor(unsigned cpu, void* data) {
    if (guest_runs) {
        guest_runs = false;
        is_call = count_of(GUEST) == last_call;
        last_call = 0; // the next exit may come before the guest's next instruction
        is_fault = moves_data = false;
        ours_before = ours();
    }
}

static void on_sret(unsigned cpu, void* data) {
    count_now(HYPERVISOR);
    if (ours_before != 0) { // else it has only now started the guest
        const enum Kind kind = is_call ? SBI : !is_fault ? INTERRUPT : moves_data ? NOTIFY : MMIO;
        ++exits[kind].count;
        exits[kind].instructions += ours() - ours_before;
    }
    guest_runs = true;
}

// Nobody can handle an access to a device without asking at which address it was.
static void on_htval(unsigned cpu, void* data) {
    count_now(HYPERVISOR);
    is_fault = true;
}

// What sets a queue's notification apart is that it has the hypervisor move data of the guest's, or
// of the disk's. QEMU 7.2 may also call this for what HLVX reads, at a virtual address of a kernel:
// that is beyond any RAM.
static void on_access(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* data) {
    if (address >= hypervisor_end && address < ram_end) {
        moves_data = true;
    }
}

static void on_ecall(unsigned cpu, void* data) {
    count_now(GUEST);
    last_call = count_of(GUEST);
}

static void write_line(const char* mark) {
    fprintf(out, "{\"mark\": %s, \"firmware\": %" PRIu64 ", \"hypervisor\": %" PRIu64, mark,
            count_of(FIRMWARE), count_of(HYPERVISOR));
    fprintf(out, ", \"guest\": %" PRIu64 ", \"exits\": {", count_of(GUEST));
    for (int kind = 0; kind < KINDS; ++kind) {
        fprintf(out, "%s\"%s\": {\"count\": %" PRIu64 ", \"instructions\": %" PRIu64 "}",
                kind == 0 ? "" : ", ", kind_names[kind], exits[kind].count,
                exits[kind].instructions);
    }
    fprintf(out, "}}\n");
}

static void on_mark(unsigned cpu, void* data) {
    char number[8];
    snprintf(number, sizeof number, "%d", (int)(intptr_t)data);
    count_now(GUEST);
    write_line(number);
}

// A guest's addresses may be the same as the hypervisor's, but not the place in QEMU's memory where
// an instruction stands. The machine's first instruction in RAM tells where RAM is there.
static enum Owner owner_of(const struct qemu_plugin_insn* instruction) {
    static const char* ram_in_qemu;
    const char* place = qemu_plugin_insn_haddr(instruction);
    const uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (ram_in_qemu == NULL) {
        if (address < ram) {
            return FIRMWARE; // QEMU's own few instructions before those of OpenSBI
        }
        ram_in_qemu = place - (address - ram);
    }
    const uint64_t physical = ram + (uint64_t)(place - ram_in_qemu);
    if (physical == address && physical >= ram &&
        physical < kernel) { // it has no virtual addresses
        return FIRMWARE;
    }
    return physical >= hypervisor_start && physical < hypervisor_end ? HYPERVISOR : GUEST;
}

// What is counted in a callback is not counted inline as well: which of the two QEMU does first
// depends on its version.
static void watch(struct qemu_plugin_insn* instruction, enum Owner owner) {
    const uint32_t bits = bits_of(instruction);
    const bool is_system = (bits & 0x7f) == 0x73;
    const bool is_csr = is_system && (bits >> 12 & 3) != 0; // HLV and the like have 4 there
    Callback callback = NULL;
    intptr_t data = 0;
    if (owner == GUEST) {
        const uint64_t address = qemu_plugin_insn_vaddr(instruction);
        if (address == kernel || address == ram) { // KVM has no firmware before its guest's kernel
            callback = on_mark;
        } else if (is_mark(bits)) {
            callback = on_mark;
            data = mark_of(bits);
        } else if (bits == 0x73) {
            callback = on_ecall;
        }
    } else if (owner == HYPERVISOR) {
        if (bits == 0x10200073) {
            callback = on_sret;
        } else if (is_csr && bits >> 20 == 0x643) {
            callback = on_htval;
        } else if (!is_system) {
            qemu_plugin_register_vcpu_mem_cb(instruction, on_access, CALLBACK_NO_REGISTERS,
                                             MEMORY_READ_AND_WRITE, NULL);
        }
    }
    if (callback != NULL) {
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, CALLBACK_NO_REGISTERS,
                                               (void*)data);
    } else {
        count_inline(instruction, owner);
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
    const size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t index = 0; index < count; ++index) {
        struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        const enum Owner owner = owner_of(instruction);
        if (index == 0 && owner == HYPERVISOR) {
            qemu_plugin_register_vcpu_tb_exec_cb(block, on_hypervisor, CALLBACK_NO_REGISTERS, NULL);
        }
        watch(instruction, owner);
    }
}

static void on_end(qemu_plugin_id_t id, void* data) {
    write_line("\"end\"");
    fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int argc, char** argv) {
    for (int index = 0; index < argc; ++index) {
        if (strncmp(argv[index], "out=", 4) == 0) {
            out = fopen(argv[index] + 4, "w");
        } else if (sscanf(argv[index], "hypervisor=%" SCNx64 "-%" SCNx64, &hypervisor_start,
                          &hypervisor_end) != 2) {
            fprintf(stderr, "counter: %s: no such argument\n", argv[index]);
            return 1;
        }
    }
    if (out == NULL) {
        fprintf(stderr, "counter: out= has to name a file that can be written\n");
        return 1;
    }
#if VERSION != 1
    executed = qemu_plugin_scoreboard_new(OWNERS * sizeof(uint64_t));
#endif
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
