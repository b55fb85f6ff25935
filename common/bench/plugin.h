// What the plugins for QEMU's TCG share. QEMU's own header is in no package of Debian 12, so what
// is used of it stands here. API version 1 is that of QEMU 7.2 and 8; from 9.2 on, those that know
// version 4 also have it.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
typedef void (*Callback)(unsigned cpu, void* data);
typedef void (*MemoryCallback)(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address,
                               void* data);
enum {
    CALLBACK_NO_REGISTERS = 0,
    MEMORY_WRITE = 2,
    MEMORY_READ_AND_WRITE = 3,
    INLINE_ADD = 0
};

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t,
                                           void (*)(qemu_plugin_id_t, struct qemu_plugin_tb*));
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, void (*)(qemu_plugin_id_t, void*), void*);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb*, Callback, int flags, void* data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn*, Callback, int flags,
                                            void* data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn*, MemoryCallback, int flags,
                                      int access, void* data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb*);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb*, size_t);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn*);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn*);
void* qemu_plugin_insn_haddr(const struct qemu_plugin_insn*);

struct qemu_plugin_hwaddr* qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t, uint64_t address);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr*);

#if VERSION == 1
const void* qemu_plugin_insn_data(const struct qemu_plugin_insn*);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn*, int op, void*, uint64_t);
#else
typedef struct {
    struct qemu_plugin_scoreboard* score;
    size_t offset;
} qemu_plugin_u64;
struct qemu_plugin_scoreboard* qemu_plugin_scoreboard_new(size_t);
void qemu_plugin_u64_add(qemu_plugin_u64, unsigned cpu, uint64_t);
uint64_t qemu_plugin_u64_sum(qemu_plugin_u64);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn*, void*, size_t);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn*, int op,
                                                         qemu_plugin_u64, uint64_t);
#endif

EXPORT int qemu_plugin_version = VERSION;

// An instruction's 2 or 4 bytes.
static inline uint32_t bits_of(const struct qemu_plugin_insn* instruction) {
    uint32_t bits = 0;
#if VERSION == 1
    memcpy(&bits, qemu_plugin_insn_data(instruction), qemu_plugin_insn_size(instruction));
#else
    qemu_plugin_insn_data(instruction, &bits, sizeof bits);
#endif
    return bits;
}

// A mark of the guest's is `slti x0, x0, N`, which does nothing.
static inline bool is_mark(uint32_t bits) {
    return (bits & 0xfffff) == 0x2013;
}
static inline unsigned mark_of(uint32_t bits) {
    return bits >> 20;
}
