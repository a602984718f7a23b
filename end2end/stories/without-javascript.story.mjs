// From signing up to a paid invoice in a browser that runs no scripts.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { textOf } from "../support/pdf.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const NAME = "Alan Turing";
const ENTRY = "Charts for the quarter";
const TOTAL = "214.20";

describe("without scripts", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  const visit = (name) => ({ base: stint.url, script: false, name: `without-javascript-${name}` });

  test("from signing up to a paid invoice", () => asVisitor(browser, visit("spine"), (page) => story(new Person(page, { script: false }))));

  test("the country chooses currency and language", () => asVisitor(browser, visit("country"), (page) => comesFromSwitzerland(new Person(page, { script: false }))));

  test("a token's secret is shown once", () => asVisitor(browser, visit("token"), (page) => makesAToken(new Person(page, { script: false }))));

  test("what is refused comes back with the reason", () => asVisitor(browser, visit("refusals"), (page) => refusals(new Person(page, { script: false }))));
});

async function story(person) {
  await setsUp(person);
  await tracks(person);
  await drafts(person);
  await sends(person);
  await isPaid(person);
  await signsOut(person);
}

async function setsUp(person) {
  const { page } = person;
  assert.equal(await person.signUp({ name: NAME }), "alan-turing");
  await person.settings("Organization", NAME);
  await person.writeLetterhead();
  assert.equal(await page.getByLabel("Legal name").inputValue(), "Ada Lovelace Ltd");
  await person.visit("Clients");
  await person.addClient({ name: "Acme", email: "billing@acme.example", address: "Acme GmbH\nTorstraße 1" });
  await person.addProject({ client: "Acme", name: "Dashboard" });
  await fitsTheWindow(page);
}

async function tracks(person) {
  const { page, timer } = person;
  await person.startTimer({ project: "Acme / Dashboard", description: "Ask what they need" });
  await person.visit("Projects");
  assert.match(await timer.getByRole("timer").textContent(), /^0:00:\d\d$/);
  await person.stopTimer();
  await person.visit("Time");
  await person.logTime({ description: ENTRY, project: "Acme / Dashboard", duration: "1h30m" });
  await person.week.getByRole("row").filter({ hasText: ENTRY }).getByText("1h 30m").waitFor();
  await person.follow(page.getByRole("link", { name: `Change ${ENTRY}` }));
  await person.editor.getByLabel("What was done").fill(`${ENTRY}, reviewed`);
  await person.press(person.editor.getByRole("button", { name: "Save" }));
  await person.week.getByText(`${ENTRY}, reviewed`).waitFor();
}

async function drafts(person) {
  const { page } = person;
  await person.visit("Invoices");
  await person.follow(page.getByRole("link", { name: "New invoice" }));
  await person.previewInvoice({ client: "Acme", period: "This month" });
  assert.match(await page.getByRole("region", { name: "Preview for Acme" }).innerText(), /214\.20\s*EUR/);
  await person.draftInvoice({ client: "Acme" });
  await page.getByLabel("Text of line 1").fill("Dashboard: charts for the quarter");
  await person.press(page.getByRole("button", { name: "Save draft" }));
  assert.equal(await page.getByLabel("Text of line 1").inputValue(), "Dashboard: charts for the quarter");
}

async function sends(person) {
  const { page } = person;
  assert.match(await person.sendInvoice(), /^\d{4}-0001$/);
  await person.state("Sent").waitFor();
  const { bytes } = await person.pdf("Open the PDF");
  const text = textOf(bytes);
  assert.ok(text.includes("Dashboard: charts for the quarter") && text.includes(TOTAL), text);
  const invoice = page.url();
  await person.follow(page.getByRole("link", { name: "See the mails" }));
  assert.equal(await page.locator("details.mail").count(), 1);
  await person.visit("Time");
  const row = person.week.getByRole("row").filter({ hasText: ENTRY });
  await row.getByRole("link", { name: "Invoiced" }).waitFor();
  assert.equal(await row.getByRole("link", { name: /^Change/ }).count(), 0);
  await person.open(invoice);
}

async function isPaid(person) {
  const { page } = person;
  assert.equal(await page.getByLabel("Amount in EUR").inputValue(), TOTAL);
  await person.press(page.getByRole("button", { name: "Record payment" }));
  await person.state("Paid").waitFor();
}

async function signsOut(person) {
  const { page } = person;
  await page.locator("summary", { hasText: NAME }).last().click();
  await person.press(page.getByRole("button", { name: "Sign out" }));
  await page.waitForURL("**/sign-in");
  await person.signIn({ email: "alan.turing@example.com" });
}

async function refusals(person) {
  const { page } = person;
  const refused = (words) => page.getByRole("alert").filter({ hasText: words }).waitFor();

  await person.open("/sign-in");
  await person.fillSignIn({ email: "nobody@example.com", password: "not the password" });
  await refused("The address or the password is wrong");

  const slug = await person.signUp({ name: "Barbara Liskov" });
  await person.open(`/o/${slug}/clients`);
  await person.addClient({ name: "Acme" });
  await person.unfold("New client");
  const form = page.locator("form#new-client");
  await form.getByLabel("Name", { exact: true }).fill("Acme");
  await form.getByLabel("Tax rate in percent").fill("19");
  await person.press(form.getByRole("button", { name: "Add client" }));
  await refused(/Acme/);
  // It stays unfolded, so that the reason is seen, and what was typed is still there.
  await form.getByRole("button", { name: "Add client" }).waitFor();
  assert.equal(await form.getByLabel("Name", { exact: true }).inputValue(), "Acme");
  assert.equal(await form.getByLabel("Tax rate in percent").inputValue(), "19");

  await person.addProject({ client: "Acme", name: "Dashboard" });
  await person.open(`/o/${slug}/time`);
  await person.logTime({ description: "Too long", project: "Acme / Dashboard", duration: "25h" });
  await refused("more than 24 hours");
  assert.match(await page.locator("form#log").getByLabel("Duration").getAttribute("aria-describedby"), /wrong/);
  assert.equal(await page.locator("form#log").getByLabel("Duration").inputValue(), "25h");
  // However far down the page it is, the address leads to it.
  assert.equal(new URL(page.url()).hash, "#refusal");

  // A dialog that comes back open holds the reason, and its cross leads to the page.
  await person.open(`/o/${slug}/clients`);
  await person.follow(page.getByRole("main").getByRole("link", { name: "Acme", exact: true }));
  await page.getByRole("button", { name: "Delete …" }).click();
  const dialog = page.getByRole("dialog");
  await person.press(dialog.getByRole("button", { name: "Delete client" }));
  await dialog.getByRole("alert").waitFor();
  await person.follow(dialog.getByRole("link", { name: "Close" }));
  assert.equal(await dialog.count(), 0);

  // What runs can be kept, too.
  await person.open(`/o/${slug}/time`);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await person.startTimer({ project: "Acme / Dashboard", description: "The first" });
  const elsewhere = new Person(other, { script: false });
  await other.getByLabel("What are you working on?").fill("The second");
  await elsewhere.timer.getByLabel("Project", { exact: true }).selectOption({ label: "Acme / Dashboard" });
  await elsewhere.press(elsewhere.timer.getByRole("button", { name: "Start" }));
  await elsewhere.follow(other.getByRole("link", { name: "Keep it" }));
  assert.equal(await other.getByRole("link", { name: "Keep it" }).count(), 0);
  await other.close();
}

async function comesFromSwitzerland(person) {
  const { page } = person;
  await person.open("/sign-up");
  await page.getByLabel("Your name").fill("Emilie Kempin");
  await page.getByLabel("E-mail").fill("emilie.kempin@example.com");
  await page.getByLabel("Password").fill("a few words that are kept");
  await page.getByLabel("Country").selectOption({ label: "Switzerland" });
  assert.equal(await page.getByLabel("Currency").locator("option:checked").textContent(), "As in the country");
  await person.press(page.getByRole("button", { name: "Create account" }));
  const slug = await person.arrived();
  await person.open(`/o/${slug}/settings/organization`);
  const form = page.locator("form#organization");
  assert.equal(await form.getByLabel("Currency").inputValue(), "CHF");
  assert.equal(await form.getByLabel("Language of documents").inputValue(), "de");
}

/** What a client is told unfolds, with the address and the token in it; one is open at a time. */
async function showsEachClientsLines(page, token) {
  const claude = page.getByLabel("Claude Code: In a shell");
  assert.ok((await claude.textContent()).endsWith(`--header "Authorization: Bearer ${token}"`));
  await page.locator("summary", { hasText: "Codex" }).click();
  assert.equal(await page.getByLabel("Codex: In the shell that starts it").textContent(), `export STINT_TOKEN=${token}`);
  assert.match(await page.getByLabel("Codex: In ~/.codex/config.toml").textContent(), /^url = "http:\/\/127\.0\.0\.1:\d+\/mcp"$/m);
  await claude.waitFor({ state: "hidden" });
  await fitsTheWindow(page);
}

async function makesAToken(person) {
  const { page } = person;
  const slug = await person.signUp({ name: "Katherine Johnson" });
  await person.open(`/o/${slug}/settings/tokens`);
  await page.getByLabel("What it is for").fill("Claude");
  await person.press(page.getByRole("button", { name: "Make token" }));
  const secret = page.getByRole("region", { name: "Copy it now" }).locator("code").first();
  const token = await secret.textContent();
  assert.match(token, /^stint_pat_/);
  await showsEachClientsLines(page, token);
  await page.reload();
  assert.equal(await page.getByText("stint_pat_").count(), 0, "the secret is shown a second time");
  await page.getByRole("region", { name: "Your tokens" }).getByText("Claude", { exact: true }).waitFor();
}
