// QEMU's log of the code that it has translated (-d in_asm): what has been executed, at least once.

const line = /^0x([0-9a-f]+): +([0-9a-f]{4,8}) /gm;

/** The instructions of a log, in the order in which they came first: { pc, code }, pc as BigInt. */
export const readCode = (log) => [...log.matchAll(line)]
  .map(([, pc, code]) => ({ pc: BigInt(`0x${pc}`), code: Number.parseInt(code, 16) }));

const isFence = (funct7) => ({ code }) => ((code & 0xfe00_7fff) >>> 0) === funct7 * 2 ** 25 + 0x73;

/** Whether an instruction is that fence (Privileged spec 18.3.2). */
export const isHfenceGvma = isFence(0x31);
export const isHfenceVvma = isFence(0x11);

/** Whether an instruction writes the CSR with that number: csrrw, csrrs, csrrc and csrrwi. */
export const isWriteOf = (number) => ({ code }) =>
  (code & 0x7f) === 0x73 && (code >>> 20) === number && [1, 2, 3, 5].includes(code >>> 12 & 7);
