// The environment of a make that is started here as a user starts it: nothing of the make that has
// started us, and nothing that would change what it does, but for the tools that have been chosen.

const isPassedOn = (name) => /^WORKBOOK_(LLVM_SUFFIX|QEMU|CACHE|TEST_PATH)$/.test(name)
  || !/^(WORKBOOK_.*|(GNU)?MAKE.*|MFLAGS|NODE_OPTIONS|NODE_TEST_CONTEXT)$/.test(name);

/** @returns {object} as process.env is */
export const cleanEnvironment = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => isPassedOn(name))),
  LC_ALL: 'C',
});
