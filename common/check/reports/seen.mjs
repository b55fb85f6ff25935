// What a student may see of a record: nothing tells that there are hidden tests, neither a line,
// nor a sum, nor what the others are worth.

const sum = (list, what) => list.reduce((all, each) => all + each[what], 0);

/**
 * @param {object} record
 * @param {object} open
 * @param {object} open.plan of the step without hidden tests: it says what each test is worth
 * @param {object} open.versions without them: versionsOf
 */
export function seenOf(record, { plan, versions }) {
  const worth = new Map(plan.tests.map(({ name, points }) => [name, points]));
  const tests = record.tests.filter(({ hidden }) => !hidden).map((test) => ({
    ...test, max: worth.get(test.name), points: test.state === 'passed' ? worth.get(test.name) : 0,
  }));
  const hasFailed = record.state === 'grader failed';
  return {
    ...record, versions, tests, total: plan.total,
    points: hasFailed ? null : sum([...tests, ...record.chapters], 'points'),
    reason: hasFailed ? 'the teacher can see why' : record.reason,
  };
}
