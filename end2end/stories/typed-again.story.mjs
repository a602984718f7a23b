// What is typed once more, beside what was just saved, is typed: it is neither taken for what was sent nor taken away.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asVisitor, openBrowser } from "../support/browser.mjs";
import { startStint } from "../support/stint.mjs";
import { studioOf } from "../support/studio.mjs";
import { until } from "../support/until.mjs";

let stint, browser;
before(async () => {
  [stint, browser] = await Promise.all([startStint(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await stint?.stop();
});

/** A story of a studio of its own. */
function story(title, { name, ...visit }, tell) {
  test(title, () =>
    asVisitor(browser, { base: stint.url, name: "typed-again", ...visit }, async (page) => {
      const { person, ...studio } = await studioOf(stint, page, { name, script: visit.script });
      await tell(person, studio);
    }),
  );
}

describe("a draft", () => {
  story("the same line once more is on the invoice that is sent", { name: "Grace Hopper" }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await api("draft_invoice", { client: "Acme", lines: [{ description: "Design", price: "100.00" }] });
    await person.open(`/o/${slug}/invoices/${draft.id}`);
    const add = async () => {
      await page.getByLabel("What", { exact: true }).fill("Hosting fee");
      await page.getByLabel("Price in EUR").fill("50");
    };
    await add();
    await page.getByRole("button", { name: "Add line" }).click();
    await page.getByLabel("Text of line 2").waitFor();
    await until(async () => (await page.getByLabel("What", { exact: true }).inputValue()) === "");
    await add();
    await page.getByRole("button", { name: "Send …" }).click();
    await page.getByLabel("Text of line 3").waitFor({ state: "attached" });
    await page.getByRole("dialog").getByText("238.00").first().waitFor();
    assert.equal((await api("get_invoice", { invoice: draft.id })).total.amount, "238.00");
  });

  story("an invoice begins without time", { name: "Ada Lovelace" }, async (person, { slug, api }) => {
    await draftsByHand(person, { slug, api });
  });

  story("it does so without scripts", { name: "Alan Turing", script: false }, async (person, { slug, api }) => {
    await draftsByHand(person, { slug, api });
  });
});

async function draftsByHand(person, { slug, api }) {
  const { page } = person;
  await person.open(`/o/${slug}/invoices/new`);
  await person.previewInvoice({ client: "Acme", period: "Last month" });
  await page.getByLabel("What", { exact: true }).fill("Retainer");
  await page.getByLabel("Price in EUR").fill("1500");
  await person.draftInvoice({ client: "Acme" });
  assert.match(page.url(), /\/invoices\/[0-9a-f-]{36}$/);
  const [draft] = (await api("list_invoices", { status: "draft" })).items;
  assert.equal(draft.total.amount, "1785.00");
  const { period } = await api("get_invoice", { invoice: draft.id });
  assert.match(period.from, /-01$/, "the days that were asked for");
}

describe("beside the button that undoes", () => {
  story("the next entry is not taken away", { name: "Emmy Noether" }, async (person, { slug, api }) => {
    const { page } = person;
    const log = page.locator("form#log");
    await person.open(`/o/${slug}/time`);
    const type = async () => {
      await log.getByLabel("What was done").fill("Standup");
      await log.getByLabel("Duration").fill("15m");
    };
    await log.getByLabel("Project").selectOption({ label: "Acme / Website" });
    await type();
    await page.getByRole("button", { name: "Log time" }).click();
    await until(async () => (await api("list_time_entries")).items.length === 1);
    await until(async () => (await log.getByLabel("Duration").inputValue()) === "");
    await type();
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await api("list_time_entries")).items.length === 0);
    await page.getByText("Nothing in this week").waitFor();
    assert.deepEqual([await log.getByLabel("What was done").inputValue(), await log.getByLabel("Duration").inputValue()], ["Standup", "15m"]);
  });

  story("the next payment is the one that was typed", { name: "Alonzo Church" }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await api("draft_invoice", { client: "Acme", lines: [{ description: "Design", price: "1000.00" }] });
    await api("send_invoice", { invoice: draft.id, without_email: true });
    await person.open(`/o/${slug}/invoices/${draft.id}`);
    const note = page.locator("form#payment").getByLabel("Note");
    const type = async () => {
      await page.getByLabel("Amount in EUR").fill("100");
      await note.fill("Rate 1");
    };
    await type();
    await page.getByRole("button", { name: "Record payment" }).click();
    const paid = async () => ((await api("get_invoice", { invoice: draft.id })).payments ?? []).length;
    await until(async () => (await paid()) === 1);
    await until(async () => (await note.inputValue()) === "");
    await type();
    await page.getByRole("button", { name: "Undo" }).click();
    await until(async () => (await paid()) === 0);
    await page.getByText("Rate 1").waitFor({ state: "detached" });
    assert.deepEqual([await page.getByLabel("Amount in EUR").inputValue(), await note.inputValue()], ["100", "Rate 1"]);
  });
});

describe("the settings of new invoices", () => {
  story("are those of the clients that are there, too", { name: "Blaise Pascal" }, async (person, { slug, api }) => {
    const { page } = person;
    await person.settings("Organization", "Blaise Pascal");
    await page.getByLabel("Tax rate in percent").fill("20");
    await page.getByRole("button", { name: "Save organization" }).click();
    await person.said(/Organization saved\..*1 client took over the tax\./);
    assert.equal((await api("get_client", { client: "Acme" })).tax_rate, "20");
  });
});

describe("times", () => {
  story("are said to be in another zone where the browser is in another", { name: "Emilie du Châtelet" }, async (person, { slug }) => {
    const { page } = person;
    const note = page.getByText(/Times are in .*; this browser is in America\/St_Johns\./);
    const lives = async (zone) => {
      await person.open(`/o/${slug}/settings`);
      await page.getByLabel("Your time zone").fill(zone);
      await page.getByRole("button", { name: "Save time zone" }).click();
      // Everything is on the new clock from then on, so the page is made anew.
      await page.getByText(`Your days begin and end in ${zone}.`).waitFor();
      await person.open(`/o/${slug}/time`);
    };
    await lives("Asia/Tokyo");
    assert.match(await note.textContent(), /^Times are in Asia\/Tokyo;/);
    await page.getByRole("link", { name: "Change your time zone" }).waitFor();
    await lives("America/St_Johns");
    await page.locator("form#log").waitFor();
    assert.equal(await note.count(), 0, "there is nothing to say");
  });
});
