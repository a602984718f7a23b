// From a token to a paid invoice over MCP, by the client libraries that agents are built with.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect, fileOf, GENERATIONS } from "../support/agent.mjs";
import { asVisitor, openBrowser } from "../support/browser.mjs";
import { textOf } from "../support/pdf.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const ALL = { may: "Do everything a token can", writes: "It counts at once" };

describe("an agent with a token", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  const visit = () => ({ base: stint.url, name: "mcp" });

  for (const generation of Object.keys(GENERATIONS)) {
    test(`bills an hour and a half, and is kept out once its token is revoked (${generation})`, () =>
      asVisitor(browser, visit(), async (page) => {
        const person = new Person(page);
        await person.signUp({ name: `Ada ${generation}` });
        const token = await person.makeToken({ name: "Claude", ...ALL });
        const agent = await connect(generation, stint.url, token);
        describesItsTools(agent);
        await bills(agent, `Ada ${generation}`, token);
        await seesWhatItDid(person);
        await revokes(person, "Claude");
        await isKeptOut(agent, stint.url, token);
        await agent.close();
      }));
  }

  test("may only look when its token may only look", () =>
    asVisitor(browser, visit(), async (page) => {
      const person = new Person(page);
      await person.signUp({ name: "Grace Hopper" });
      const token = await person.makeToken({ name: "Watcher", may: "Look, change nothing", writes: ALL.writes });
      const agent = await connect("2026-07-28", stint.url, token);
      assert.equal((await agent.call("whoami")).name, "Grace Hopper");
      assert.deepEqual((await agent.call("list_clients")).items, []);
      assert.ok(agent.tools.every((tool) => tool.annotations.readOnlyHint), "a tool that writes is offered");
      const refusal = await agent.refused("create_client", { name: "Acme" });
      assert.equal(refusal.code, "forbidden");
      assert.match(refusal.message, /work:write/);
      assert.deepEqual((await agent.call("list_clients")).items, []);
      await agent.close();
    }));

  test("asks first when its token says so", () =>
    asVisitor(browser, visit(), async (page) => {
      const person = new Person(page);
      await person.signUp({ name: "Edsger Dijkstra" });
      const token = await person.makeToken({ name: "Careful", may: ALL.may, writes: "Time and invoices wait as drafts; it shows you the rest to do" });
      const agent = await connect("2026-07-28", stint.url, token);
      assert.equal((await agent.refused("create_client", { name: "Acme" })).code, "needs_approval");
      await agent.close();
    }));
});

function describesItsTools(agent) {
  assert.ok(agent.tools.length > 20, `only ${agent.tools.length} tools`);
  for (const { name, title, description, inputSchema, annotations } of agent.tools) {
    assert.ok(title, `${name} has no title`);
    assert.ok(description, `${name} has no description`);
    assert.equal(inputSchema.type, "object", `${name} takes no object`);
    for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) {
      assert.equal(typeof annotations?.[hint], "boolean", `${name} does not say ${hint}`);
    }
  }
}

async function bills(agent, name, token) {
  const { name: me, organization } = await agent.call("whoami");
  assert.equal(me, name);
  await agent.call("create_client", { name: "Acme", currency: "EUR", rate: "120.00", tax_rate: "19", payment_terms_days: 14, email: "billing@acme.example" });
  await agent.call("create_project", { client: "Acme", name: "Dashboard" });

  const started = await agent.call("start_timer", { project: "Acme / Dashboard", description: "Ask what they need" });
  assert.equal(started.running, true);
  const running = await agent.refused("start_timer", { project: "Dashboard", description: "Something else" });
  assert.equal(running.code, "timer_running");
  const stopped = await agent.call("stop_timer");
  assert.equal(stopped.running, undefined, "that time is over is the usual, and is not told");
  assert.ok(stopped.ended_at);
  assert.equal((await agent.refused("stop_timer")).code, "no_timer");

  const logged = await agent.call("create_time_entry", { project: "Dashboard", date: organization.today, duration: "1h30m", description: "Charts" });
  assert.equal(logged.worked, "1h 30m");
  assert.equal(logged.amount, "180.00 EUR");
  // Nothing is logged twice when an agent repeats itself.
  const twice = { project: "Dashboard", date: organization.today, duration: "15m", billable: false, idempotency_key: "once" };
  const [first, second] = [await agent.call("create_time_entry", twice), await agent.call("create_time_entry", twice)];
  assert.equal(first.id, second.id);

  const wanted = { client: "Acme", period: "this_month", rounding: { step_minutes: 15, mode: "nearest", basis: "line" } };
  const preview = await agent.call("preview_invoice", wanted);
  assert.equal(preview.total, "214.20 EUR");
  const draft = await agent.call("draft_invoice", wanted);
  assert.equal(draft.total, preview.total);
  const sent = await agent.call("send_invoice", { invoice: draft.id });
  assert.match(sent.number, /^\d{4}-0001$/);
  assert.equal(sent.status, "sent");
  assert.equal((await agent.refused("update_time_entry", { time_entry: logged.id, description: "Else" })).code, "locked");

  const document = await agent.call("get_invoice_document", { invoice: sent.number });
  const bytes = await fileOf(document);
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  assert.ok(textOf(bytes).includes(sent.number));

  const paid = await agent.call("record_payment", { invoice: sent.id, amount: sent.total, date: organization.today });
  assert.equal(paid.status, "paid");
}

async function seesWhatItDid(person) {
  const { page } = person;
  await person.visit("Invoices");
  const row = page.getByRole("table", { name: "Invoices" }).getByRole("row").filter({ hasText: "-0001" });
  await row.getByText("Paid", { exact: true }).waitFor();
}

async function revokes(person, name) {
  const { page } = person;
  await person.open(`/o/${new URL(page.url()).pathname.split("/")[2]}/settings/tokens`);
  await page.getByRole("button", { name: `Revoke ${name} …` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
  await person.said("Revoked.");
  await page.getByText("No token yet").waitFor();
}

async function isKeptOut(agent, base, token) {
  const refusal = await agent.client.callTool({ name: "whoami", arguments: {} }).then(() => "none", (error) => `${error.code} ${error.status} ${error.message}`);
  assert.match(refusal, /401/);
  const body = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const headers = { authorization: `Bearer ${token}`, accept: "application/json, text/event-stream", "content-type": "application/json" };
  const answer = await fetch(new URL("/mcp", base), { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 401);
  assert.match(answer.headers.get("www-authenticate"), /^Bearer resource_metadata=/);
}
