// From signing up to the invoices of a studio: a first one, those after thirty of another product, what is taken back, and clients
// in three countries.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asVisitor, openBrowser } from "../support/browser.mjs";
import { textOf } from "../support/pdf.mjs";
import { address, PASSWORD, Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";
import { studioOf } from "../support/studio.mjs";

const YEAR = new Date().getFullYear();

let stint, browser;
before(async () => {
  [stint, browser] = await Promise.all([startStint(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await stint?.stop();
});

/** A story of somebody who has not signed up yet. */
function story(title, { name }, tell) {
  test(title, () => asVisitor(browser, { base: stint.url, name: "first-invoices", expected: [] }, (page) => tell(page, name)));
}

/** A story of a studio that is there. */
function studioStory(title, { name }, tell) {
  story(title, { name }, async (page) => {
    const { person, ...studio } = await studioOf(stint, page, { name });
    await tell(person, studio);
  });
}

describe("a first invoice", () => {
  story("from signing up to the PDF, no refusal is met", { name: "Hedy Lamarr" }, async (page, name) => {
    const person = new Person(page);
    await person.open("/sign-up");
    await page.getByLabel("Your name").fill(name);
    await page.getByLabel("E-mail").fill(address(name));
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByLabel("Country").selectOption({ label: "Germany" });
    await page.getByLabel("Tax that you charge").fill("19");
    await page.getByLabel("VAT identifier or tax number").fill("12/345/67890");
    await page.getByRole("button", { name: "Create account" }).click();
    await person.arrived();

    await person.visit("Clients");
    await person.unfold("New client");
    await page.locator("form#new-client").getByLabel("Name", { exact: true }).fill("Kunde");
    await page.locator("form#new-client").getByRole("button", { name: "Add client" }).click();
    await page.getByRole("table", { name: "Clients" }).getByRole("link", { name: "Kunde", exact: true }).waitFor();
    await person.addProject({ client: "Kunde", name: "Website" });

    // Nobody has said what an hour costs: Stint asks, and the time that was logged gets the rate, too.
    await person.visit("Time");
    await person.logTime({ description: "First three hours", project: "Kunde / Website", duration: "3h" });
    const asked = page.getByRole("note").filter({ hasText: "3h on Kunde / Website has no rate" });
    await asked.getByLabel("Rate per hour in EUR").fill("90");
    await asked.getByRole("button", { name: "Set the rate" }).click();
    await person.said(/90\.00 EUR an hour.*\+270\.00 EUR/);
    await asked.waitFor({ state: "detached" });

    await person.visit("Invoices");
    await person.follow(page.getByRole("link", { name: "New invoice" }));
    await person.previewInvoice({ client: "Kunde", period: "All unbilled time" });
    const preview = page.getByRole("region", { name: "Preview for Kunde" });
    await preview.getByText("321.30").first().waitFor();
    assert.equal(await preview.getByText("This keeps it from being sent").count(), 0);
    await person.draftInvoice({ client: "Kunde" });
    const number = await person.sendWithoutEmail();
    assert.equal(number, `${YEAR}-0001`);
    const text = textOf((await person.pdf(/PDF/)).bytes);
    // The country that was chosen chooses the language of documents, too.
    for (const words of [name, "Kunde", "12/345/67890", "Rechnung", "90,00", "270,00", "51,30", "321,30", number]) {
      assert.ok(text.includes(words), `${words} in\n${text}`);
    }
    assert.equal(await page.getByRole("alert").count(), 0);
  });
});

describe("thirty invoices of another product", () => {
  studioStory("numbers go on, with the own pattern, and the report prints", { name: "Chien-Shiung Wu" }, async (person, { slug, api }) => {
    const { page } = person;
    await person.open(`/o/${slug}/settings/organization`);
    const form = page.locator("form#organization");
    await form.getByLabel("Invoice numbers").fill("RE-{YYYY}-{0001}");
    await form.getByRole("button", { name: "Save organization" }).click();
    await person.said("Organization saved.");

    await person.open(`/o/${slug}/invoices/numbers`);
    await page.getByLabel("Go on with").fill("31");
    await page.getByRole("button", { name: "Set the next number" }).click();
    await person.said(`RE-${YEAR}-0031`);
    assert.equal(await sendOne(api), `RE-${YEAR}-0031`);

    await person.open(`/o/${slug}/settings/organization`);
    await page.locator("form#organization").getByLabel("The counter").selectOption({ label: "Goes on for ever" });
    await page.locator("form#organization").getByRole("button", { name: "Save organization" }).click();
    await person.said("Organization saved.");
    assert.equal(await sendOne(api), `RE-${YEAR}-0032`);

    await person.open(`/o/${slug}/invoices/numbers`);
    await page.getByText("No number is missing").waitFor();
    await page.getByText("Chien-Shiung Wu set the next number").waitFor();
    const printed = textOf(await page.pdf());
    for (const words of ["No number is missing", `RE-${YEAR}-0031`, `RE-${YEAR}-0032`, "1 to 30"]) {
      assert.ok(printed.includes(words), `${words} in\n${printed}`);
    }
  });
});

/** Sends an invoice of one line to a client without time; the answer is its number. */
async function sendOne(api, client = "Acme") {
  const draft = await api("draft_invoice", { client, lines: [{ description: "Work", price: "100.00" }] });
  return (await api("send_invoice", { invoice: draft.id, without_email: true })).number;
}

describe("what was done by mistake", () => {
  studioStory("a payment, a void and a rate are taken back, and the log says who did what", { name: "Katherine Johnson" }, async (person, { slug, api }) => {
    const { page } = person;
    for (let day = 1; day <= 8; day += 1) {
      await api("create_time_entry", { project: "Acme / Website", date: `${YEAR - 1}-10-0${day}`, duration: "5h" });
    }
    await api("create_client", { name: "Globex", tax_category: "S", tax_rate: "19" });
    const number = await sendOne(api, "Globex");
    await person.visit("Invoices");
    await person.follow(page.getByRole("link", { name: number }));
    const payments = page.getByRole("region", { name: "Payments" });
    const record = async () => {
      await payments.getByRole("button", { name: "Record payment" }).click();
      await person.state("Paid").waitFor();
    };
    const remove = async () => {
      await payments.getByRole("button", { name: /^Remove the payment/ }).click();
      await page.getByRole("dialog").getByLabel("Why").fill("Recorded on the wrong invoice");
      await page.getByRole("dialog").getByRole("button", { name: "Remove payment" }).click();
      await person.state("Sent").waitFor();
    };
    await record();
    await remove();
    // The same amount again is another payment.
    await record();
    await remove();

    // A void invoice keeps its number; what was on it is billed with the next one.
    await page.getByRole("button", { name: "Void …" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Void invoice" }).click();
    await person.state("Void").waitFor();
    assert.notEqual(await sendOne(api, "Globex"), number);
    // What was on it is drafted again once, and both pages lead to each other.
    await page.getByRole("button", { name: "Draft it again" }).click();
    await page.getByText(`Drafted again from ${number}`).waitFor();
    await person.follow(page.getByRole("link", { name: number, exact: true }));
    await page.getByRole("link", { name: "Open the draft" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Draft it again" }).count(), 0);

    // Forty hours that are not billed yet were logged at a rate that is too low.
    await person.open(`/o/${slug}/projects`);
    await person.follow(page.getByRole("link", { name: "Website", exact: true }));
    const terms = page.locator("form#project");
    await terms.getByLabel("Rate per hour").fill("120");
    await terms.getByRole("button", { name: "Save changes" }).click();
    const asked = page.getByRole("note").filter({ hasText: "40h that is not billed yet" });
    await asked.getByText("4,800.00 EUR at 120.00 EUR an hour").waitFor();
    await asked.getByRole("button", { name: "Reprice the unbilled time: +800.00 EUR" }).click();
    await person.said(/\+800\.00 EUR/);
    await asked.waitFor({ state: "detached" });
    assert.equal((await api("get_project", { project: "Acme / Website" })).unbilled.amount, "4800.00");
    await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
    await person.said("Undone.");
    assert.equal((await api("get_project", { project: "Acme / Website" })).unbilled.amount, "4000.00");

    await person.open(`/o/${slug}/settings/audit`);
    const log = page.getByRole("table", { name: "Calls, the newest first" });
    for (const told of [/Payment of .* removed from/, /Invoice .* voided/, /Unbilled time of .* priced anew/, /Taken back: /]) {
      await log.getByRole("row").filter({ hasText: told }).filter({ hasText: "Katherine Johnson" }).first().waitFor();
    }
  });
});

describe("clients in three countries", () => {
  studioStory("each has its tax, its language, its currency and its letters", { name: "Tu Youyou" }, async (person, { slug, api }) => {
    const { page } = person;
    await api("update_client", { client: "Acme", name: "Nordwind", legal_name: "Nordwind GmbH", country: "DE", language: "de", address: "Straße 1\n10115 Berlin" });
    await api("create_client", { name: "Tokai", legal_name: "株式会社東海", country: "JP", language: "ja", currency: "JPY", rate: "15000", tax_category: "O", address: "大阪市北区1-1" });
    await api("create_client", { name: "Hudson", legal_name: "Hudson Inc.", country: "US", currency: "USD", rate: "150.00", tax_category: "O", address: "1 Main St\nNew York, NY 10001" });
    for (const client of ["Tokai", "Hudson"]) await api("create_project", { client, name: "Site" });
    for (const project of ["Nordwind / Website", "Tokai / Site", "Hudson / Site"]) {
      await api("create_time_entry", { project, date: `${YEAR - 1}-10-02`, duration: "40m" });
    }
    const texts = {};
    for (const client of ["Nordwind", "Tokai", "Hudson"]) {
      const draft = await api("draft_invoice", { client });
      assert.equal(draft.problems, undefined, `${client}: ${JSON.stringify(draft.problems)}`);
      const sent = await api("send_invoice", { invoice: draft.id, without_email: true });
      await person.open(`/o/${slug}/invoices/${sent.id}`);
      texts[client] = textOf((await person.pdf(/PDF/)).bytes);
    }
    const expected = {
      Nordwind: ["Rechnung", "Nordwind GmbH", "19 %", "66,67", "12,67", "79,34"],
      Tokai: ["請求書", "株式会社東海", "大阪市北区", "10,000", "JPY"],
      Hudson: ["Invoice", "Hudson Inc.", "100.00", "USD"],
    };
    for (const [client, words] of Object.entries(expected)) {
      for (const word of words) assert.ok(texts[client].includes(word), `${word} in\n${texts[client]}`);
    }
  });
});
