// What the book quotes, each once: a page has `@@ quote NAME`. The words are those of the document,
// which /specifications/ names with its edition; what is left out is […].

/** The documents by a short name: how pages cite them, and the licence under which they are. */
export const documents = {
  privileged: { name: 'Privileged spec', licence: 'CC BY 4.0' },
  unprivileged: { name: 'Unprivileged spec', licence: 'CC BY 4.0' },
  sbi: { name: 'SBI 2.0', licence: 'CC BY 4.0' },
  virtio: { name: 'virtio 1.2', licence: 'OASIS IPR Policy' },
  plic: { name: 'PLIC spec', licence: 'CC BY 4.0' },
  devicetree: { name: 'Devicetree spec', licence: 'Apache-2.0' },
  linux: { name: 'Linux', licence: 'GPL-2.0' },
};

/** By name: the document, the section (`18.6.2`, `chapter 18`, or a title), the words. */
export const quotations = {
  'hs-mode': {
    document: 'privileged', section: 'chapter 18',
    text: 'The hypervisor extension changes supervisor mode into hypervisor-extended supervisor mode '
      + '(HS-mode […]), where a hypervisor or a hosting-capable operating system runs. […] HS-mode '
      + 'acts the same as S-mode, but with additional instructions and CSRs […]',
  },
  'trap-default': {
    document: 'privileged', section: '3.1.8',
    text: 'By default, all traps at any privilege level are handled in machine mode, though a '
      + 'machine-mode handler can redirect traps back to the appropriate level with the MRET '
      + 'instruction […].',
  },
  'trap-delegated': {
    document: 'privileged', section: '3.1.8',
    text: 'When a trap is delegated to S-mode, the `scause` register is written with the trap cause; '
      + 'the `sepc` register is written with the virtual address of the instruction that took the '
      + 'trap; the `stval` register is written with an exception-specific datum; […]',
  },
  'stvec-alignment': {
    document: 'privileged', section: '10.1.2',
    text: '[…] the address must be 4-byte aligned, and MODE settings other than Direct might impose '
      + 'additional alignment constraints on the value in the BASE field.',
  },
  'stval-illegal': {
    document: 'privileged', section: '10.1.9',
    text: 'If `stval` is written with a nonzero value when an illegal-instruction exception '
      + 'occurs, then `stval` will contain the shortest of: the actual faulting instruction […]',
  },
  'trap-entry': {
    document: 'privileged', section: '18.6.2',
    text: 'When a trap is taken into HS-mode, virtualization mode V is set to 0, and `hstatus`.SPV '
      + 'and `sstatus`.SPP are set […]. A trap into HS-mode also writes field GVA in `hstatus`, '
      + 'fields SPIE and SIE in `sstatus`, and CSRs `sepc`, `scause`, `stval`, `htval`, and '
      + '`htinst`.',
  },
  'sbi-of-the-hypervisor': {
    document: 'privileged', section: 'chapter 18',
    text: 'An HS-mode hypervisor is expected to implement the SBI for its VS-mode guest.',
  },
  'sbi-registers': {
    document: 'sbi', section: 'chapter 3',
    text: 'All registers except `a0` & `a1` must be preserved across an SBI call by the callee.',
  },
  'ecall-epc': {
    document: 'privileged', section: '3.3.1',
    text: 'ECALL and EBREAK cause the receiving privilege mode’s `epc` register to be set to the '
      + 'address of the ECALL or EBREAK instruction itself, *not* the address of the following '
      + 'instruction.',
  },
  ecall: {
    document: 'privileged', section: '3.3.1',
    text: 'The ECALL instruction is used to make a request to the supporting execution environment. '
      + '[…] it generates an environment-call-from-U-mode exception, environment-call-from-S-mode '
      + 'exception, or environment-call-from-M-mode exception, respectively, and performs no other '
      + 'operation.',
  },
  'reset-returns': {
    document: 'sbi', section: '10.1',
    text: 'This is a synchronous call and does not return if it succeeds.',
  },
  'sbi-whole': {
    document: 'sbi', section: 'chapter 1',
    text: 'SBI extensions as a whole are optional and cannot be partially implemented unless an SBI '
      + 'extension defines a mechanism to discover implemented SBI functions.',
  },
  'sbi-unsupported': {
    document: 'sbi', section: 'chapter 3',
    text: 'An `ECALL` with an unsupported SBI extension ID (*EID*) or an unsupported SBI function ID '
      + '(*FID*) must return the error code `SBI_ERR_NOT_SUPPORTED`.',
  },
  'sbi-all-harts': {
    document: 'sbi', section: '3.1',
    text: '`hart_mask_base` can be set to `-1` to indicate that `hart_mask` shall be ignored and all '
      + 'available harts must be considered.',
  },
  'sbi-shared-memory': {
    document: 'sbi', section: '3.2',
    text: 'The SBI implementation MUST check that the supervisor-mode software is allowed to access '
      + 'the specified physical memory range with the access type requested (read and/or write).',
  },
  'sbi-legacy-mask': {
    document: 'sbi', section: '5.5',
    text: '`hart_mask` is a virtual address that points to a bit-vector of harts.',
  },
  'hfence-vvma': {
    document: 'privileged', section: '18.3.2',
    text: 'HFENCE.VVMA is valid only in M-mode or HS-mode. Its effect is much the same as temporarily '
      + 'entering VS-mode and executing SFENCE.VMA.',
  },
  sret: {
    document: 'privileged', section: '18.6.4',
    text: '[…] SRET first determines what the new privilege mode will be according to the values in '
      + '`hstatus`.SPV and `sstatus`.SPP […]. SRET then sets `hstatus`.SPV=0, and in `sstatus` sets '
      + 'SPP=0, SIE=SPIE, and SPIE=1. Lastly, SRET sets the privilege mode as previously '
      + 'determined, and sets `pc`=`sepc`.',
  },
  'vs-csrs': {
    document: 'privileged', section: '18.2',
    text: 'When V=1, the VS CSRs substitute for the corresponding supervisor CSRs, taking over all '
      + 'functions of the usual supervisor CSRs except as specified otherwise. Instructions that '
      + 'normally read or modify a supervisor CSR shall instead access the corresponding VS CSR.',
  },
  'hgatp-bare': {
    document: 'privileged', section: '18.2.10',
    text: 'When MODE=Bare, guest physical addresses are equal to supervisor physical addresses, and '
      + 'there is no further memory protection for a guest virtual machine beyond the physical '
      + 'memory protection scheme […].',
  },
  'no-discovery': {
    document: 'virtio', section: '4.2.1',
    text: 'Unlike PCI, MMIO provides no generic device discovery mechanism. For each device, the '
      + 'guest OS will need to know the location of the registers and interrupt(s) used.',
  },
  'register-width': {
    document: 'virtio', section: '4.2.2.2',
    text: 'The driver MUST only use 32 bit wide and aligned reads and writes to access the control '
      + 'registers […]. For the device-specific configuration space, the driver MUST use […] 32 bit '
      + 'wide and aligned accesses for 32 and 64 bit wide fields.',
  },
  'version-1': {
    document: 'virtio', section: '6.2',
    text: 'A device MUST offer VIRTIO_F_VERSION_1. A device MAY fail to operate further if '
      + 'VIRTIO_F_VERSION_1 is not accepted.',
  },
  'features-ok': {
    document: 'virtio', section: '2.2.2',
    text: 'The device SHOULD accept any valid subset of features the driver accepts, otherwise it '
      + 'MUST fail to set the FEATURES_OK `device status` bit when the driver writes it.',
  },
  'needs-reset': {
    document: 'virtio', section: '2.1.2',
    text: 'The device SHOULD set DEVICE_NEEDS_RESET when it enters an error state that a reset is '
      + 'needed. If DRIVER_OK is set, after it sets DEVICE_NEEDS_RESET, the device MUST send a '
      + 'device configuration change notification to the driver.',
  },
  capacity: {
    document: 'virtio', section: '5.2.4',
    text: 'The `capacity` of the device (expressed in 512-byte sectors) is always present.',
  },
  'virtqueue-parts': {
    document: 'virtio', section: '2.7',
    text: '[…] each part is write-able by either the driver or the device, but not both.',
  },
  'available-idx': {
    document: 'virtio', section: '2.7.13.3',
    text: 'Once available `idx` is updated by the driver, this exposes the descriptor and its '
      + 'contents.',
  },
  'descriptor-arrangement': {
    document: 'virtio', section: '2.7.4.1',
    text: 'The device MUST NOT make assumptions about the particular arrangement of descriptors.',
  },
  'used-len': {
    document: 'virtio', section: '2.7.8.2',
    text: 'The device MUST set `len` prior to updating the used `idx`.',
  },
  'tree-cells': {
    document: 'devicetree', section: '2.3.5',
    text: 'The *#address-cells* and *#size-cells* properties are not inherited from ancestors in the '
      + 'devicetree. They shall be explicitly defined.',
  },
  'tree-header': {
    document: 'devicetree', section: '5.2',
    text: 'All the header fields are 32-bit integers, stored in big-endian format.',
  },
  'table-alignment': {
    document: 'privileged', section: '10.4.1',
    text: 'A page table is exactly the size of a page and must always be aligned to a page boundary.',
  },
  'root-alignment': {
    document: 'privileged', section: '18.5.1',
    text: 'Matching its larger size, the root page table also must be aligned to a 16 KiB boundary '
      + 'instead of the usual 4 KiB page boundary.',
  },
  'two-stages': {
    document: 'privileged', section: '18.5',
    text: '[…] the original virtual address is converted in the first stage by VS-level address '
      + 'translation, as controlled by the `vsatp` register, into a *guest physical address*. The '
      + 'guest physical address is then converted in the second stage […], as controlled by the '
      + '`hgatp` register, into a supervisor physical address.',
  },
  'wider-root': {
    document: 'privileged', section: '18.5.1',
    text: 'In each case, the size of the incoming address is widened by 2 bits (to 34, 41, 50, or 59 '
      + 'bits). To accommodate the 2 extra bits, the root page table (only) is expanded by a factor '
      + 'of four to be 16 KiB instead of the usual 4 KiB.',
  },
  'user-level': {
    document: 'privileged', section: '18.5.1',
    text: 'For G-stage address translation, all memory accesses (including those made to access data '
      + 'structures for VS-stage address translation) are considered to be user-level accesses, as '
      + 'though executed in U-mode.',
  },
  'high-bits': {
    document: 'privileged', section: '18.5.1',
    text: 'Address bits 63:41 must all be zeros, or else a guest-page-fault exception occurs.',
  },
  'hgatp-ppn': {
    document: 'privileged', section: '18.2.10',
    text: '[…] In these modes, the lowest two bits of the physical page number (PPN) in `hgatp` always '
      + 'read as zeros.',
  },
  'hgatp-order': {
    document: 'privileged', section: '18.2.10',
    text: 'Note that writing `hgatp` does not imply any ordering constraints between page-table '
      + 'updates and subsequent G-stage address translations.',
  },
  hedeleg: {
    document: 'privileged', section: '18.2.2',
    text: 'A synchronous trap that has been delegated to HS-mode (using `medeleg`) is further '
      + 'delegated to VS-mode if V=1 before the trap and the corresponding `hedeleg` bit is set.',
  },
  'hideleg-bits': {
    document: 'privileged', section: '18.2.2',
    text: 'Among bits 15:0 of `hideleg`, bits 10, 6, and 2 (corresponding to the standard VS-level '
      + 'interrupts) are writable, and bits 12, 9, 5, and 1 (corresponding to the standard S-level '
      + 'interrupts) are read-only zeros.',
  },
  hcounteren: {
    document: 'privileged', section: '18.2.6',
    text: 'When the CY, TM, IR, or HPM*n* bit in the `hcounteren` register is clear, attempts to '
      + 'read the `cycle`, `time`, `instret`, or `hpmcounter` *n* register while V=1 will cause '
      + 'a virtual-instruction exception if the same bit in `mcounteren` is 1.',
  },
  'no-vs-csr': {
    document: 'privileged', section: '18.2',
    text: 'Some standard supervisor CSRs (`senvcfg`, `scounteren`, and `scontext`, possibly '
      + 'others) have no matching VS CSR. […] Hypervisor software is expected to manually swap the '
      + 'contents of these registers as needed.',
  },
  'set-timer': {
    document: 'sbi', section: '6.1',
    text: 'Programs the clock for next event after *stime_value* time. *stime_value* is in absolute '
      + 'time. This function must clear the pending timer interrupt bit as well.',
  },
  mtimecmp: {
    document: 'privileged', section: '3.2.1',
    text: 'A machine timer interrupt becomes pending whenever `mtime` contains a value greater than or '
      + 'equal to `mtimecmp`, treating the values as unsigned integers. The interrupt remains posted '
      + 'until `mtimecmp` becomes greater than `mtime` […].',
  },
  vstimecmp: {
    document: 'privileged', section: '16.2.1',
    text: 'A virtual supervisor timer interrupt becomes pending […] whenever (`time` + `htimedelta`), '
      + 'truncated to 64 bits, contains a value greater than or equal to `vstimecmp`, treating the '
      + 'values as unsigned integers.',
  },
  'vstip-either': {
    document: 'privileged', section: '16.2.2',
    text: 'VSTIP is read-only in `hip`, and is the logical-OR of `hvip`.VSTIP and the timer interrupt '
      + 'signal resulting from `vstimecmp` […].',
  },
  'stce-clear': {
    document: 'privileged', section: '16.3',
    text: 'But when STCE in `menvcfg` is one and STCE in `henvcfg` is zero, an attempt to access '
      + '`stimecmp` (really `vstimecmp`) when V = 1 raises a virtual instruction exception, and VSTIP '
      + 'in `hip` reverts to its defined behavior as if this extension is not implemented.',
  },
  'linux-next-event': {
    document: 'linux', section: '6.1, riscv_clock_next_event in drivers/clocksource/timer-riscv.c',
    text: '`csr_set(CSR_IE, IE_TIE);` […] `if (static_branch_likely(&riscv_sstc_available)) {` […] '
      + '`csr_write(CSR_STIMECMP, next_tval);` […] `} else` `sbi_set_timer(next_tval);`',
  },
  'htinst-zero': {
    document: 'privileged', section: '18.6.3',
    text: 'Except when a pseudoinstruction value is required (described later), the value written to '
      + '`mtinst` or `htinst` may always be zero, indicating that the hardware is providing no '
      + 'information in the register for this particular trap.',
  },
  hlvx: {
    document: 'privileged', section: '18.3.1',
    text: 'Each instruction performs an explicit memory access as though V=1 […]. Instructions HLVX.HU '
      + 'and HLVX.WU are the same as HLV.HU and HLV.WU, except that *execute* permission takes the '
      + 'place of *read* permission during address translation.',
  },
  'htinst-length': {
    document: 'privileged', section: '18.6.3',
    text: 'Bits 1:0 of a transformed standard instruction will be binary `01` if the trapping '
      + 'instruction is compressed and `11` if not.',
  },
  'plic-completion': {
    document: 'plic', section: '1.2',
    text: 'The gateway only forwards a new interrupt request to the PLIC core after receiving '
      + 'notification that the interrupt handler servicing the previous interrupt request from the '
      + 'same source has completed.',
  },
  'plic-contexts': {
    document: 'plic', section: 'chapter 6',
    text: 'How PLIC organizes interrupts for the contexts (Hart and privilege mode) is out of RISC-V '
      + 'PLIC specification scope […]',
  },
  'plic-level': {
    document: 'plic', section: '1.2',
    text: 'On receiving an interrupt completion message, if the interrupt is level-triggered and the '
      + 'interrupt is still asserted, a new interrupt request will be forwarded to the PLIC core.',
  },
  'hvip-vseip': {
    document: 'privileged', section: '18.2.3',
    text: 'Register `hvip` is an HSXLEN-bit read/write register that a hypervisor can write to '
      + 'indicate virtual interrupts intended for VS-mode. […] Setting VSEIP=1 in `hvip` asserts a '
      + 'VS-level external interrupt […].',
  },
  'linux-no-irq': {
    document: 'linux', section: '6.1, univ8250_setup_timer in drivers/tty/serial/8250/8250_core.c',
    text: 'If the "interrupt" for this port doesn\'t correspond with any hardware interrupt, we use a '
      + 'timer-based system.',
  },
};
