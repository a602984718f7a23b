// The official MCP conformance suite, for two revisions of the protocol, against Stint's transport, authentication and adapter.
//
// `node end2end/conformance.mjs` after `cargo build -p server --example conformance` (a `cargo test` builds it too).
// The suite calls tools by names of its own, so a server that offers those stands in for `stint serve`; it cannot send
// a token, so a proxy adds one. What is expected to fail stands in conformance.expected.json, each with its reason: the
// exit code is 1 when another scenario fails, or when one of those passes.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bearerProxy } from "./support/bearer-proxy.mjs";

const START_MS = 90_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const target = resolve(here, "..", process.env.CARGO_TARGET_DIR ?? "target");
const binary = process.env.CONFORMANCE_SERVER ?? join(target, "debug/examples/conformance");
const EXPECTED = JSON.parse(readFileSync(join(here, "conformance.expected.json"), "utf8"));
const suite = join(here, "node_modules/@modelcontextprotocol/conformance/dist/index.js");

/** A server with the suite's fixtures, on a database of its own unless `STINT_DATABASE_URL` names one. */
async function startServer(dataDir) {
  const ours = ([name]) => !name.startsWith("STINT_") || name === "STINT_DATABASE_URL";
  // The suite calls more often in its few seconds than a token may in a minute.
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(ours)), STINT_ADDR: "127.0.0.1:0", STINT_RATE_LIMIT: "0", STINT_DATA_DIR: dataDir, STINT_LOG: "warn" };
  const child = spawn(binary, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ready = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${binary} ended with ${code}`)));
    setTimeout(() => reject(new Error(`${binary} was not ready after ${START_MS / 1000} s`)), START_MS).unref();
  });
  const stop = () => new Promise((resolve) => (child.exitCode === null ? child.once("exit", resolve).kill("SIGTERM") : resolve()));
  return { ready, stop };
}

/** Runs the scenarios of a revision, those too that it does not require, and answers what the suite says. */
async function runSuite(url, revision, results) {
  const args = [suite, "server", "--url", url, "--requirements", revision, "-o", results];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (said += text));
  await ended;
  return said;
}

/** What the suite says of each scenario, as `[name, passed]`; all that it set out to run have to be there. */
function outcomes(said) {
  const announced = Number(/^Running .* \((\d+) scenarios\)/m.exec(said)?.[1]);
  const found = [...said.matchAll(/^([✓✗]) (\S+): \d+ passed, \d+ failed$/gm)].map(([, mark, name]) => [name, mark === "✓"]);
  if (!(announced > 0) || found.length !== announced) throw new Error(`${found.length} of ${announced} scenarios ended:\n${said}`);
  return new Map(found);
}

/** What is not as expected: a scenario that fails, passes or is missing. */
function surprises(found, expected) {
  const failing = [...found].filter(([name, passed]) => !passed && !expected[name]).map(([name]) => `${name} fails`);
  const known = Object.keys(expected).filter((name) => found.get(name) !== false);
  return [...failing, ...known.map((name) => `${name} is expected to fail, and ${found.has(name) ? "passes" : "was not run"}`)];
}

/** Runs one revision, says how it went, and answers whether all was as expected. */
async function conforms(url, revision, expected) {
  const said = await runSuite(url, revision, join(target, "conformance", revision));
  const found = outcomes(said);
  const surprising = surprises(found, expected);
  if (surprising.length) console.log(said);
  const passed = [...found.values()].filter(Boolean).length;
  console.log(`${revision}: ${passed} of ${found.size} scenarios passed, ${Object.keys(expected).length} are expected to fail`);
  for (const [name, reason] of Object.entries(expected)) console.log(`  ${name}: ${reason}`);
  for (const line of surprising) console.log(`${revision}: not as expected: ${line}`);
  return surprising.length === 0;
}

async function main() {
  if (!existsSync(binary)) throw new Error(`${binary} is missing: cargo build -p server --example conformance`);
  const dataDir = mkdtempSync(join(tmpdir(), "stint-conformance-"));
  chmodSync(dataDir, 0o755); // the database runs as another user when we are root
  const server = await startServer(dataDir);
  let proxy;
  try {
    const { url, token } = await server.ready;
    proxy = await bearerProxy(new URL(url).origin, token);
    let all = true;
    for (const [revision, expected] of Object.entries(EXPECTED)) all = (await conforms(`${proxy.url}/mcp`, revision, expected)) && all;
    return all ? 0 : 1;
  } finally {
    await proxy?.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

process.exitCode = await main().catch((error) => {
  console.error(error.message);
  return 1;
});
