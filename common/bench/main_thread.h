// QEMU's main thread does what devices do for which something on this machine is needed. It is
// awake from the moment on at which there is such a thing, and sleeps again when there is no other
// left.

#pragma once

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool main_thread_sleeps(void) {
    char state = 0;
    FILE* status = fopen("/proc/self/stat", "r"); // that of the main thread
    if (status == NULL || fscanf(status, "%*d (%*[^)]) %c", &state) != 1) {
        perror("/proc/self/stat");
        exit(1);
    }
    fclose(status);
    return state == 'S';
}

// To be called by the thread that executes the guest's instructions.
static void wait_for_main_thread(void) {
    while (!main_thread_sleeps()) {
    }
}
