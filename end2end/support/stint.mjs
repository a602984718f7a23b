// A Stint of its own for one story: own data folder, own database, own port.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");
const binary = process.env.END2END_BINARY ?? join(target, "debug/stint");
const site = process.env.END2END_SITE ?? join(root, "target/site");

// A first start makes a database cluster, on a machine that may be busy.
const START_MS = 90_000;
const STOP_MS = 20_000;
const LOG_LINES_KEPT = 200;

/**
 * Starts `stint serve` and waits until it is ready. `env` adds to its environment. With `shares`, another one of these, it
 * works on the same data folder, and so on the same database, and leaves the folder to that one.
 *
 * The result has `url`, `dataDir`, `command(…)` for the command line beside the running server,
 * `json(…)` for the same with `--json`, `log()`, `stop()`, `killed()`: the server dies at once and starts
 * again, and `restarted()`: it ends in order and starts again.
 */
export async function startStint({ env = {}, shares } = {}) {
  const dataDir = shares?.dataDir ?? mkdtempSync(join(tmpdir(), "stint-e2e-"));
  chmodSync(dataDir, 0o755); // the database runs as another user when we are root
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    ...withoutOurs(process.env),
    LEPTOS_SITE_ROOT: site,
    LEPTOS_HASH_FILES: process.env.LEPTOS_HASH_FILES ?? "true", // a build for development has plain names
    LEPTOS_ENV: "PROD",
    STINT_ADDR: `127.0.0.1:${port}`,
    STINT_DATA_DIR: dataDir,
    STINT_PUBLIC_URL: url,
    ...env,
  };
  let server = serve(environment);
  const stop = () => stopServer(server, shares ? null : dataDir);
  try {
    await untilReady(url, server);
  } catch (error) {
    await stop();
    throw error;
  }
  const killed = async () => {
    process.removeListener("exit", server.leave);
    server.child.kill("SIGKILL");
    await server.gone;
    server = serve(environment);
    await untilReady(url, server);
  };
  const restarted = async () => {
    await stopServer(server, null);
    assert.equal(server.ended, "ended with 0", server.lines.join("\n"));
    server = serve(environment);
    await untilReady(url, server);
  };
  const command = (...args) => run(environment, args);
  return {
    url,
    dataDir,
    command,
    json: async (...args) => JSON.parse(await command(...args, "--json")),
    log: () => server.lines.join("\n"),
    pid: server.child.pid,
    ready: () => untilReady(url, server),
    killed,
    restarted,
    stop,
  };
}

/** The environment without STINT_… variables: the server takes only those that a story sets. */
function withoutOurs(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("STINT_")));
}

function serve(env) {
  const child = spawn(binary, ["serve"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const server = { child, lines: [], ended: null };
  server.gone = new Promise((resolve) => {
    child.on("error", (error) => resolve((server.ended = `could not be started: ${error.message}`)));
    child.on("exit", (code, signal) => resolve((server.ended = `ended with ${signal ?? code}`)));
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      server.lines.push(...text.split("\n").filter(Boolean));
      server.lines.splice(0, server.lines.length - LOG_LINES_KEPT);
    });
  }
  server.leave = () => child.kill("SIGTERM");
  process.once("exit", server.leave); // a story that dies takes its server along
  return server;
}

async function untilReady(url, server) {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && server.ended === null) {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
    if (answer?.ok) return;
    await pause(100);
  }
  const what = server.ended ?? `was not ready after ${START_MS / 1000} s`;
  throw new Error(`${binary} serve ${what}:\n${server.lines.join("\n")}`);
}

async function stopServer(server, dataDir) {
  process.removeListener("exit", server.leave);
  if (server.ended === null) {
    server.child.kill("SIGTERM");
    const patience = new AbortController();
    const late = pause(STOP_MS, "late", { signal: patience.signal }).catch(() => "stopped");
    const outcome = await Promise.race([server.gone, late]);
    patience.abort();
    if (outcome === "late") {
      server.child.kill("SIGKILL");
      await server.gone;
      throw new Error(`stint did not stop within ${STOP_MS / 1000} s:\n${server.lines.join("\n")}`);
    }
  }
  if (dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

async function run(env, args) {
  const { stdout } = await promisify(execFile)(binary, args, { cwd: root, env, timeout: 120_000, maxBuffer: 2 ** 26 });
  return stdout;
}

/**
 * A port that nobody listens on at this moment, below those from which connections begin: it is still free when a server that
 * was killed comes back to it.
 */
export async function freePort() {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("no port is free");
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
