// What the product's own tools are described with, as the strictest clients read it: nothing to refuse, and nothing to warn of.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { connect, GENERATIONS } from "../support/agent.mjs";
import { bearerProxy } from "../support/bearer-proxy.mjs";
import { officeOf } from "../support/office.mjs";
import { startStint } from "../support/stint.mjs";

// Clients of either generation read schemas by one of these dialects.
const DIALECTS = { "2020-12": Ajv2020, "draft 7": Ajv };
const STRICT = { strict: "log", strictTypes: "log", strictTuples: "log", strictRequired: "log", validateFormats: true, allErrors: true };

// The scenarios of the official suite that need no tools of its own.
const SCENARIOS = {
  "2026-07-28": ["tools-list", "http-header-validation", "dns-rebinding-protection"],
  "2025-11-25": ["server-initialize", "ping", "tools-list", "dns-rebinding-protection"],
};
const suite = fileURLToPath(new URL("../node_modules/@modelcontextprotocol/conformance/dist/index.js", import.meta.url));

describe("the tools of a server", () => {
  let stint;
  before(async () => (stint = await startStint()));
  after(() => stint?.stop());

  for (const generation of Object.keys(GENERATIONS)) {
    test(`are described so that a strict client has nothing to warn of (${generation})`, async (t) => {
      const said = ["warn", "error"].map((level) => t.mock.method(console, level, () => {}));
      const { token } = await officeOf(stint, generation);
      const { tools, close } = await listed(generation, stint.url, token);
      assert.ok(tools.length > 60, `only ${tools.length} tools`);
      assert.deepEqual(tools.flatMap(warnings), []);
      assert.deepEqual(said.flatMap((level) => level.mock.calls.map((call) => call.arguments)), [], "the client library warns");
      await close();
    });

    test(`are taken by the official suite without a warning (${generation})`, async () => {
      const { token } = await officeOf(stint, `Suite ${generation}`);
      const proxy = await bearerProxy(stint.url, token);
      try {
        for (const scenario of SCENARIOS[generation]) await passes(`${proxy.url}/mcp`, scenario, generation);
      } finally {
        await proxy.close();
      }
    });
  }
});

/** Runs one scenario of the suite, which takes a warning for a failure where it is told what to expect. */
async function passes(url, scenario, revision) {
  const folder = mkdtempSync(join(tmpdir(), "stint-suite-"));
  const expected = join(folder, "expected.yml");
  writeFileSync(expected, "server: []\n");
  const args = [suite, "server", "--url", url, "--scenario", scenario, "--spec-version", revision, "--expected-failures", expected];
  try {
    await promisify(execFile)(process.execPath, args, { timeout: 60_000 }).catch(({ stdout, stderr }) => assert.fail(`${scenario}:\n${stdout}${stderr}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function listed(generation, base, token) {
  const agent = await connect(generation, base, token);
  return { tools: agent.tools, close: () => agent.close() };
}

/** What is to be said against a tool. */
function warnings({ name, inputSchema, outputSchema }) {
  const schemas = Object.entries({ inputSchema, outputSchema }).filter(([, schema]) => schema);
  return schemas.flatMap(([which, schema]) => [...refusals(schema), ...untyped(schema, "")].map((what) => `${name}, ${which}: ${what}`));
}

/** What a strict validator says when it reads a schema in either dialect. */
function refusals(schema) {
  return Object.entries(DIALECTS).flatMap(([dialect, Validator]) => {
    const said = [];
    const note = (...words) => said.push(`${dialect}: ${words.join(" ")}`);
    const validator = new Validator({ ...STRICT, logger: { log: note, warn: note, error: note } });
    addFormats(validator);
    try {
      validator.compile(schema);
    } catch (error) {
      note(error.message);
    }
    return said;
  });
}

/** The places of a schema that take anything: a model is not told what stands there. Several types at once tell as little. */
function untyped(schema, path) {
  const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => [field, `${path}.${name}`]);
  const items = schema.items === undefined ? [] : [[schema.items, `${path}[]`]];
  const own = typeof schema.type === "string" ? [] : [`${path || "the whole"} has no single type: ${JSON.stringify(schema)}`];
  return [...own, ...[...fields, ...items].flatMap(([field, at]) => untyped(field, at))];
}
