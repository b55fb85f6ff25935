// The terms of the book. A page introduces a term where it has it in italics, and /glossary/ leads
// there. book/lib/terms.mjs finds what is wrong with their use. Of each term:
//
//   is             what it is, in one sentence. Without it, the sentence that introduces the term
//                  is shown; so that has to stand alone.
//   forms          what else it is called, besides the plural
//   specification  the specification's word where ours differs, and where that stands
//   isTechnical    it says nothing to somebody who has not met it, so no page may use it before it
//                  is introduced
//   early          the pages that may, each with the reason

export const glossary = {
  'access fault': {
    is: 'An access fault says that there is no memory and no device at an address, or that it is '
      + 'closed to the mode that the hart is in.',
    forms: ['instruction access fault'],
    isTechnical: true,
  },
  AMO: {
    is: 'An AMO, atomic memory operation, loads and stores in one instruction.',
    isTechnical: true,
  },
  'available ring': { specification: 'driver area (virtio 1.2, 2.6)', isTechnical: true },
  Bare: {
    is: 'Bare is the mode of `hgatp` or `satp` in which the hart translates no address.',
    isTechnical: true,
  },
  'big-endian': { is: 'In a big-endian number, the first byte counts most.', isTechnical: true },
  bus: {
    is: 'The bus is the list of the guest\'s devices, each with the addresses at which it lies.',
  },
  cell: {
    is: 'A cell is a number of 32 bits in the value of a property; a value may have several.',
  },
  chain: { forms: ['descriptor chain'] },
  claim: {
    is: 'A claim asks the PLIC which source interrupts: it is a load, whose answer is the '
      + 'source\'s number.',
  },
  completion: {
    is: 'A completion tells the PLIC that an interrupt has been served: it is a store of the '
      + 'source\'s number.',
  },
  'compressed instruction': { forms: ['compressed'], isTechnical: true },
  configuration: {
    is: 'The configuration of a virtio device is what its driver must know of it, such as the '
      + 'size of a disk.',
  },
  context: {
    is: 'A context of the PLIC is one hart in one mode, with registers of its own for what may '
      + 'interrupt there.',
  },
  CSR: {
    is: 'CSRs, control and status registers, hold a hart\'s own state, such as where a trap leads '
      + 'and what has caused the last one.',
    isTechnical: true,
  },
  deadline: { isTechnical: true },
  'debug console': { isTechnical: true },
  delegation: {
    is: 'A delegated trap does not go to the mode that could have it, but to one with fewer '
      + 'rights: a bit for each cause says so.',
    forms: ['delegate', 'delegated'],
    isTechnical: true,
  },
  descriptor: { isTechnical: true },
  device: {
    is: 'In virtio, the device is the hypervisor\'s side: it does what the driver asks for.',
  },
  'device tree': {
    is: 'The device tree describes a machine to the system that starts on it: its memory, its '
      + 'harts, its devices.',
    isTechnical: true,
  },
  driver: { is: 'In virtio, the driver is the guest\'s side: it asks the device.' },
  ELF: {
    is: 'ELF is the format of the programs that the linker writes: pieces, the addresses where '
      + 'they belong, and the names in them.',
    isTechnical: true,
  },
  emulation: {
    is: 'Emulation is to do in software what a device\'s register would have done, at each access '
      + 'that faults.',
    forms: ['emulate', 'emulated'],
    isTechnical: true,
  },
  entry: {
    is: 'An entry is one of the 512 numbers in a page table: it leads to memory, to another '
      + 'table, or nowhere.',
    forms: ['entries'],
    specification: 'page-table entry, PTE (Privileged spec 10.3)',
  },
  'environment call': {
    is: 'The instruction `ecall` makes an environment call: a trap that is wanted, to ask for a '
      + 'service of whoever handles it.',
    isTechnical: true,
  },
  exception: {},
  exit: {
    is: 'At an exit the hart stops the guest and goes on in HS-mode, in the hypervisor.',
    specification: 'trap into HS-mode (Privileged spec 18.6.2)',
    isTechnical: true,
  },
  'extension ID': {
    is: 'The extension ID, in `a7`, says to which group of the SBI\'s calls a call belongs.',
    isTechnical: true,
  },
  'external interrupt': {
    is: 'An external interrupt is one from a device, which reaches the hart through the PLIC.',
    isTechnical: true,
  },
  feature: {
    is: 'A feature is one ability of a virtio device: the device offers it, the driver accepts it.',
  },
  fence: {
    is: 'A fence puts in order what the hart might reorder: reads and writes before it come '
      + 'before those after it; `hfence` and `sfence` do so for page tables, and drop translations '
      + 'that the hart keeps.',
    isTechnical: true,
  },
  FIFO: { is: 'The FIFO is a queue of 16 bytes in the UART.', isTechnical: true },
  firmware: {
    is: 'The firmware is the software that prepares a machine and starts the system on it; it '
      + 'stays in memory and answers calls.',
    specification: 'supervisor execution environment, SEE (SBI 2.0, chapter 1)',
  },
  'function ID': {
    is: 'The function ID, in `a6`, says which call of its group a call of the SBI is.',
    isTechnical: true,
  },
  gateway: {
    is: 'A gateway is the end of a device\'s line in the PLIC: it lets no second interrupt '
      + 'through before the first is complete.',
    isTechnical: true,
  },
  guest: { is: 'The guest is the system that runs in the machine that a hypervisor makes.' },
  'guest-loader': {
    is: 'QEMU\'s guest-loader copies a file into the machine\'s memory before the hart starts, '
      + 'and says in the device tree where it lies.',
    isTechnical: true,
  },
  'guest-page fault': {
    is: 'A guest-page fault says that stage 2 does not allow a fetch, a load or a store of the '
      + 'guest; it always goes to the hypervisor.',
    forms: ['instruction guest-page fault'],
    isTechnical: true,
  },
  'guest-physical': {
    is: 'A guest-physical address is one that the guest takes for physical; stage 2 translates it.',
    isTechnical: true,
  },
  'guest-virtual': {
    is: 'A guest-virtual address is one that the guest\'s own page table translates, if it has '
      + 'turned that on.',
    specification: 'original virtual address (Privileged spec 18.5)',
    isTechnical: true,
  },
  hart: { isTechnical: true },
  host: { is: 'The host is the machine that the hypervisor runs on.' },
  'host-physical': {
    is: 'A host-physical address is one of the real machine\'s memory.',
    specification: 'supervisor physical address (Privileged spec 18.5)',
    isTechnical: true,
  },
  'HS-mode': {
    is: 'HS-mode is S-mode on a hart with the hypervisor extension, outside of a guest: the '
      + 'hypervisor runs there.',
    isTechnical: true,
  },
  hypercall: {
    is: 'A hypercall is a call of the guest to its firmware, which is the hypervisor.',
    specification: 'environment call from VS-mode (Privileged spec 18.6.1)',
    isTechnical: true,
  },
  hypervisor: {
    is: 'A hypervisor gives an operating system a machine of its own, made of software and of '
      + 'parts of the real machine.',
  },
  'hypervisor extension': {
    is: 'The hypervisor extension of a hart adds the modes of guests, with their CSRs, and a '
      + 'second translation of addresses.',
    isTechnical: true,
  },
  initrd: { isTechnical: true },
  interrupt: {},
  IPI: {
    is: 'An IPI, inter-processor interrupt, is the request that another hart take a software '
      + 'interrupt.',
    isTechnical: true,
  },
  label: { is: 'In assembly, a label is a name for the address of what follows it.' },
  leaf: { isTechnical: true },
  legacy: {
    is: 'The legacy calls are the oldest of the SBI, each with an extension ID of its own; they '
      + 'are deprecated.',
  },
  level: {
    is: 'An interrupt that is a level is no event: it is there as long as the device wants '
      + 'something.',
  },
  line: {
    is: 'A line leads from a device to the PLIC, and is high as long as the device wants '
      + 'something.',
  },
  'linker script': {
    is: 'The linker script says in which order the sections of a program lie in memory, and at '
      + 'which addresses.',
    isTechnical: true,
  },
  'M-mode': {
    is: 'M-mode, machine mode, is where a hart begins and where everything is allowed; the '
      + 'firmware runs there.',
    forms: ['machine mode'],
    isTechnical: true,
  },
  megapage: {
    is: 'A megapage is the 2 MiB of memory that a leaf in the second table of a walk names.',
    isTechnical: true,
  },
  MMIO: {
    is: 'MMIO, memory-mapped I/O, gives a device\'s registers addresses: each load and store '
      + 'there does something.',
    forms: ['memory-mapped I/O'],
    isTechnical: true,
  },
  mode: {},
  module: {
    is: 'A module is a file that QEMU has loaded into memory and listed in the device tree, under '
      + '`chosen`.',
  },
  monitor: {
    is: 'QEMU\'s monitor is a command line that looks into the machine while it runs; Ctrl-A c '
      + 'leads there and back.',
  },
  node: { is: 'A node of a device tree describes one part of the machine.' },
  OpenSBI: {
    is: 'OpenSBI is the firmware on QEMU\'s machine: it starts us, and answers the calls of the '
      + 'SBI.',
    isTechnical: true,
  },
  page: { is: 'A page is 4 KiB of memory that begin at a multiple of 4 KiB.' },
  'page walk': {
    is: 'The page walk is how a hart translates an address: from the root through table after '
      + 'table, up to a leaf.',
    isTechnical: true,
  },
  panic: { is: 'A panic prints what is wrong and ends the run, since nothing can go on.' },
  pending: {
    is: 'A pending interrupt has been asked for, and is taken as soon as it is enabled.',
    isTechnical: true,
  },
  phandle: {
    is: 'A phandle is the number of a node of the device tree, by which other nodes point to it.',
    isTechnical: true,
  },
  'physical memory protection': {
    is: 'Physical memory protection, PMP, lets M-mode close ranges of addresses to all other '
      + 'modes.',
    isTechnical: true,
  },
  PLIC: {
    is: 'The PLIC, platform-level interrupt controller, decides which device\'s interrupt reaches '
      + 'which hart.',
    isTechnical: true,
  },
  pool: { is: 'The pool is the memory from which the hypervisor takes the pages of its tables.' },
  probe: {
    is: 'A guest probes for an extension of the SBI: it asks whether it is there.',
    forms: ['probing'],
    isTechnical: true,
  },
  property: {
    is: 'A property of a node in a device tree has a name and a value.',
    forms: ['properties'],
  },
  pseudoinstruction: {
    is: 'In `htinst`, a pseudoinstruction stands for the hart\'s own read or write of the '
      + 'guest\'s page table.',
    isTechnical: true,
  },
  'remote fence': {
    is: 'A remote fence is a call of the SBI that lets other harts execute a fence.',
    isTechnical: true,
  },
  'root page table': {
    is: 'The root page table is the first that a page walk reads; that of stage 2 takes 16 KiB.',
    forms: ['root'],
  },
  'S-mode': {
    is: 'S-mode, supervisor mode, is the mode of operating systems.',
    forms: ['supervisor mode'],
    isTechnical: true,
  },
  SBI: {
    is: 'The SBI, supervisor binary interface, is the list of calls by which S-mode asks the '
      + 'firmware.',
    isTechnical: true,
  },
  section: {},
  'software interrupt': {
    is: 'A software interrupt comes from no device: one hart asks for it, to interrupt another or '
      + 'itself.',
    isTechnical: true,
  },
  source: { is: 'A source is the number of a device\'s line at the PLIC.' },
  'split virtqueue': {
    is: 'A split virtqueue is a table of buffers, a ring that only the driver writes, and a ring '
      + 'that only the device writes.',
    isTechnical: true,
  },
  SPP: {
    is: 'SPP, supervisor previous privilege, says whether a trap came from a supervisor or from a '
      + 'program; `sret` goes back there.',
    isTechnical: true,
  },
  SPV: {
    is: 'SPV, supervisor previous virtualization, says whether a trap came from a guest; `sret` '
      + 'goes back there.',
    isTechnical: true,
  },
  Sstc: {
    is: 'Sstc is an extension of a hart that gives the supervisor and the guest a deadline each, '
      + 'without a call.',
    isTechnical: true,
  },
  'stage 2': {
    is: 'Stage 2 is the translation of guest-physical addresses by a table of the hypervisor, '
      + 'which so decides what memory a guest has.',
    forms: ['second-stage'],
    specification: 'G-stage address translation (Privileged spec 18.5)',
    isTechnical: true,
  },
  'strict machine': {
    is: 'The strict machine is our own model of the machine: it ends a run for what real hardware '
      + 'may punish.',
    isTechnical: true,
  },
  'Sv39': { isTechnical: true },
  'Sv39x4': {
    is: 'Sv39x4 is the form of page table that we use for stage 2: three levels like Sv39, with a '
      + 'root four times as large.',
    isTechnical: true,
  },
  TLB: {
    is: 'The TLB, translation lookaside buffer, is where a hart keeps translations that it has '
      + 'found.',
    specification: 'address-translation cache (Privileged spec 10.2.1)',
    isTechnical: true,
  },
  token: { is: 'A token is a number that says what follows in a device tree, such as a property.' },
  'transformed instruction': {
    is: 'The transformed instruction in `htinst` is the one that trapped, without its offset.',
    forms: ['transformed'],
    specification: 'transformed standard instruction (Privileged spec 18.6.3)',
    isTechnical: true,
  },
  trap: {
    is: 'A hart traps when it stops what it does and goes on at an address that was set before, '
      + 'in a mode that may handle it.',
    forms: ['trapped', 'trapping'],
  },
  'trap vector': {
    is: 'The trap vector is the address at which a hart goes on after a trap, as `stvec` has it.',
    isTechnical: true,
  },
  'type-1': { isTechnical: true },
  'U-mode': {
    is: 'U-mode, user mode, is the mode of programs outside of guests.',
    forms: ['user mode'],
    isTechnical: true,
  },
  UART: {
    is: 'A UART, universal asynchronous receiver-transmitter, is a device that sends and receives '
      + 'one byte after the other over a wire.',
    isTechnical: true,
  },
  'used ring': {
    is: 'In the used ring the device gives chains back, and says of each how many bytes it has '
      + 'written.',
    specification: 'device area (virtio 1.2, 2.6)',
    isTechnical: true,
  },
  vCPU: {
    is: 'A vCPU, virtual CPU, is the object that stands for a hart of the guest: it has the '
      + 'guest\'s registers while the guest does not run.',
    specification: 'virtual hart (Privileged spec 18.2.4)',
    isTechnical: true,
  },
  virtio: { isTechnical: true },
  virtqueue: {
    is: 'A virtqueue lies in the guest\'s memory: requests of a driver wait there, and go back '
      + 'answered.',
    isTechnical: true,
  },
  'virtual-instruction exception': {
    is: 'A virtual-instruction exception stops a guest at an instruction that it may not execute, '
      + 'but the hypervisor may.',
    forms: ['virtual-instruction', 'virtual instruction'],
    isTechnical: true,
  },
  VMID: {
    is: 'The VMID, virtual machine identifier, is the number by which a hart tells guests apart.',
    isTechnical: true,
  },
  'VS CSR': { isTechnical: true },
  'VS-mode': {
    is: 'VS-mode, virtual supervisor mode, is the mode of a guest\'s kernel.',
    isTechnical: true,
  },
  'VU-mode': { is: 'VU-mode is the mode of a guest\'s programs.', isTechnical: true },
  WARL: {
    is: 'Into a WARL field anything may be written, and what is read back is legal.',
    isTechnical: true,
  },
  'world switch': {
    is: 'The world switch is the way into a guest and the way out of it: all registers change '
      + 'hands.',
    isTechnical: true,
  },
};
