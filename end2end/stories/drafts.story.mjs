// A draft on its page: two people at the same one, long numbers, and the ways to what has to be mended. Two people at the same time
// entry stand beside it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { address, Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";
import { studioOf } from "../support/studio.mjs";

/** A write that is refused is told in the console, too. */
const REFUSED = [/status of 409/];

let stint, browser;
before(async () => {
  [stint, browser] = await Promise.all([startStint(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await stint?.stop();
});

/** A story about a draft with a line of time and two by hand. */
function story(title, { name, ...visit }, tell) {
  test(title, () =>
    asVisitor(browser, { base: stint.url, name: "drafts", expected: REFUSED, ...visit }, async (page) => {
      const { person, slug, api } = await studioOf(stint, page, { name, script: visit.script });
      // With a rate of its own, which can be set again on the draft.
      await api("create_time_entry", { project: "Acme / Website", duration: "1h", description: "Charts", rate: "800.00" });
      const lines = [
        { description: "Hosting", price: "50.00" },
        { description: "Domain", price: "10.00" },
      ];
      const { id, lines: drafted } = await api("draft_invoice", { client: "Acme", lines });
      const path = `/o/${slug}/invoices/${id}`;
      await person.open(path);
      await tell({ person, page, api, slug, path, id, drafted });
    }),
  );
}

/** The same person at the same draft in another browser. */
function elsewhere({ name, path }, tell) {
  return asVisitor(browser, { base: stint.url, name: "drafts-elsewhere" }, async (page) => {
    const other = new Person(page);
    await other.signIn({ email: address(name) });
    await other.open(path);
    await tell(page, other);
  });
}

const differences = (page) => page.locator(".differences");
const rowOf = (page, label) => differences(page).getByRole("row").filter({ hasText: label });

describe("a draft that somebody else has saved meanwhile", () => {
  story("shows where it differs, and is saved over after a look", { name: "Rosa Luxemburg" }, async ({ page, path, api, id }) => {
    await page.getByLabel("Text of line 3").fill("Domain, a year");
    await page.getByLabel("Discount").fill("5%");
    await elsewhere({ name: "Rosa Luxemburg", path }, async (there, other) => {
      await there.getByLabel("Discount").fill("10%");
      await there.getByLabel("Note to the client").fill("Thank you");
      await there.getByRole("button", { name: "Remove line 2" }).click();
      await other.said("Draft saved.");
    });
    await page.getByRole("button", { name: "Save draft" }).last().click();
    await rowOf(page, "Discount").filter({ hasText: "10%" }).filter({ hasText: "5%" }).waitFor();
    await rowOf(page, "Text of line 2").filter({ hasText: "Domain, a year" }).waitFor();
    await rowOf(page, "Note to the client").filter({ hasText: "Thank you" }).filter({ hasText: "not typed by you" }).waitFor();
    await rowOf(page, "Your line 2").filter({ hasText: "Was removed" }).filter({ hasText: "Hosting" }).waitFor();
    assert.equal(await page.getByLabel("Text of line 2").inputValue(), "Domain, a year", "it follows its line");
    assert.equal(await page.getByLabel("Discount").inputValue(), "5%");
    assert.equal(await page.getByLabel("Note to the client").inputValue(), "Thank you");
    for (const name of ["Send …", "Save draft", "Add line", "Remove line 1"]) {
      assert.ok(await page.getByRole("button", { name }).last().isDisabled(), `${name} waits until one of the two was chosen`);
    }
    await fitsTheWindow(page);
    await accessible(page);
    await page.getByRole("button", { name: "Keep what I typed and save it" }).click();
    await page.getByRole("status").filter({ hasText: "Draft saved." }).waitFor();
    await differences(page).waitFor({ state: "detached" });
    const saved = await api("get_invoice", { invoice: id });
    assert.deepEqual(
      [saved.discount_written, saved.notes, saved.lines.map((line) => line.description).slice(1)],
      ["5%", "Thank you", ["Domain, a year"]],
    );
  });

  story("or is taken as it stands", { name: "Clara Zetkin" }, async ({ page, path, person }) => {
    await page.getByLabel("Discount").fill("5%");
    await elsewhere({ name: "Clara Zetkin", path }, async (there, other) => {
      await there.getByLabel("Discount").fill("10%");
      await there.getByRole("button", { name: "Save draft" }).last().click();
      await other.said("Draft saved.");
    });
    await page.getByRole("button", { name: "Save draft" }).last().click();
    await differences(page).waitFor();
    await page.getByRole("link", { name: "Take the draft as it stands" }).click();
    await differences(page).waitFor({ state: "detached" });
    await person.ready();
    assert.equal(await page.getByLabel("Discount").inputValue(), "10%");
  });

  story("is looked at before it is sent", { name: "Emma Goldman" }, async ({ page, path, person, api, id }) => {
    await page.getByRole("button", { name: "Send …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("To").fill("ada@acme.example;billing@acme.example\ngrace@acme.example");
    await dialog.getByLabel("Without e-mail").uncheck();
    await elsewhere({ name: "Emma Goldman", path }, async (there, other) => {
      await there.getByLabel("Discount").fill("10%");
      await there.getByRole("button", { name: "Save draft" }).last().click();
      await other.said("Draft saved.");
    });
    await dialog.getByRole("button", { name: "Send invoice" }).click();
    await rowOf(page, "Discount").filter({ hasText: "10%" }).waitFor();
    await dialog.waitFor({ state: "hidden" });
    assert.equal(await page.getByLabel("Discount").inputValue(), "10%");
    await page.getByRole("button", { name: "Send …" }).click();
    await dialog.getByRole("button", { name: "Send invoice" }).click();
    await person.numberOfInvoice();
    const { mail } = await api("get_invoice", { invoice: id });
    assert.equal(mail.recipient, "ada@acme.example, billing@acme.example, grace@acme.example");
  });

  story("so it is without scripts", { name: "Louise Michel", script: false }, async ({ page, person, api, id, drafted }) => {
    await page.getByLabel("Text of line 3").fill("Domain, a year");
    await page.getByLabel("Discount").fill("5%");
    await api("update_invoice_draft", { invoice: id, discount: "10%", lines: [{ line: drafted[1].id, remove: true }] });
    await person.press(page.getByRole("button", { name: "Save draft" }).last());
    await rowOf(page, "Discount").filter({ hasText: "10%" }).filter({ hasText: "5%" }).waitFor();
    await rowOf(page, "Your line 2").filter({ hasText: "Hosting" }).waitFor();
    assert.equal(await page.getByLabel("Text of line 2").inputValue(), "Domain, a year");
    await person.press(page.getByRole("button", { name: "Keep what I typed and save it" }));
    const saved = await api("get_invoice", { invoice: id });
    assert.deepEqual([saved.discount_written, saved.lines[1].description], ["5%", "Domain, a year"]);
  });

  story("and nothing of theirs is taken back without scripts", { name: "Voltairine de Cleyre", script: false }, async ({ page, person, api, id, drafted }) => {
    await page.getByLabel("Note to the client").fill("Thank you");
    const theirs = { discount: "10%", payment_terms_days: 30, lines: [{ line: drafted[1].id, price: "500.00", description: "Corrected" }] };
    await api("update_invoice_draft", { invoice: id, ...theirs });
    await person.press(page.getByRole("button", { name: "Save draft" }).last());
    await page.getByRole("button", { name: "Keep what I typed and save it" }).waitFor();
    assert.equal(await page.locator("#send").isVisible(), false, "what is not saved is not sent");
    await person.press(page.getByRole("button", { name: "Keep what I typed and save it" }));
    const saved = await api("get_invoice", { invoice: id });
    const [line] = saved.lines.slice(1);
    assert.deepEqual([saved.notes, saved.discount_written, saved.payment_terms_days], ["Thank you", "10%", 30]);
    assert.deepEqual([line.description, line.price.amount], ["Corrected", "500.00"]);
  });

  story("what was typed into one that was sent meanwhile is shown without scripts", { name: "Rosa Parks", script: false }, async ({ page, person, api, id }) => {
    await page.getByLabel("Note to the client").fill("Thank you very much");
    await api("send_invoice", { invoice: id, without_email: true });
    await person.press(page.getByRole("button", { name: "Save draft" }).last());
    const told = page.getByRole("alert").filter({ hasText: "is not saved" });
    await told.getByText("Thank you very much").waitFor();
  });
});

describe("time that somebody else has changed meanwhile", () => {
  story("is told, and is saved over after a look", { name: "Mary Jackson" }, async ({ page, person, api, slug }) => {
    const entry = await api("create_time_entry", { project: "Acme / Website", duration: "1h", description: "Review" });
    await person.open(`/o/${slug}/time`);
    await person.week.getByRole("link", { name: "Change Review" }).click();
    await person.editor.getByLabel("What was done").fill("Review of the site");
    await api("update_time_entry", { time_entry: entry.id, description: "Review by phone" });
    await person.editor.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").filter({ hasText: "It says now: Review by phone" }).waitFor();
    assert.equal(await person.editor.getByLabel("What was done").inputValue(), "Review of the site");
    await person.editor.getByRole("button", { name: "Save" }).click();
    await person.said("Saved.");
    const saved = await api("get_time_entry", { time_entry: entry.id });
    assert.equal(saved.description, "Review of the site");
  });
});

describe("numbers of a draft", () => {
  for (const view of ["desktop", "phone"]) {
    story(`long ones are read whole on a ${view}`, { name: `Grace of the ${view}`, view }, async ({ page }) => {
      for (const label of ["Quantity of line 2", "Price of line 2", "Rate of line 1", "Quantity", "Price in EUR"]) {
        const field = page.getByLabel(label, { exact: true });
        await field.fill("1,234,567.8912");
        const cut = await field.evaluate((input) => input.scrollWidth - input.clientWidth);
        assert.ok(cut <= 0, `${label} is cut by ${cut} px`);
      }
      await fitsTheWindow(page);
    });
  }
});

describe("a rate that was set wrongly", () => {
  story("is set again on the line", { name: "Hedy Lamarr" }, async ({ page, api, id }) => {
    await page.getByLabel("Rate of line 1", { exact: true }).fill("80.00");
    await page.getByRole("button", { name: "Save draft" }).last().click();
    await page.getByRole("status").filter({ hasText: "Draft saved." }).waitFor();
    const { lines } = await api("get_invoice", { invoice: id });
    assert.deepEqual([lines[0].rate.amount, lines[0].net.amount], ["80.00", "80.00"]);
  });
});

describe("what has to be mended", () => {
  story("a link leads to the very field", { name: "Ida Noddack" }, async ({ page, person, api, slug }) => {
    const focused = (id) => page.waitForFunction((id) => document.activeElement?.id === id, id);
    await api("create_time_entry", { project: "Acme / Website", duration: "1h", description: "Review" });
    await person.open(`/o/${slug}/invoices/new`);
    await page.getByLabel("Client").selectOption({ label: "Acme" });
    const told = page.locator(".notice li").filter({ hasText: /Your (organization has no )?postal address/ });
    await told.getByRole("link", { name: "To the settings" }).click();
    await focused("organization-address");
    assert.ok(page.url().endsWith("/settings/organization#organization-address"), page.url());
    const field = page.url();
    await page.goto("about:blank");
    await person.open(field);
    await focused("organization-address");
  });
});
