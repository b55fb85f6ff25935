// A plugin for QEMU's TCG that makes a disk answer at once: a guest which has told it of a request
// goes on when that is answered. Without this it goes on meanwhile, as far as this machine's other
// threads let it, and no two runs are the same.
//
//   -plugin at_once-1.so

#include "main_thread.h"
#include "plugin.h"

// Where a device is told of a request, from the beginning of its page (virtio spec 4.2.2).
static const uint64_t queue_notify = 0x50;

static void on_store(unsigned cpu, qemu_plugin_meminfo_t info, uint64_t address, void* data) {
    if (address % 4096 == queue_notify &&
        qemu_plugin_hwaddr_is_io(qemu_plugin_get_hwaddr(info, address))) {
        wait_for_main_thread();
    }
}

// Whether it is `sw` or `c.sw`: a register of virtio's has four bytes.
static bool is_word_store(uint32_t bits) {
    return (bits & 0x707f) == 0x2023 || (bits & 0xe003) == 0xc000;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
    const size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t index = 0; index < count; ++index) {
        struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        if (is_word_store(bits_of(instruction))) {
            qemu_plugin_register_vcpu_mem_cb(instruction, on_store, CALLBACK_NO_REGISTERS,
                                             MEMORY_WRITE, NULL);
        }
    }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int argc, char** argv) {
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
