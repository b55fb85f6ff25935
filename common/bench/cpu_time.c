// A plugin for QEMU's TCG that says how much time of this machine's processors QEMU has taken until
// each mark of the guest's. It counts nothing, so that QEMU is as fast as without it.
//
//   -plugin cpu_time-1.so,out=FILE

#include "plugin.h"

#include <stdio.h>
#include <time.h>

static FILE* out;

static void on_mark(unsigned cpu, void* data) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time); // of all threads
    fprintf(out, "{\"mark\": %d, \"seconds\": %lld.%09ld}\n", (int)(intptr_t)data,
            (long long)time.tv_sec, time.tv_nsec);
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
    const size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t index = 0; index < count; ++index) {
        struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        const uint32_t bits = bits_of(instruction);
        if (is_mark(bits)) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark, CALLBACK_NO_REGISTERS,
                                                   (void*)(intptr_t)mark_of(bits));
        }
    }
}

static void on_end(qemu_plugin_id_t id, void* data) {
    fclose(out);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int argc, char** argv) {
    out = argc == 1 && strncmp(argv[0], "out=", 4) == 0 ? fopen(argv[0] + 4, "w") : NULL;
    if (out == NULL) {
        fprintf(stderr, "cpu_time: out= has to name a file that can be written\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_end, NULL);
    return 0;
}
