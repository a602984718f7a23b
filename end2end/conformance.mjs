// The official MCP conformance suite, revision 2026-07-28, against Stint's transport, authentication and adapter.
//
// `node end2end/conformance.mjs` after `cargo build -p server --example conformance` (a `cargo test` builds it too).
// The suite calls tools by names of its own, so a server that offers those stands in for `stint serve`; it cannot send
// a token, so a proxy adds one. Exits with 1 when a required scenario fails.
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { bearerProxy } from "./support/bearer-proxy.mjs";

const REVISION = "2026-07-28";
const START_MS = 90_000;
const here = fileURLToPath(new URL(".", import.meta.url));
const target = resolve(here, "..", process.env.CARGO_TARGET_DIR ?? "target");
const binary = process.env.CONFORMANCE_SERVER ?? join(target, "debug/examples/conformance");
const suite = join(here, "node_modules/@modelcontextprotocol/conformance/dist/index.js");

/** A server with the suite's fixtures, on a database of its own unless `STINT_DATABASE_URL` names one. */
async function startServer(dataDir) {
  const ours = ([name]) => !name.startsWith("STINT_") || name === "STINT_DATABASE_URL";
  const env = { ...Object.fromEntries(Object.entries(process.env).filter(ours)), STINT_ADDR: "127.0.0.1:0", STINT_DATA_DIR: dataDir, STINT_LOG: "warn" };
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

/** Runs the suite and answers its exit code. */
function runSuite(url, results) {
  const child = spawn(process.execPath, [suite, "server", "--url", url, "--requirements", REVISION, "-o", results], { stdio: "inherit" });
  return new Promise((resolve, reject) => child.once("error", reject).once("exit", (code) => resolve(code ?? 1)));
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
    return await runSuite(`${proxy.url}/mcp`, join(target, "conformance"));
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
