// The official suite of the Model Context Protocol, against Stint's transport, authentication and adapter.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../conformance.mjs", import.meta.url));
const LIMIT_MS = 300_000;

describe("an agent's door", () => {
  test("conforms to the protocol in both revisions, but for what is expected to fail", { timeout: LIMIT_MS }, async (t) => {
    const { failure, said } = await run([script]);
    for (const line of said.split("\n").filter((line) => /^\d{4}-\d\d-\d\d: /.test(line))) t.diagnostic(line.trim());
    assert.equal(failure, null, `the suite failed:\n${said.slice(-8_000)}`);
  });
});

function run(args) {
  return new Promise((resolve) => {
    const options = { timeout: LIMIT_MS - 10_000, maxBuffer: 2 ** 26 };
    execFile(process.execPath, args, options, (failure, stdout, stderr) => resolve({ failure, said: stdout + stderr }));
  });
}
