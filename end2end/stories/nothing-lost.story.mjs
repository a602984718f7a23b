// What somebody types is neither lost nor turned into something else.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { accessible, asVisitor, fitsTheWindow, hydrated, open, openBrowser } from "../support/browser.mjs";
import { dayAgo } from "../support/days.mjs";
import { startStint } from "../support/stint.mjs";
import { agentOf, studioOf } from "../support/studio.mjs";
import { until } from "../support/until.mjs";

const TODAY = dayAgo();
const WORDS = "the words I typed before pressing Stop";

/** Without scripts a browser may notice that it has fetched some for nothing. */
const UNUSED = [/was preloaded using link preload but not used/];

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
    asVisitor(browser, { base: stint.url, name: "nothing-lost", expected: visit.script === false ? UNUSED : [], ...visit }, async (page) => {
      const { person, ...studio } = await studioOf(stint, page, { name, script: visit.script });
      await tell(person, studio);
    }),
  );
}

describe("before scripts take over", () => {
  story("what was typed meanwhile stays", { name: "Emmy Noether" }, async (person, { slug }) => {
    const { page, timer } = person;
    const log = page.locator("form#log");
    await withSlowScripts(page, `/o/${slug}/time?by=clock`, async () => {
      await log.getByLabel("What was done").fill("typed early");
      await log.getByLabel("Project").selectOption({ label: "Acme / Website" });
      await log.getByLabel("From").fill("08:15");
      await log.getByLabel("To").fill("09:00");
      await timer.getByLabel("What are you working on?").fill("begun early");
    });
    assert.equal(await log.getByLabel("What was done").inputValue(), "typed early");
    assert.equal(await log.getByLabel("Project").locator("option:checked").textContent(), "Acme / Website");
    assert.equal(await log.getByLabel("From").inputValue(), "08:15");
    assert.equal(await timer.getByLabel("What are you working on?").inputValue(), "begun early");
    await log.getByText("45m", { exact: true }).waitFor();

    await withSlowScripts(page, `/o/${slug}/clients`, async () => {
      await person.unfold("New client");
      await page.getByLabel("Name", { exact: true }).fill("Typed early");
      await page.getByLabel("Currency").selectOption("GBP");
    });
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Typed early");
    assert.equal(await page.getByLabel("Currency").inputValue(), "GBP");
  });
});

/** Opens a page whose program comes late, and does something before it is there. */
async function withSlowScripts(page, path, early) {
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await page.route(/\.wasm$/, async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto(path, { waitUntil: "commit" });
  await page.getByRole("heading", { level: 1 }).waitFor();
  await early();
  assert.equal(await page.locator("body[data-hydrated]").count(), 0, "it was typed before scripts took over");
  go();
  await hydrated(page);
  await page.unroute(/\.wasm$/);
}

describe("the timer", () => {
  story("Stop takes along what is being typed, and going elsewhere saves it", { name: "Sofia Kovalevskaya" }, async (person, { api }) => {
    const { page, timer } = person;
    const words = timer.getByLabel("What are you working on?");
    await person.startTimer({ project: "Acme / Website", description: "first words" });
    await words.fill("words that are left");
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Time", exact: true }).click();
    await until(async () => (await api("get_timer")).timer.description === "words that are left");
    // Another window was looked at meanwhile: what is being typed outlives that the timer is asked for again.
    await words.fill(WORDS);
    const asked = page.waitForResponse(/get_timer/);
    await page.evaluate(() => window.dispatchEvent(new Event("focus")));
    await asked;
    await pause(200);
    assert.equal(await words.inputValue(), WORDS);
    await person.stopTimer();
    await person.week.getByText(WORDS).waitFor();
    assert.equal((await api("list_time_entries")).items[0].description, WORDS);
  });

  story("a stop that does not arrive offers nothing to save", { name: "Caroline Herschel", expected: [/ERR_FAILED/] }, async (person) => {
    const { page, timer } = person;
    await person.startTimer({ project: "Acme / Website", description: "first words" });
    await page.route(/\/call\/stop_timer/, (route) => route.abort(), { times: 1 });
    await timer.getByRole("button", { name: "Stop" }).click();
    await timer.getByRole("alert").waitFor();
    assert.equal(await timer.getByRole("button", { name: "Save" }).count(), 0, "nothing was edited");
    await person.stopTimer();
  });

  story("so it is without scripts", { name: "Maryam Mirzakhani", script: false }, async (person, { api }) => {
    await person.startTimer({ project: "Acme / Website", description: "first words" });
    const words = person.timer.getByLabel("What are you working on?");
    await words.fill("second words");
    await Promise.all([person.page.waitForEvent("domcontentloaded"), words.press("Enter")]);
    assert.equal((await api("get_timer")).timer.description, "second words", "the key Enter saves, and does not stop");
    await words.fill(WORDS);
    await person.stopTimer();
    assert.equal((await api("list_time_entries")).items[0].description, WORDS);
  });
});

describe("the form to log time", () => {
  story("no project is guessed, and the one that was used last is kept", { name: "Hypatia" }, async (person) => {
    const { page } = person;
    const log = page.locator("form#log");
    const chosen = () => log.getByLabel("Project").locator("option:checked").textContent();
    await person.visit("Time");
    assert.equal(await chosen(), "Choose …");
    await log.getByLabel("Duration").fill("1h");
    await log.getByRole("button", { name: "Log time" }).click();
    assert.ok(await log.getByLabel("Project").evaluate((field) => field.validity.valueMissing), "it is asked for");
    await person.logTime({ description: "On the site", project: "Acme / Website", duration: "1h" });
    await person.said("1h logged on Website");
    await page.reload();
    await person.ready();
    assert.equal(await chosen(), "Acme / Website");
  });

  for (const view of ["desktop", "phone"]) {
    story(`a start and an end are read and typed whole on a ${view}`, { name: `Ada of the ${view}`, view }, async (person) => {
      const { page } = person;
      const log = page.locator("form#log");
      await person.visit("Time");
      await log.getByLabel("What was done").fill("typed before switching");
      await log.getByLabel("Project").selectOption({ label: "Acme / Website" });
      await log.getByLabel("Day").fill(TODAY);
      await page.getByRole("link", { name: "From and to instead" }).click();
      await log.getByLabel("To").fill("01:00");
      assert.equal(await log.getByLabel("What was done").inputValue(), "typed before switching");
      assert.equal(await log.getByLabel("Project").locator("option:checked").textContent(), "Acme / Website");
      await log.getByLabel("From").fill("22:15");
      await log.getByText("2h 45m, to the next day").waitFor();
      for (const label of ["From", "To", "Day"]) {
        const { width } = await log.getByLabel(label).boundingBox();
        assert.ok(width >= 110, `${label} is ${width} px wide`);
      }
      await fitsTheWindow(page);
      await accessible(page);
      await person.press(log.getByRole("button", { name: "Log time" }));
      await person.said("2h 45m logged on Website");
      // A second press does not log the same again.
      for (const label of ["From", "To"]) assert.equal(await log.getByLabel(label).inputValue(), "");
      await person.week.getByRole("link", { name: "Change typed before switching" }).click();
      assert.equal(await person.editor.getByLabel("From").inputValue(), "22:15");
      assert.equal(await person.editor.getByLabel("To").inputValue(), "01:00");
      assert.equal(await person.editor.getByLabel("Day").inputValue(), TODAY);
      await fitsTheWindow(page);
      await accessible(page);
      await person.editor.getByLabel("To").fill("00:30");
      await person.editor.getByRole("button", { name: "Save" }).click();
      await person.week.getByRole("row").filter({ hasText: "typed before switching" }).getByText("2h 15m").waitFor();
    });
  }

  story("so it is without scripts", { name: "Ada without scripts", script: false }, async (person) => {
    const { page } = person;
    const log = page.locator("form#log");
    await person.visit("Time");
    // Both ways to say how long it was stand in one form: nothing leads to another one, which would be empty.
    assert.ok(!(await page.getByRole("link", { name: "From and to instead" }).isVisible()));
    await log.getByLabel("What was done").fill("over midnight");
    await log.getByLabel("Project").selectOption({ label: "Acme / Website" });
    await log.getByLabel("Day").fill(dayAgo(0, "UTC"));
    await log.getByLabel("Or from").fill("22:15");
    await log.getByLabel("To", { exact: true }).fill("22:15");
    await person.press(log.getByRole("button", { name: "Log time" }));
    await page.getByRole("alert").getByText("no time at all").waitFor();
    assert.equal(await log.getByLabel("What was done").inputValue(), "over midnight");
    assert.equal(await log.getByLabel("Or from").inputValue(), "22:15");
    await log.getByLabel("To", { exact: true }).fill("01:00");
    await person.press(log.getByRole("button", { name: "Log time" }));
    await person.week.getByRole("row").filter({ hasText: "over midnight" }).getByText("2h 45m").waitFor();
  });
});

describe("lists that go on", () => {
  story("every entry of a week is reached, and the days keep their totals", { name: "Carl Gauss" }, async (person, { slug, api }) => {
    const { page } = person;
    for (let number = 1; number <= 205; number++) {
      await api("create_time_entry", { project: "Acme / Website", date: TODAY, duration: "1m", description: `Entry ${number}` });
    }
    await person.open(`/o/${slug}/time`);
    const total = page.locator(`#day-${TODAY} .day-head .number`);
    const counted = () => page.locator(`#day-${TODAY} tr:not(.day-head)`).count();
    assert.deepEqual([await counted(), await total.textContent()], [200, "3h 25m"]);
    await page.getByRole("link", { name: "More" }).click();
    await until(async () => (await counted()) === 5);
    assert.equal(await total.textContent(), "3h 25m");
    await person.week.getByRole("link", { name: "Change Entry 1", exact: true }).click();
    await person.editor.getByLabel("What was done").fill("The first of all");
    await person.editor.getByRole("button", { name: "Save" }).click();
    await person.week.getByText("The first of all").waitFor();
    assert.equal(await counted(), 5, "whoever has changed an entry is where they were");
    await page.getByRole("link", { name: "From the beginning" }).click();
    await until(async () => (await counted()) === 200);
  });

  story("a list by name goes on where it ended, and back to its beginning", { name: "Leonhard Euler" }, async (person, { slug, api }) => {
    const { page } = person;
    const names = page.getByRole("table", { name: "Clients" }).locator("tbody th a");
    for (let number = 1; number <= 100; number++) {
      const name = `Client ${String(number).padStart(3, "0")}`;
      await api("create_client", { name });
      await api("archive_client", { client: name });
    }
    await person.open(`/o/${slug}/clients`);
    assert.deepEqual(await names.allTextContents(), ["Acme"]);
    assert.equal(await page.getByRole("navigation", { name: "More of this list" }).count(), 0);
    await page.getByRole("link", { name: "Show archived clients" }).click();
    await page.getByRole("link", { name: "More" }).click();
    await until(async () => (await names.allTextContents()).join() === "Client 100");
    await page.getByRole("link", { name: "Hide archived clients" }).waitFor();
    await page.getByRole("link", { name: "From the beginning" }).click();
    await until(async () => (await names.count()) === 100);
    assert.equal(await names.first().textContent(), "Acme");
  });

  story("only the drafts that the page shows are confirmed", { name: "Alonzo Church" }, async (person, { slug, api }) => {
    const { page } = person;
    const agent = await agentOf(stint, { name: "Alonzo Church", slug });
    const long = dayAgo(14);
    await agent("create_time_entry", { project: "Acme / Website", date: TODAY, duration: "1h", description: "seen" });
    await agent("create_time_entry", { project: "Acme / Website", date: long, duration: "2h", description: "not seen" });
    await person.open(`/o/${slug}/time`);
    await page.getByText("1 draft of 1h was written by an agent and waits for you.").waitFor();
    await page.getByRole("button", { name: "Confirm these drafts" }).click();
    await person.said("1h confirmed.");
    await page.getByRole("button", { name: "Confirm these drafts" }).waitFor({ state: "detached" });
    const states = Object.fromEntries((await api("list_time_entries")).items.map((entry) => [entry.description, entry.state]));
    assert.deepEqual(states, { seen: "logged", "not seen": "draft" });
  });
});

describe("a new invoice", () => {
  story("the preview is of what is chosen, and so is the draft", { name: "Blaise Pascal" }, async (person, { slug, api }) => {
    const { page } = person;
    for (const description of ["Sketch", "Review"]) await api("create_time_entry", { project: "Acme / Website", duration: "1h", description });
    await person.open(`/o/${slug}/invoices/new`);
    await page.getByLabel("Client").selectOption({ label: "Acme" });
    const lines = page.getByRole("region", { name: "Preview for Acme" }).getByRole("table").locator("tbody tr");
    await until(async () => (await lines.count()) === 1);
    await page.getByLabel("Lines").selectOption({ label: "One line per entry" });
    await until(async () => (await lines.count()) === 2);
    await person.draftInvoice({ client: "Acme" });
    assert.equal(await page.getByRole("table", { name: "Lines of the draft" }).locator("tbody tr").count(), 2);
  });

  story("without scripts what is not previewed is not drafted", { name: "Pierre de Fermat", script: false }, async (person, { slug, api }) => {
    const { page } = person;
    await api("create_time_entry", { project: "Acme / Website", duration: "1h", description: "Sketch" });
    await person.open(`/o/${slug}/invoices/new`);
    await person.previewInvoice({ client: "Acme", period: "All unbilled time" });
    const draft = page.getByRole("button", { name: "Draft this invoice" });
    assert.ok(await draft.isVisible());
    await page.getByLabel("Lines").focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Tab");
    await page.getByText("Preview what is chosen now").waitFor();
    assert.ok(!(await draft.isVisible()));
    await person.press(page.getByRole("button", { name: "Preview" }));
    assert.ok(await draft.isVisible());
  });
});

/** Opens a draft with an hour of work and a line that was added by hand: 110.00 without tax. */
async function openDraft(person, { slug, api }) {
  await api("create_time_entry", { project: "Acme / Website", duration: "1h", description: "Sketch" });
  const draft = await api("draft_invoice", { client: "Acme", lines: [{ description: "Domain", price: "10.00" }] });
  await person.open(`/o/${slug}/invoices/${draft.id}`);
  return draft;
}

describe("a draft", () => {
  story("each of its buttons keeps what was typed", { name: "Grace Hopper" }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await openDraft(person, { slug, api });
    const stored = () => api("get_invoice", { invoice: draft.id });
    await page.getByLabel("Note to the client").fill("Thank you");
    await page.getByLabel("What", { exact: true }).fill("Hosting");
    await page.getByLabel("Price in EUR").fill("50");
    await page.getByRole("button", { name: "Add line" }).click();
    await page.getByLabel("Text of line 3").waitFor();
    assert.equal(await page.getByLabel("Note to the client").inputValue(), "Thank you");
    assert.equal(await page.getByLabel("What", { exact: true }).inputValue(), "", "it was added once");
    await page.getByLabel("Text of line 1").fill("Sketches of November");
    await page.getByLabel("Discount").fill("10 %");
    await page.getByRole("button", { name: "Remove line 2" }).click();
    await page.getByLabel("Text of line 3").waitFor({ state: "detached" });
    assert.equal(await page.getByLabel("Text of line 1").inputValue(), "Sketches of November");
    assert.equal(await page.getByLabel("Text of line 2").inputValue(), "Hosting");
    await until(async () => (await page.getByLabel("Discount").inputValue()) === "10%");
    // The key Enter saves, and removes nothing.
    await page.getByLabel("Days to pay").fill("7");
    await page.getByLabel("Days to pay").press("Enter");
    await until(async () => (await stored()).payment_terms_days === 7);
    const { lines, notes, discount_written } = await stored();
    assert.deepEqual([lines.map((line) => line.description), notes, discount_written], [["Sketches of November", "Hosting"], "Thank you", "10%"]);
    await accessible(page);
  });

  story("what is sent is what is on the screen", { name: "Ada Lovelace" }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await openDraft(person, { slug, api });
    await page.getByLabel("Discount").fill("10%");
    await page.getByLabel("Note to the client").fill("Thank you");
    await page.getByRole("button", { name: "Send …" }).click();
    // 110.00 less 10 %, and 19 % tax.
    const dialog = page.getByRole("dialog", { name: /^Send 117\.81/ });
    await dialog.getByLabel("Without e-mail").check();
    await accessible(page);
    await dialog.getByRole("button", { name: "Send invoice" }).click();
    await person.numberOfInvoice();
    const sent = await api("get_invoice", { invoice: draft.id });
    assert.deepEqual([sent.total.amount, sent.notes], ["117.81", "Thank you"]);
  });

  story("what cannot be saved is not sent", { name: "Barbara Liskov", expected: [/status of 4\d\d/] }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await openDraft(person, { slug, api });
    await page.getByLabel("Discount").fill("a lot");
    await page.getByRole("button", { name: "Send …" }).click();
    await page.getByRole("dialog").getByText("Your changes could not be saved").waitFor();
    assert.equal(await page.getByRole("button", { name: "Send invoice" }).count(), 0);
    await page.keyboard.press("Escape");
    assert.equal(await page.getByLabel("Discount").inputValue(), "a lot");
    await page.getByLabel("Discount").fill("");
    await person.sendWithoutEmail();
    assert.equal((await api("get_invoice", { invoice: draft.id })).total.amount, "130.90");
  });

  story("without scripts changes are saved before it is sent", { name: "Alan Turing", script: false }, async (person, { slug, api }) => {
    const { page } = person;
    const draft = await openDraft(person, { slug, api });
    await page.getByLabel("Note to the client").pressSequentially("Thank you");
    await page.getByRole("button", { name: "Send …" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Save your changes first.").waitFor();
    assert.ok(await dialog.getByRole("button", { name: "Save draft" }).isVisible());
    assert.equal(await page.getByRole("button", { name: "Send invoice" }).count(), 0);
    await page.keyboard.press("Escape");
    await page.getByLabel("What", { exact: true }).fill("Hosting");
    await page.getByLabel("Price in EUR").fill("50");
    await person.press(page.getByRole("button", { name: "Add line" }));
    assert.equal(await page.getByLabel("Note to the client").inputValue(), "Thank you");
    assert.equal(await page.getByLabel("Text of line 3").inputValue(), "Hosting");
    await person.sendWithoutEmail();
    assert.equal((await api("get_invoice", { invoice: draft.id })).notes, "Thank you");
  });

  story("who leaves it unsaved is asked", { name: "Kurt Gödel" }, async (person, { slug, api }) => {
    const { page } = person;
    const asked = [];
    let answer = false;
    page.on("dialog", async (dialog) => {
      asked.push(dialog.type());
      await (answer ? dialog.accept() : dialog.dismiss());
    });
    await person.open(`/o/${slug}/invoices`);
    const draft = await api("create_time_entry", { project: "Acme / Website", duration: "1h" }).then(() => api("draft_invoice", { client: "Acme" }));
    await page.reload();
    await person.ready();
    await page.getByRole("main").getByRole("link", { name: /^Draft of/ }).click();
    await person.heading("Draft for Acme").waitFor();
    const note = page.getByLabel("Note to the client");
    const link = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Time", exact: true });
    await note.fill("Thank you");
    await link.click();
    await page.evaluate(() => history.back());
    await until(async () => asked.length === 2);
    // The browser has gone back by then, and is led to where it was.
    await until(async () => page.url().endsWith(draft.id));
    assert.equal(await note.inputValue(), "Thank you");
    await page.evaluate(() => location.reload()).catch(() => {});
    await until(async () => asked.length === 3);
    assert.deepEqual(asked, ["confirm", "confirm", "beforeunload"]);
    answer = true;
    await link.click();
    await person.heading("Time").waitFor();
    assert.equal(asked.length, 4);
  });
});

describe("two people at one record", () => {
  story("whoever saves one field takes back no other one", { name: "Lise Meitner" }, async (person, { slug }) => {
    const { page } = person;
    const settings = `/o/${slug}/settings/organization`;
    await open(page, settings);
    const other = await page.context().newPage();
    await open(other, settings);
    await other.getByLabel("IBAN").fill("DE89370400440532013000");
    await other.getByRole("button", { name: "Save organization" }).click();
    await other.getByText("Organization saved.").waitFor();
    await other.close();
    await page.getByLabel("Telephone").fill("+49 30 1234567");
    await page.getByRole("button", { name: "Save organization" }).click();
    await page.getByText("Organization saved.").waitFor();
    await open(page, settings);
    assert.equal((await page.getByLabel("IBAN").inputValue()).replaceAll(" ", ""), "DE89370400440532013000");
    assert.equal(await page.getByLabel("Telephone").inputValue(), "+49 30 1234567");
  });

  story("so it is without scripts, also after a refusal", { name: "Otto Hahn", script: false }, async (person, { slug }) => {
    const { page } = person;
    const settings = `/o/${slug}/settings/organization`;
    const save = (page) =>
      Promise.all([page.waitForEvent("domcontentloaded"), page.getByRole("button", { name: "Save organization" }).click()]);
    const other = await page.context().newPage();
    const elsewhere = async (label, text) => {
      await other.goto(settings);
      await other.getByLabel(label, { exact: true }).fill(text);
      await save(other);
    };
    await page.goto(settings);
    await elsewhere("IBAN optional", "DE89370400440532013000");
    await page.getByLabel("Telephone").fill("+49 30 1234567");
    await page.getByLabel("VAT identifier").fill("DE1");
    await save(page);
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("Telephone").inputValue(), "+49 30 1234567", "what was typed comes back");
    await elsewhere("Bank optional", "Sparkasse");
    await page.getByLabel("VAT identifier").fill("");
    await save(page);
    await page.goto(settings);
    assert.equal((await page.getByLabel("IBAN").inputValue()).replaceAll(" ", ""), "DE89370400440532013000");
    assert.equal(await page.getByLabel("Bank optional", { exact: true }).inputValue(), "Sparkasse");
    assert.equal(await page.getByLabel("Telephone").inputValue(), "+49 30 1234567");
  });
});

describe("when the program stops", () => {
  const expected = [/SplitLoaderError/, /RuntimeError/, /unreachable/, /Failed to load resource/, /Failed to fetch/, /pkg/, /panicked/, /Failed to execute 'compile'/];

  story("a page whose part of the program is of another build loads as a new document", { name: "Hedy Lamarr", expected }, async ({ page }, { slug }) => {
    await open(page, `/o/${slug}`);
    const isGone = (url) => url.pathname.includes("split_management");
    await page.route(isGone, (route) => route.fulfill({ status: 404 }), { times: 1 });
    await page.getByRole("link", { name: "Clients", exact: true }).first().click();
    await page.getByRole("heading", { name: "Clients", level: 1 }).waitFor();
    await hydrated(page);
    assert.equal(new URL(page.url()).pathname, `/o/${slug}/clients`);
  });
});
