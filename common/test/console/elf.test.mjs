// ELF files as kernels: what their headers say of addresses, .bss and the entry holds in the guest,
// at every start of it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { bootTest, built, endsWell, scratchDirectory } from '../machine.mjs';

const scratch = scratchDirectory('elf');
const suffix = process.env.LLVM_SUFFIX ?? '-19';

/**
 * A guest that reports whether it runs at `expected` and finds its .bss zero. Then it soils that,
 * and reboots once: a word of RAM that no file fills counts.
 */
const reporter = (expected) => `
    ebreak                      // the first byte is no entry
    .org    64
    .global _start
_start:
    lla     t0, _start
    ld      t1, where
    lla     s0, elsewhere
    bne     t0, t1, print
    ld      t1, word
    lla     s0, soiled
    bnez    t1, print
    lla     s0, right
print:
    lbu     a0, (s0)
    beqz    a0, 1f
    li      a7, 1               // legacy console_putchar
    ecall
    addi    s0, s0, 1
    j       print
1:  lla     t0, word
    sd      t0, (t0)
    li      t0, 0x42000000
    slli    t0, t0, 1
    ld      t1, (t0)
    bnez    t1, off
    sd      t0, (t0)
    li      a7, 0x53525354      // SRST: a cold reboot
    li      a6, 0
    li      a0, 1
    li      a1, 0
    ecall
off:
    li      a7, 8               // legacy shutdown
    ecall

    .balign 8
where:
    .dword  ${expected}
right:
    .asciz  "guest: right\\n"
soiled:
    .asciz  "guest: .bss is not zero\\n"
elsewhere:
    .asciz  "guest: this is elsewhere\\n"
    .bss
    .space  40000
    .balign 8
word:
    .space  8
`;

/** Links `input` for virtual addresses from `virtual` on, and physical ones from `physical` on. */
function link(name, input, virtual, physical) {
  const script = path.join(scratch, `${name}.ld`);
  const elf = path.join(scratch, `${name}.elf`);
  fs.writeFileSync(script, `ENTRY(_start)
SECTIONS {
  .text ${virtual} : AT(${physical}) { *(.text*) }
  .bss ALIGN(4096) : { *(.bss*) }
  /DISCARD/ : { *(.riscv.attributes) }
}
expected = ${physical} + 64;
`);
  execFileSync(`clang${suffix}`, ['--target=riscv64-linux-gnu', '-march=rv64imac', '-mabi=lp64',
    '-nostdlib', '-static', '-fuse-ld=lld', '-Wl,--build-id=none', `-Wl,-T,${script}`, input,
    '-o', elf]);
  return elf;
}

/** That the guest is right at its first start and at its second. */
async function isRightTwice(boot, variables) {
  const machine = boot({ variables: { DISK: '', ...variables } });
  await machine.expect('guest: right\n');
  await machine.expect('the guest reboots');
  await machine.expect('guest: right\n');
  await endsWell(machine);
}

const source = path.join(scratch, 'reporter.S');
fs.writeFileSync(source, reporter('expected'));
const places = {
  'where a flat kernel starts': ['0x80200000', '0x80200000'],
  'above that': ['0x80400000', '0x80400000'],
  'below that': ['0x80000040', '0x80000040'],
  'at other addresses than it sees': ['0xffffffff80000000', '0x80300000'],
};
for (const [where, [virtual, physical]] of Object.entries(places)) {
  const elf = link(`at-${physical}`, source, virtual, physical);
  bootTest(`an ELF kernel ${where}`, (boot) => isRightTwice(boot, { KERNEL: elf }));
}

bootTest('an ELF kernel that begins as a Linux Image, and has no place', async (boot) => {
  const elf = link('image', path.join(built, 'guests', 'image.o'), '0xffffffff80000000', '0');
  const machine = boot({ variables: { KERNEL: elf, DISK: '' } });
  await machine.expect('guest: 0x1 checks, 0x0 failed\n');
  await endsWell(machine);
});

bootTest('a small guest with an entry and a .bss', async (boot) => {
  const guest = path.join(scratch, 'small.S');
  fs.writeFileSync(guest, reporter('_start'));
  await isRightTwice(boot, { GUEST: guest });
});

bootTest('an ELF kernel without room for a header', async (boot) => {
  const elf = link('no-room', source, '0x80000000', '0x80000000');
  const machine = boot({ variables: { KERNEL: elf, DISK: '' } });
  assert.notEqual((await machine.end()).status, 0);
  assert.match(machine.errors, /^run: .*no-room\.elf: it begins where RAM does.*0x80200000/m);
  assert.doesNotMatch(machine.output, /OpenSBI/);
});
