// From signing up to a paid invoice, in the browser.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { textOf } from "../support/pdf.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const ACME = { name: "Acme", email: "billing@acme.example", address: "Acme GmbH\nTorstraße 1\n10119 Berlin" };
const CHARTS = "Charts for the quarter";
/** 1h 30m at 120.00 an hour, and 19 % tax. */
const TOTAL = "214.20";

describe("from signing up to a paid invoice", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  for (const [view, name] of [["desktop", "Ada Lovelace"], ["phone", "Grace Hopper"]]) {
    // The browser itself tells of an answer that is a refusal, and one is part of the story.
    const visit = { view, name: "spine", expected: [/status of 409/] };
    test(`on a ${view}`, () => asVisitor(browser, { base: stint.url, ...visit }, (page, context) => story(new Person(page), context, name)));
  }
});

async function story(person, context, name) {
  await signsUp(person, name);
  await putsTheLetterheadIn(person, name);
  await addsClientAndProject(person);
  await runsTheTimer(person, name);
  await logsTime(person);
  const stale = await opensTheEntryInAnotherTab(person, context);
  await previewsAndDrafts(person);
  await sends(person);
  await opensThePdf(person);
  await findsTheMail(person);
  await findsTheTimeLocked(person, stale);
  await recordsThePayment(person);
}

async function looksRight({ page }) {
  await fitsTheWindow(page);
  await accessible(page);
}

async function signsUp(person, name) {
  const slug = await person.signUp({ name });
  assert.equal(slug, name.toLowerCase().replace(" ", "-"));
  await person.page.getByRole("heading", { name: "From nothing to the first invoice" }).waitFor();
  assert.equal(await person.page.title(), `Overview · ${name}`);
  await looksRight(person);
}

async function putsTheLetterheadIn(person, name) {
  await person.settings("Organization", name);
  await person.writeLetterhead();
  await person.page.reload();
  await person.ready();
  assert.equal(await person.page.getByLabel("Legal name").inputValue(), "Ada Lovelace Ltd");
  await looksRight(person);
}

async function addsClientAndProject(person) {
  const { page } = person;
  await person.visit("Clients");
  await person.addClient(ACME);
  const row = page.getByRole("table", { name: "Clients" }).getByRole("row").filter({ hasText: "Acme" });
  assert.match(await row.innerText(), /120\.00\s*EUR/);
  await person.addProject({ client: "Acme", name: "Dashboard" });
  assert.equal(await page.getByLabel("E-mail for invoices").inputValue(), ACME.email);
  assert.equal(await page.getByLabel("Postal address").inputValue(), ACME.address);
  await looksRight(person);
}

async function runsTheTimer(person, name) {
  const { page, timer } = person;
  const runsInTheTitleOf = (where) => page.waitForFunction((where) => new RegExp(`^0:00:\\d\\d · ${where}$`).test(document.title), where);
  await person.startTimer({ project: "Acme / Dashboard", description: "Ask what they need" });
  await runsInTheTitleOf("Acme");
  await person.visit("Projects");
  await runsInTheTitleOf("Projects");
  await page.reload();
  await person.ready();
  await runsInTheTitleOf("Projects");
  assert.equal(await timer.getByLabel("What are you working on?").inputValue(), "Ask what they need");
  const shown = await timer.getByRole("timer").textContent();
  await page.waitForFunction((before) => document.querySelector("[role=timer]").textContent > before, shown);
  await looksRight(person);
  await person.stopTimer();
  await page.waitForFunction((title) => document.title === title, `Projects · ${name}`);
}

async function logsTime(person) {
  await person.visit("Time");
  await person.week.getByText("Ask what they need").waitFor();
  await person.logTime({ description: CHARTS, project: "Acme / Dashboard", duration: "1h30m" });
  await person.said("1h 30m logged on Dashboard");
  await person.week.getByRole("row").filter({ hasText: CHARTS }).getByText("1h 30m").waitFor();
  await looksRight(person);
}

async function opensTheEntryInAnotherTab(person, context) {
  const stale = new Person(await context.newPage());
  await stale.open(person.page.url());
  await stale.page.getByRole("link", { name: `Change ${CHARTS}` }).click();
  await stale.editor.getByRole("button", { name: "Save" }).waitFor();
  return stale;
}

async function previewsAndDrafts(person) {
  const { page } = person;
  await person.visit("Invoices");
  await page.getByText("No invoice yet").waitFor();
  await page.getByRole("link", { name: "New invoice" }).click();
  await person.previewInvoice({ client: "Acme", period: "This month" });
  const preview = await page.getByRole("region", { name: "Preview for Acme" }).innerText();
  assert.match(preview, /1\.50/);
  assert.match(preview, /214\.20\s*EUR/);
  await looksRight(person);
  await person.draftInvoice({ client: "Acme" });
  await page.getByLabel("Text of line 1").fill("Dashboard: charts for the quarter");
  await page.getByRole("button", { name: "Save draft" }).click();
  await person.said("Draft saved.");
  await looksRight(person);
  const { bytes } = await person.pdf("PDF of the draft");
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
}

async function sends(person) {
  const { page } = person;
  await page.getByRole("button", { name: "Send …" }).click();
  assert.equal(await page.getByRole("dialog").getByLabel("To").inputValue(), ACME.email);
  await looksRight(person);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.match(await person.sendInvoice(), /^\d{4}-0001$/);
  await person.state("Sent").waitFor();
  await looksRight(person);
}

async function opensThePdf(person) {
  const { answer, bytes } = await person.pdf("Open the PDF");
  assert.equal(answer.headers()["content-type"], "application/pdf");
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  assert.ok(bytes.equals((await person.pdf("Open the PDF")).bytes), "the PDF is not the same the second time");
  const text = textOf(bytes);
  for (const words of ["Ada Lovelace Ltd", "Torstraße 1", "Dashboard: charts for the quarter", TOTAL, "GB82"]) {
    assert.ok(text.includes(words), `the PDF does not say "${words}":\n${text}`);
  }
}

async function findsTheMail(person) {
  const { page } = person;
  await page.getByRole("link", { name: "See the mails" }).click();
  const mail = page.locator("details.mail");
  await mail.first().waitFor();
  assert.equal(await mail.count(), 1);
  assert.match(await mail.innerText(), /billing@acme\.example/);
  await looksRight(person);
}

async function findsTheTimeLocked(person, stale) {
  await person.visit("Time");
  const row = person.week.getByRole("row").filter({ hasText: CHARTS });
  await row.getByRole("link", { name: "Invoiced" }).waitFor();
  assert.equal(await row.getByRole("link", { name: `Change ${CHARTS}` }).count(), 0);
  await stale.editor.getByLabel("What was done").fill("Something else");
  await stale.editor.getByRole("button", { name: "Save" }).click();
  await stale.page.getByRole("alert").filter({ hasText: /invoice/i }).waitFor();
  await stale.page.close();
}

async function recordsThePayment(person) {
  const { page } = person;
  await person.visit("Invoices");
  await page.getByRole("link", { name: /-0001$/ }).click();
  await person.heading(/^Invoice /).waitFor();
  assert.equal(await page.getByLabel("Amount in EUR").inputValue(), TOTAL);
  await page.getByRole("button", { name: "Record payment" }).click();
  await person.said("The invoice is paid.");
  await person.state("Paid").waitFor();
  assert.equal(await page.getByRole("button", { name: "Record payment" }).count(), 0);
  await looksRight(person);
}
