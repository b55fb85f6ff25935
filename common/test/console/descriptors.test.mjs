// A run whose standard input, output or errors are closed, as some that start programs leave them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

import { root, userEnvironment } from '../machine.mjs';

for (const closed of ['<&-', '</dev/null >&-', '</dev/null 2>&-', '<&- >&- 2>&-']) {
  test(`a run with ${closed} ends as it does with open ones`, () => {
    const { status } = spawnSync('sh', ['-c', `make -s -C steps/07-hypercall run ${closed}`],
      { cwd: root, env: userEnvironment(), stdio: 'pipe' });
    assert.equal(status, 0);
  });
}
