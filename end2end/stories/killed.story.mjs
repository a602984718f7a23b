// Server and database die at random, fifty times, while a studio works. Whatever was answered is there, once.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startStint } from "../support/stint.mjs";

const DEATHS = 50;
const PASSWORD = "correct horse battery";
const PERSON = { email: "ada@studio.example", slug: "studio" };

let stint;
before(async () => {
  stint = await startStint({ env: { STINT_RATE_LIMIT: "0" } });
});
after(() => stint?.stop());

test("every write that was answered is there once, numbers have no gap, and the audit log holds", async (told) => {
  const made = await stint.json("admin", "create-user", "--email", PERSON.email, "--name", "Ada", "--password", PASSWORD, "--organization", "Studio");
  const organization = made.organization.slug;
  const { token } = await stint.json("admin", "create-token", "--email", PERSON.email, "--organization", organization, "--name", "Load", "--writes", "direct");
  const studio = new Studio(stint.url, token);
  await studio.call("create_client", { name: "Acme", rate: "120.00", email: "billing@acme.example" });
  await studio.call("create_project", { client: "Acme", name: "Dashboard" });

  const works = Promise.all([studio.logs(), studio.logs(), studio.times(), studio.bills(), studio.looks()]);
  try {
    await Promise.race([works, dies(chances(20_261_121), told)]); // a worker that fails ends the story at once
    studio.over = true;
    await works;
  } finally {
    studio.givenUp = true;
  }

  await studio.holds();
  await auditHolds(organization, studio);
});

/** Kills the server, the database, or both, and tells how long it took until the server was ready again. */
async function dies(chance, told) {
  const deaths = { server: [], database: [], both: [] };
  const kinds = { server: () => stint.killed(), database: killDatabase, both: async () => (await killDatabase(), stint.killed()) };
  for (let death = 0; death < DEATHS; death += 1) {
    await pause(40 + chance(260)); // how long everybody works before the next death; nothing is measured by it
    const kind = Object.keys(kinds)[chance(3)];
    const from = performance.now();
    await kinds[kind]();
    await stint.ready();
    deaths[kind].push(Math.round(performance.now() - from));
  }
  for (const [kind, took] of Object.entries(deaths)) {
    took.sort((one, other) => one - other);
    told.diagnostic(`${kind}: ${took.length} deaths, ready again after ${took[took.length >> 1]} ms (median), ${took.at(-1)} ms at most`);
  }
}

/** Kills the server of the database; the one that watches over it starts it again. */
async function killDatabase() {
  try {
    const [pid] = readFileSync(join(stint.dataDir, "postgres/data/postmaster.pid"), "utf8").split("\n");
    if (Number(pid) > 1) process.kill(Number(pid), "SIGKILL");
  } catch (error) {
    if (!["ESRCH", "ENOENT"].includes(error.code)) throw error; // it is down already, from the death before
  }
}

/** Numbers below a limit that look like chance and are the same every time. */
function chances(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
}

/** Somebody who works without a pause, and keeps what was answered. */
class Studio {
  over = false;
  givenUp = false;
  logged = [];
  stopped = [];
  invoices = [];
  #keys = 0;

  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** Calls with one key until there is an answer; only a refusal that is final is thrown. */
  async call(operation, args = {}) {
    const key = operation.startsWith("list") || operation.startsWith("get") ? {} : { idempotency_key: `work-${(this.#keys += 1)}` };
    for (;;) {
      const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
      const body = JSON.stringify({ ...args, ...key });
      const answer = await fetch(new URL(`/api/v1/${operation}`, this.base), { method: "POST", headers, body, signal: AbortSignal.timeout(20_000) })
        .then(async (answer) => ({ status: answer.status, json: await answer.json() }))
        .catch(() => null);
      if (answer?.status === 200) return answer.json;
      // Gone in the middle of a call, still getting up, or busy with what waited meanwhile: the same call again, with the same key.
      if (answer && ![429, 500, 503].includes(answer.status)) throw new Error(`${operation}: ${answer.status} ${JSON.stringify(answer.json)}`);
      if (this.givenUp) throw new Error(`${operation} was given up`);
      await pause(25);
    }
  }

  async logs() {
    while (!this.over) this.logged.push((await this.call("create_time_entry", { project: "Dashboard", date: "2026-03-02", duration: "15m" })).id);
  }

  async times() {
    while (!this.over) {
      const { id } = await this.call("start_timer", { project: "Dashboard", description: "Timed" });
      await pause(1_050); // a timer that ran for less than a second leaves no entry
      const stopped = await this.call("stop_timer");
      assert.equal(stopped.id, id, "another timer was stopped than was started");
      this.stopped.push(id);
    }
  }

  async bills() {
    while (!this.over) {
      const lines = [{ description: `Piece ${this.invoices.length}`, quantity: "1", price: "10.00" }];
      const draft = await this.call("draft_invoice", { client: "Acme", period: "2020", lines });
      const sent = await this.call("send_invoice", { invoice: draft.id, without_email: true });
      await this.call("record_payment", { invoice: draft.id, amount: "5.00", date: "2026-11-21" });
      this.invoices.push({ id: draft.id, number: sent.number });
    }
  }

  async looks() {
    while (!this.over) await this.call("list_time_entries", { limit: 20 });
  }

  async #all(operation, args) {
    const items = [];
    let cursor;
    do {
      const page = await this.call(operation, { ...args, limit: 200, ...(cursor && { cursor }) });
      items.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return items;
  }

  /** What was answered is what is there. */
  async holds() {
    const entries = await this.#all("list_time_entries", {});
    const ids = (wanted) => entries.filter(wanted).map((entry) => entry.id).sort();
    assert.deepEqual(ids((entry) => entry.description !== "Timed"), [...this.logged].sort(), "logged time is lost or doubled");
    assert.deepEqual(ids((entry) => entry.description === "Timed"), [...this.stopped].sort(), "timed work is lost or doubled");
    const invoices = await this.#all("list_invoices", {});
    const numbers = invoices.map((invoice) => Number(invoice.number.split("-")[1])).sort((one, other) => one - other);
    assert.deepEqual(numbers, numbers.map((_, at) => at + 1), "numbers have a gap");
    assert.deepEqual(invoices.map((invoice) => invoice.number).sort(), this.invoices.map((invoice) => invoice.number).sort(), "an invoice is lost or doubled");
    for (const invoice of invoices) assert.equal(Math.round((invoice.total.amount - invoice.balance.amount) * 100), 500, `${invoice.number} was paid more or less than once`);
    assert.ok(this.logged.length > DEATHS && this.invoices.length > DEATHS / 10, `too little work: ${this.logged.length}, ${this.invoices.length}`);
    console.log(`${DEATHS} deaths: ${this.logged.length} entries, ${this.stopped.length} timers, ${this.invoices.length} invoices, each once`);
  }
}

/** The chain is whole, and every answered write has its row in it. */
async function auditHolds(organization, studio) {
  const form = new URLSearchParams({ email: PERSON.email, password: PASSWORD });
  const signedIn = await fetch(new URL("/call/sign_in", stint.url), { method: "POST", body: form, redirect: "manual", headers: { origin: stint.url } });
  const cookie = signedIn.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const ask = async (path) => {
    const answer = await fetch(new URL(path, stint.url), { headers: { cookie, "stint-organization": organization } });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
  };
  const proof = await ask("/call/verify_audit");
  assert.deepEqual({ sound: proof.sound, broken: proof.broken }, { sound: true, broken: undefined });
  let [sent, cursor] = [0, ""];
  do {
    const page = await ask(`/call/list_audit?operation=send_invoice&outcome=done&limit=200${cursor && `&cursor=${cursor}`}`);
    sent += page.items.length;
    cursor = page.next_cursor ?? "";
  } while (cursor);
  assert.equal(sent, studio.invoices.length, "an invoice was sent without a row in the log");
}
