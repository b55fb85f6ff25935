// The command line of what builds and serves the book.

/**
 * Runs a tool. What the user has to change is told as it is, with status 1; all else is a mistake
 * of ours, and its stack tells where.
 */
export async function runBookTool(run) {
  try {
    await run();
  } catch (error) {
    // Vite loads its configuration with a copy of our modules, so that the class is another one.
    if (error.name !== 'Refusal') {
      throw error;
    }
    console.error(error.message);
    process.exitCode = 1;
  }
}
