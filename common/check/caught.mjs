// A machine that stops at the guest's first exception, whatever the hypervisor would do with it, on
// any step: its registers, the guest's too, and the table of the second stage.
import { Failure, require, shown } from './failure.mjs';
import { readTable, translate } from './stage2.mjs';

/** The integer registers, as people and the stub call them; x8 has two names. */
export const integerRegisters = ('ra sp gp tp t0 t1 t2 fp s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 '
  + 's6 s7 s8 s9 s10 s11 t3 t4 t5 t6').split(' ');
/** The guest's CSRs. */
export const guestCsrs = 'vsatp vsstatus vstvec vsscratch vsepc vscause vstval'.split(' ');

const entry = 0x8020_0000n;
const ram = [0x8020_0000n, 0x8800_0000n]; // of a machine with 128 MiB, without the firmware's

/** Waits until the firmware has stopped the machine, with all as it was, or until the end. */
async function isCaught(machine) {
  await machine.until(/^caught$/m);
  for (;;) {
    const { pc, mscratch } = await machine.registers();
    if (pc === undefined || mscratch === 1n) {
      return pc !== undefined;
    }
  }
}

async function look(machine) {
  if (!await isCaught(machine)) {
    return undefined;
  }
  const stub = await machine.stub();
  const registers = {};
  for (const name of ['mstatus', 'mcause', 'mepc', 'hgatp', ...guestCsrs, ...integerRegisters]) {
    registers[name] = await stub.register(name);
  }
  try {
    const table = await readTable(stub, registers.hgatp);
    const program = translate(table, entry);
    return {
      registers, table,
      program: program && { address: program, content: await stub.memory(program, 16) },
    };
  } catch (error) {
    return { registers, fault: error.message };
  }
}

/** The boot; the guest's first instruction is a call. */
export const caught = {
  guest: 'first.S', firmware: 'firmware.S',
  values: (any) => ({
    hart: 0, dirt: 2 * any.number(2 ** 20, 2 ** 30), mark: any.number(2 ** 20, 2 ** 31),
  }),
  drive: look, isEnough: true,
};

/** What was there when the guest had its first exception. */
export function expectCaught(run) {
  if (run.seen === undefined) {
    throw new Failure('the guest comes to its first exception', ['no guest was entered']);
  }
  return run.seen;
}

/** The same, with its table. */
export function expectTable(run) {
  const { fault, ...seen } = expectCaught(run);
  if (fault !== undefined) {
    throw new Failure('all addresses in the table are addresses of memory', [fault]);
  }
  const { root, mode } = seen.table;
  require(root >= ram[0] && root < ram[1], `hgatp leads to a root in RAM, from ${
    shown(ram[0])} to ${shown(ram[1])}`, `mode ${mode}, and a root at ${shown(root)}`);
  return seen;
}
