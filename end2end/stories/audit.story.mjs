// An agent sets a budget and logs time over MCP; the owner sees every call, what it changed, and takes one back.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect, GENERATIONS } from "../support/agent.mjs";
import { accessible, asVisitor, openBrowser } from "../support/browser.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

describe("the audit log", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  for (const generation of Object.keys(GENERATIONS)) {
    test(`shows what an agent did, and its chain holds (${generation})`, () =>
      asVisitor(browser, { base: stint.url, name: "audit" }, async (page) => {
        const person = new Person(page);
        await person.signUp({ name: `Ada ${generation}` });
        const token = await person.makeToken({ name: "Claude" });
        const agent = await connect(generation, stint.url, token);
        await works(agent);
        await agent.close();
        await isSeen(person, generation);
        await isTakenBack(person);
        await holds(person);
      }));
  }
});

/** A budget, an hour against it, a try and a refusal. */
async function works(agent) {
  await agent.call("create_client", { name: "Acme", rate: "120.00", tax_rate: "19" });
  await agent.call("create_project", { client: "Acme", name: "Dashboard" });
  const budget = await agent.call("set_budget", { project: "Dashboard", hours: "40", amount: "4000.00", period: "month" });
  assert.ok(budget.action);
  const { organization } = await agent.call("whoami");
  const tried = { project: "Dashboard", date: organization.today, duration: "1h", description: "Charts" };
  assert.equal((await agent.call("create_time_entry", { ...tried, dry_run: true })).dry_run, true);
  const logged = await agent.call("create_time_entry", tried);
  assert.ok(logged.budget, "the answer to a write of time says what is left of the budget");
  assert.equal((await agent.refused("create_time_entry", { ...tried, duration: "25h" })).code, "invalid");
}

async function isSeen(person, generation) {
  const { page } = person;
  await person.settingsTab("Audit");
  const log = page.getByRole("table", { name: "Calls, the newest first" });
  await log.getByRole("link", { name: "Client Acme added", exact: true }).first().waitFor();
  assert.equal(await log.getByRole("link", { name: "Who am I", exact: true }).count(), 0, "reads stand aside until they are asked for");
  await person.follow(page.getByRole("link", { name: "Also show reads" }));
  const logged = "1h logged on Acme / Dashboard: Charts";
  for (const told of ["Client Acme added", "Project Acme / Dashboard added", "Budget of Acme / Dashboard set", "Who am I", logged]) {
    await log.getByRole("link", { name: told, exact: true }).first().waitFor();
  }
  for (const outcome of ["dry run", "invalid"]) {
    await log.getByRole("row").filter({ hasText: "Log time: Dashboard" }).filter({ hasText: outcome }).waitFor();
  }
  await log.getByRole("row").filter({ hasText: "MCP · Claude" }).first().waitFor();
  await accessible(page);
  await log.getByRole("row").filter({ hasText: logged }).filter({ hasText: "done" }).getByRole("link").click();
  await page.getByRole("heading", { name: "time entry Charts: made" }).waitFor();
  await page.getByRole("row", { name: /description\s+Charts/ }).waitFor();
  if (generation === "2026-07-28") await page.getByText("stint-story 1.0.0").waitFor();
  await accessible(page);
}

async function isTakenBack(person) {
  const { page } = person;
  await page.getByRole("main").getByRole("button", { name: "Undo" }).click();
  await person.said("Undone.");
  await person.visit("Time");
  assert.equal(await page.getByText("Charts", { exact: true }).count(), 0);
}

async function holds(person) {
  const { page } = person;
  await person.open(`/o/${new URL(page.url()).pathname.split("/")[2]}/settings/audit`);
  const found = page.getByText(/^The chain holds: \d+ rows checked, that is the whole log\./);
  await page.getByRole("link", { name: "Verify what is new" }).click();
  await found.waitFor();
  assert.equal(await page.getByText("The whole log was not verified yet.").count(), 0, "it was, just now");
  // It can be asked for again.
  const again = page.waitForResponse((response) => response.url().includes("/call/verify_audit"));
  await page.getByRole("link", { name: "Verify what is new" }).click();
  await again;
  await found.waitFor();
  // How far the check of all is shows by itself, up to its end.
  await page.getByRole("button", { name: "Verify everything" }).click();
  await page.getByText(/^The last check of everything, on .*, all of them fit\.$/).waitFor();
}
