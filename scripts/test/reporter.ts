/**
 * What `npm test` needs of a vitest run beside what vitest prints: the counts, and why tests were skipped. Written as
 * JSON to the file that WHENABOUTS_TEST_SUMMARY names.
 *
 * A skipped test gives its reason as the note of `context.skip('reason')`, or in a name that ends with
 * `[skipped: reason]`, its own or one of its suites' (test/servers/needs.ts: describeWith). One without a reason fails
 * the run.
 */
import fs from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export interface Summary {
  passed: number;
  failed: number;
  skipped: Array<{ name: string; reason: string | null }>;
  /** Seconds of each test file, the slowest first. */
  files: Array<{ file: string; seconds: number }>;
}

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env.WHENABOUTS_TEST_SUMMARY;
    if (file) fs.writeFileSync(file, JSON.stringify(summarize(modules, unhandledErrors.length)));
  }
}

function summarize(modules: readonly TestModule[], unhandledErrors: number): Summary {
  const summary: Summary = { passed: 0, failed: unhandledErrors, skipped: [], files: [] };
  for (const module of modules) {
    let failed = 0;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === 'passed') summary.passed++;
      else if (result.state === 'skipped')
        summary.skipped.push({ name: `${module.relativeModuleId} > ${test.fullName}`, reason: reasonOf(test) });
      else failed++;
    }
    // A file that doesn't load, or a hook that throws, fails without a failed test.
    summary.failed += failed === 0 && module.state() === 'failed' ? 1 : failed;
    summary.files.push({ file: module.relativeModuleId, seconds: module.diagnostic().duration / 1000 });
  }
  summary.files.sort((a, b) => b.seconds - a.seconds);
  return summary;
}

function reasonOf(test: TestCase): string | null {
  const result = test.result();
  if (result.state === 'skipped' && result.note) return result.note;
  return /\[skipped: (.*?)\](?: >|$)/.exec(test.fullName)?.[1] ?? null;
}
