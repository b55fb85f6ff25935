// A plugin for QEMU's TCG that types at the guest's console, which is QEMU's standard input: the
// same line again and again, a character whenever the guest is idle, as it is for any human. The
// guest goes on when it has arrived.
//
//   -plugin typist-1.so,mark=N,line=TEXT    from that mark until the next one

#include "main_thread.h"
#include "plugin.h"

#include <unistd.h>

static char line[128];
static unsigned first_mark;
static bool guest_listens;
static int keyboard; // the other end of the standard input

static void on_mark(unsigned cpu, void* data) {
    guest_listens = (uintptr_t)data == first_mark;
}

static void on_idle(unsigned cpu, void* data) {
    static const char* next = line;
    if (guest_listens) {
        if (write(keyboard, next++, 1) != 1) {
            perror("typist");
            exit(1);
        }
        next = *next == '\0' ? line : next;
        wait_for_main_thread();
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb* block) {
    const size_t count = qemu_plugin_tb_n_insns(block);
    for (size_t index = 0; index < count; ++index) {
        struct qemu_plugin_insn* instruction = qemu_plugin_tb_get_insn(block, index);
        const uint32_t bits = bits_of(instruction);
        if (is_mark(bits)) {
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_mark, CALLBACK_NO_REGISTERS,
                                                   (void*)(uintptr_t)mark_of(bits));
        } else if (bits == 0x10500073) { // wfi
            qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_idle, CALLBACK_NO_REGISTERS,
                                                   NULL);
        }
    }
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void* info, int argc, char** argv) {
    int ends[2];
    if (argc != 2 || sscanf(argv[0], "mark=%u", &first_mark) != 1 ||
        sscanf(argv[1], "line=%126[^\n]", line) != 1) {
        fprintf(stderr, "typist: mark= and line= are needed\n");
        return 1;
    }
    strcat(line, "\n");
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0) {
        perror("typist");
        return 1;
    }
    keyboard = ends[1];
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
