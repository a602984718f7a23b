// What people ask of an agent, done by either client library in a conversation or two: in few calls, and from each refusal on to the next
// step by nothing but its words.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect, fileOf, GENERATIONS } from "../support/agent.mjs";
import { officeOf } from "../support/office.mjs";
import { textOf } from "../support/pdf.mjs";
import { startStint } from "../support/stint.mjs";

// A week that is over whenever this runs: 2 to 6 March 2026, Monday to Friday.
const WEEK = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"];

describe("an agent", () => {
  let stint;
  before(async () => (stint = await startStint()));
  after(() => stint?.stop());

  for (const generation of Object.keys(GENERATIONS)) {
    test(`does what people ask of it (${generation})`, async () => {
      const { token } = await officeOf(stint, generation);
      const agent = await connect(generation, stint.url, token);
      await opensTheBooks(agent);
      await logsYesterdaysCall(agent);
      await logsFiveStandups(agent);
      await saysWhatTheWeekWas(agent);
      await draftsForAllClients(agent);
      await agent.close();

      const another = await connect(generation, stint.url, token);
      await undoesTheLastThing(another);
      const draft = await draftsAgain(another);
      await handsThePdfOver(another, draft, token);
      await sendsWhatWasRefused(another, draft);
      await switchesTheTimer(another);
      await another.close();
    });
  }
});

async function opensTheBooks(agent) {
  await agent.call("create_client", { name: "Acme", currency: "EUR", rate: "100.00" });
  await agent.call("create_client", { name: "Globex", currency: "EUR", rate: "80.00" });
  await agent.call("create_project", { client: "Acme", name: "Dashboard" });
  await agent.call("create_project", { client: "Acme", name: "Website" });
  await agent.call("create_project", { client: "Globex", name: "Onboarding" });
}

/** "Log yesterday's 45 minute call on the Acme dashbord." The name is half right: the refusal says the whole one. */
async function logsYesterdaysCall(agent) {
  const { organization } = await agent.call("whoami");
  const wanted = { project: "Acme dashbord", date: "yesterday", duration: "45m", description: "Call" };
  const { made, calls } = await agent.corrected("create_time_entry", wanted, ({ message }) => {
    const [, project] = /Did you mean ([^?]+)\?/.exec(message) ?? assert.fail(message);
    return { ...wanted, project };
  });
  assert.ok(calls <= 2, `it took ${calls} calls`);
  assert.equal(`${made.client} / ${made.project}`, "Acme / Dashboard");
  assert.equal(made.worked, "45m");
  assert.equal(made.day, dayBefore(organization.today));
}

/** "A quarter of an hour of standup on each day of that week, and two hours on the website on Friday." */
async function logsFiveStandups(agent) {
  const standup = { project: "Globex / Onboarding", duration: "15m", description: "Standup" };
  const { items, worked } = await agent.call("create_time_entries", { entries: WEEK.map((date) => ({ ...standup, date })) });
  assert.deepEqual(items.map((item) => item.day), WEEK);
  assert.equal(worked, "1h 15m");
  await agent.call("create_time_entry", { project: "Website", date: WEEK[4], duration: 2, description: "Shop" });
}

/** "What did we do that week? And last week?" The answer says its days, so that nobody has to work them out. */
async function saysWhatTheWeekWas(agent) {
  const { from, to, totals } = await agent.call("summarize_time", { period: "2026-W10", group_by: "project" });
  assert.deepEqual([from, to], ["2026-03-02", "2026-03-08"]);
  assert.equal(totals.worked, "3h 15m");
  const { organization } = await agent.call("whoami");
  const last = await agent.call("summarize_time", { period: "last_week" });
  assert.equal(new Date(last.from).getUTCDay(), organization.week_start % 7, "a week begins on its first day");
  assert.equal((Date.parse(last.to) - Date.parse(last.from)) / DAY_MS, 6);
  assert.ok(last.to < organization.today, `${last.to} is over`);
}

/** "Draft March for everybody who has unbilled time." */
async function draftsForAllClients(agent) {
  const { items } = await agent.call("draft_invoices", { period: "2026-03" });
  assert.deepEqual(items.map(({ client, total }) => [client, total]).sort(), [
    ["Acme", "200.00 EUR"],
    ["Globex", "100.00 EUR"],
  ]);
  assert.deepEqual((await agent.call("list_unbilled", { period: "2026-03" })).items, []);
}

/** "Undo the last thing", by an agent that has not seen it done: no id is at hand. */
async function undoesTheLastThing(agent) {
  const undone = await agent.call("undo_action", { action: "last" });
  assert.equal(undone.operation, "draft_invoices");
  assert.deepEqual((await agent.call("list_invoices")).items, []);
  const { items } = await agent.call("list_unbilled", { period: "2026-03" });
  assert.deepEqual(items.map((item) => item.client).sort(), ["Acme", "Globex"]);
}

async function draftsAgain(agent) {
  const { items } = await agent.call("draft_invoices", { period: "2026-03", clients: ["globex"] });
  assert.equal(items.length, 1);
  return items[0].id;
}

/** "Show me the invoice." */
async function handsThePdfOver(agent, draft, token) {
  const bytes = await fileOf(await agent.call("get_invoice_document", { invoice: draft }));
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  const text = textOf(bytes);
  for (const part of ["Globex", "Onboarding", "100.00"]) assert.ok(text.includes(part), `the document does not say ${part}:\n${text}`);
}

/** "Send it." The client has no address for mail, and the refusal says what else can be done. */
async function sendsWhatWasRefused(agent, draft) {
  const { made, calls } = await agent.corrected("send_invoice", { invoice: draft }, ({ code, message }) => {
    assert.equal(code, "invalid");
    assert.match(message, /Globex has no e-mail address\..*without e-mail/);
    return { invoice: draft, without_email: true };
  });
  assert.equal(calls, 2);
  assert.equal(made.status, "sent");
  const locked = await agent.refused("delete_invoice_draft", { invoice: draft });
  assert.equal(locked.code, "locked");
}

/** "I am on the website now", while a timer runs elsewhere. */
async function switchesTheTimer(agent) {
  await agent.call("start_timer", { project: "Dashboard" });
  const { made } = await agent.corrected("start_timer", { project: "Website" }, ({ code, message }) => {
    assert.equal(code, "timer_running");
    assert.match(message, /running on Acme \/ Dashboard .* stop_running set to true/);
    return { project: "Website", stop_running: true };
  });
  assert.equal(made.project, "Website");
  await agent.call("stop_timer");
}

const DAY_MS = 86_400_000;

function dayBefore(day) {
  return new Date(Date.parse(day) - DAY_MS).toISOString().slice(0, 10);
}
