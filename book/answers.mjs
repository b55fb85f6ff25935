// The failures of all chapters by what one sees: `answers.md` shows them in this order. A failure is
// named by its chapter and its run, and has its cause in one sentence. What is seen is the first
// console of its page that shows this run; `seen` names another one, as @@ console does, where a
// better one is on the page.

/** In the order in which one looks: { title, answers }. */
export const groups = [
  {
    title: 'It does not build, or does not start',
    answers: {
      '01-boot/constructor': {
        cause: 'A global object has a constructor that would have to run before `main`, and nobody '
          + 'calls such constructors. With `constinit` the compiler demands a constant.',
      },
      '01-boot/low': {
        cause: 'The program is linked to an address where the firmware already is.',
      },
      '04-memory/heap': {
        cause: '`new` calls a function of the C++ library. Below a hypervisor there is none, and no '
          + 'heap.',
      },
      '04-memory/types': {
        cause: 'An address of the guest is given to a function that takes one of the machine.',
      },
      '05-guest-mode/member': {
        cause: 'A new member of `Vcpu` stands before those whose offsets assembly has as numbers.',
      },
    },
  },
  {
    title: 'Nothing is printed, or nothing more',
    answers: {
      '01-boot/halt-first': {
        cause: 'The firmware jumps to the lowest address of the program, and `_start` is not there.',
      },
      '01-boot/stack-below': {
        cause: 'The stack grows down into the code: `__stack_top` is its lower end.',
      },
      '02-printing/nobody': {
        cause: 'The firmware does not know the call and comes back. After the `ecall` there is no '
          + 'instruction.',
      },
      '02-printing/exchanged': {
        cause: 'If a log of the traps has as many calls as ever, the firmware answers another call '
          + 'than the one that was meant: `a6` and `a7` have changed places.',
      },
      '02-printing/dropped': {
        cause: 'If that log has no call of ours, the compiler has dropped each `ecall`, as their '
          + '`asm` is not `volatile`.',
      },
      '03-traps/deep-stack': {
        seen: 'silence "hello from hart" .. "sepc"',
        cause: 'The stack is full. The trap handler goes on with the same `sp`, and traps as well.',
      },
      '04-memory/numbers': {
        cause: 'The program has overwritten its own trap handler. An address of the guest was taken '
          + 'for one of the machine.',
      },
      '07-hypercall/no-own-trap': {
        cause: '`exit_guest` takes a trap of our own for one of the guest, and a small number for '
          + 'the address of the `Vcpu`.',
      },
      '09-linux/cleared': {
        cause: 'The device tree lies where the kernel has its `.bss`, and the kernel has cleared it.',
      },
      '10-sbi/version': {
        cause: 'The SBI says that it is version 0.2, in which there was no restart. The major number '
          + 'stands above the 24 bits of the minor one.',
      },
      '10-sbi/all-harts': {
        cause: 'A base of -1 means all harts. It was taken for the number of a hart.',
      },
      '11-timer/not-cleared': {
        cause: '`VSTIP` is still set when the guest has set its next deadline, so its handler begins '
          + 'again and again.',
      },
      '11-timer/past': {
        cause: 'The clock of the guest is behind that of the firmware, so each deadline is past when '
          + 'the firmware hears of it.',
      },
      '12-mmio/no-x0': {
        cause: 'A load into `x0` was written into our copy of `x0`. The next store of zero stores '
          + 'that value.',
      },
      '13-interrupts/hart-context': {
        seen: 'hart-context "xp /2wx" .. "0c002000"',
        cause: 'The interrupt is enabled for context 0, which is M-mode. The number of a hart is not '
          + 'that of its context.',
      },
      '13-interrupts/no-complete': {
        cause: 'The interrupt was claimed and never completed, so its source stays silent.',
      },
      '13-interrupts/only-set': {
        cause: '`VSEIP` is never cleared. The guest is interrupted whenever it allows it, and does '
          + 'nothing else.',
      },
      '14-virtio-mmio/old-version': {
        cause: 'If a log of the traps has stores at 0x03c and 0x040, and none at 0x080: the device '
          + 'says version 1, and such a device is told of its queue by other registers.',
      },
      '14-virtio-mmio/low-half': {
        cause: 'Only the low half of an address is used. With more memory the high half is not 0.',
      },
      '15-virtio-blk/no-interrupt': {
        cause: 'If a log of the traps has a store at 0x050, and no access at 0x060 after it: the '
          + 'request was served, and the guest was not interrupted.',
      },
    },
  },
  {
    title: 'The same lines come again and again',
    answers: {
      '03-traps/no-align': {
        cause: '`stvec` has kept its old value, as the address of `trap_entry` was no multiple of '
          + 'four.',
      },
    },
  },
  {
    title: 'The hypervisor reports a trap, or panics',
    answers: {
      '03-traps/read-code': {
        cause: 'The handler loads the instruction at `sepc`, and traps where there is none. It '
          + 'reports its own trap.',
      },
      '03-traps/mret': {
        cause: 'Only M-mode may execute `mret`. If `stval` names another instruction, QEMU has made '
          + 'a mistake: believe `pc`.',
      },
      '04-memory/overlap': {
        cause: 'The pool and the stack lie in the same memory. To clear a page was to clear '
          + 'variables of `main`.',
      },
      '04-memory/pointer': {
        cause: 'A symbol of the linker script was declared as a pointer. So its value was read from '
          + 'memory.',
      },
      '04-memory/wide': {
        seen: 'wide "0x80227000" .. "used up"',
        cause: 'The pool has more pages than the number has bits, so page 32 has the bit of page 0.',
      },
      '05-guest-mode/a0-first': {
        cause: '`a0` holds the address of the `Vcpu`, and was not loaded last.',
      },
      '05-guest-mode/no-assert': {
        cause: 'C++ has put `pc` to another offset than the one at which assembly reads it.',
      },
      '06-guest-page-table/no-u': {
        cause: 'The leaf has no `U`, and to stage 2 each access of a guest is one of user mode.',
      },
      '06-guest-page-table/same-page': {
        cause: 'Two pages of the guest lead to one of the machine. The guest has overwritten its own '
          + 'code.',
      },
      '07-hypercall/no-sp': {
        cause: 'The way out of the guest does not load our `sp`, so C++ goes on with that of the '
          + 'guest.',
      },
      '12-mmio/no-restore': {
        cause: 'A trap between exit and entry has cleared SPV. So `sret` led to our own `_start`, '
          + 'with the registers of the guest.',
      },
    },
  },
  {
    title: 'The guest is stopped',
    answers: {
      '07-hypercall/no-x8': {
        cause: 'The way out of the guest does not save `x8`, so a 0 comes back in it.',
      },
      '08-device-tree/any-module': {
        cause: 'The guest was given the file of the disk instead of its program.',
      },
      '09-linux/swapped': {
        cause: 'The kernel lies at a wrong address, because two fields of its header have changed '
          + 'places.',
      },
    },
  },
  {
    title: 'A number or a text is wrong',
    answers: {
      '02-printing/other-hart': {
        cause: '`_start` has used `a0` for itself. The number is an address of our program.',
      },
      '02-printing/dashes': {
        cause: 'The `asm` does not say that the `ecall` changes `a0`, so the letter is loaded only '
          + 'once.',
      },
      '04-memory/table': {
        seen: 'table-dirty "a table at 0x8020a000"',
        cause: 'A page is given away with what was in it before. It has to be cleared.',
      },
      '07-hypercall/no-pc': {
        cause: 'The way out of the guest does not save `sepc`, so 4 is added to an old `pc`.',
      },
      '08-device-tree/no-swap': {
        cause: 'A number of the device tree was read from the wrong end.',
      },
      '08-device-tree/no-size': {
        cause: '`reg` has an address and no size. Whoever reads on takes what comes after it for '
          + 'the size.',
      },
      '09-linux/other-bits': {
        cause: 'In `hideleg`, the interrupts of a guest have the bits 2, 6 and 10. Others do not '
          + 'stay.',
      },
      '10-sbi/in-a1': {
        seen: 'slow "clk:" .. "^@"',
        cause: 'The answer of a legacy call belongs in `a0`. It is in `a1`, and the 0 in `a0` '
          + 'counts as a key.',
      },
      '10-sbi/first-byte': {
        cause: 'The address of a text is checked, and its length is not. What follows the RAM is '
          + 'printed, too.',
      },
      '12-mmio/no-compressed': {
        cause: 'An instruction of two bytes is taken for one of four.',
      },
      '14-virtio-mmio/same-half': {
        cause: 'Whatever the offset in a field, its beginning is returned. So both halves are the '
          + 'same.',
      },
    },
  },
  {
    title: 'Linux complains',
    answers: {
      '11-timer/no-stce': {
        cause: 'The device tree promises `sstc`, and `STCE` in `henvcfg` is 0.',
      },
      '15-virtio-blk/bytes-for-sectors': {
        cause: 'The number of a sector is taken for that of a byte.',
      },
      '15-virtio-blk/entry-for-head': {
        cause: 'The used ring gets the place in the available ring, and wants the first descriptor '
          + 'of the chain.',
      },
    },
  },
  {
    title: 'All seems well',
    answers: {
      '05-guest-mode/no-spp': {
        cause: 'SPP was not set, so the guest is in VU-mode. Its first fault looks the same.',
      },
      '06-guest-page-table/misplaced-root': {
        seen: 'misplaced-root-strict "strict:"',
        cause: 'The root of stage 2 has to lie at a multiple of 16 KiB. QEMU takes any page.',
      },
      '06-guest-page-table/no-fence': {
        cause: 'An entry of stage 2 was stored, and no `hfence.gvma` came after it. QEMU needs none.',
      },
      '10-sbi/fenceless': {
        cause: 'A remote fence is promised, answers success, and does nothing.',
      },
      '12-mmio/no-bit-0': {
        cause: 'A pseudoinstruction in `htinst` is taken for an instruction of the guest.',
      },
      '13-interrupts/always-on': {
        seen: 'always-on-strict "stood at"',
        cause: 'Nobody takes the line of the UART down. The PLIC of QEMU does not look at it again.',
      },
      '14-virtio-mmio/always-ok': {
        cause: 'The device agrees to features that it has not offered. Only a bad driver shows it.',
      },
      '15-virtio-blk/early-index': {
        cause: 'The index of the used ring is stored before the entry. Only a second hart could see '
          + 'that.',
      },
    },
  },
];

/** Patches that are tried in a chapter and are no mistakes: nothing goes wrong with them. */
export const trials = ['02-printing/hello', '04-memory/several', '06-guest-page-table/table',
  '10-sbi/wake', '10-sbi/say', '12-mmio/look'];
