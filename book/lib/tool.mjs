// The command line of what builds and serves the book.

/**
 * Runs a tool. What the user has to change is told as it is, with status 1; all else is a mistake
 * of ours, and its stack tells where.
 */
export async function runBookTool(run) {
  try {
    await run();
  } catch (error) {
    // Vite loads its configuration with a copy of our modules, so that the class is another one; and
    // it puts what is wrong with several pages into one error.
    const all = error.errors ?? [error];
    if (!all.every(({ name }) => name === 'Refusal')) {
      throw error;
    }
    all.forEach(({ message }) => console.error(message));
    process.exitCode = 1;
  }
}
