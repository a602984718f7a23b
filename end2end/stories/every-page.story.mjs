// Every page, light and dark, on a desktop and on a phone: nothing that axe finds, nothing in the console, nothing too wide.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apiOf } from "../support/api.mjs";
import { accessible, asVisitor, fitsTheWindow, keepPicture, LOOKS, open, openBrowser } from "../support/browser.mjs";
import { OPEN, pagesOf } from "../support/pages.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

// Two at once: a page waits for the server, and axe for nobody.
describe("every page", { concurrency: 2 }, () => {
  let stint, browser, demo, pages;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
    demo = await stint.json("demo");
    pages = await pagesOf(demo.organization, apiOf(stint.url, demo.token));
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  // A page that is not there is part of the story, and the browser says so.
  const visit = (look) => ({ base: stint.url, name: "every-page", expected: [/status of 404/], ...look });
  const demosOwner = (page) => new Person(page).signIn({ email: demo.email, password: demo.password });

  for (const look of LOOKS) {
    const named = `${look.view}, ${look.scheme}`;

    test(`for visitors (${named})`, () =>
      asVisitor(browser, visit(look), async (page) => {
        for (const { name, path } of OPEN) await looksRight(page, name, path, look);
      }));

    test(`of the studio (${named})`, () =>
      asVisitor(browser, visit(look), async (page) => {
        await demosOwner(page);
        for (const { name, path } of pages) await looksRight(page, name, path, look);
      }));

    test(`with its dialogs open (${named})`, () =>
      asVisitor(browser, visit(look), async (page) => {
        await demosOwner(page);
        // What stands around a page is the same on all of them.
        await opensDialogs(page, pages[0].path, "body");
        for (const { path } of pages.slice(1)) await opensDialogs(page, path, "main");
      }));

    test(`before there is anything to show (${named})`, () =>
      asVisitor(browser, visit(look), async (page) => {
        const slug = await new Person(page).signUp({ name: `New ${look.view} ${look.scheme}` });
        for (const path of ["", "/time", "/clients", "/projects", "/invoices", "/invoices/numbers", "/invoices/new", "/settings/tokens", "/settings/members", "/settings/mails", "/settings/audit"]) {
          await looksRight(page, `empty${path.replaceAll("/", "-")}`, `/o/${slug}${path}`, look);
        }
      }));
  }

  test("is reached from page to page without loading anew", () =>
    asVisitor(browser, visit({}), async (page) => {
      const person = new Person(page);
      await demosOwner(page);
      await page.evaluate(() => (document.body.dataset.same = "yes"));
      for (const name of ["Time", "Clients", "Projects", "Invoices", "Overview"]) {
        await person.visit(name);
        await accessible(page);
      }
      await person.visit("Invoices");
      await page.getByRole("link", { name: "New invoice" }).click();
      await person.heading("New invoice").waitFor();
      await page.goBack();
      await page.getByRole("table", { name: "Invoices" }).getByRole("link").first().click();
      await person.heading(/^Draft for|^Invoice /).waitFor();
      await person.settings("Organization", "Ada Lovelace");
      for (const section of ["Tokens", "Mails", "You"]) await person.settingsTab(section);
      assert.equal(await page.evaluate(() => document.body.dataset.same), "yes", "a page was loaded anew");
    }));
});

async function looksRight(page, name, path, { view, scheme }) {
  await open(page, path);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await keepPicture(page, `${name}-${view}-${scheme}`);
  await fitsTheWindow(page);
  await accessible(page);
}

/** Opens what a page asks before it does something, and everything in this part of it that is folded away. */
async function opensDialogs(page, path, part) {
  await open(page, path);
  for (const opener of await page.locator("main button[popovertarget]:not(dialog button)").all()) {
    await opener.evaluate((opener) => opener.closest("details")?.setAttribute("open", ""));
    await opener.click();
    const dialog = page.locator("dialog:popover-open");
    await dialog.waitFor();
    await fitsTheWindow(page);
    await accessible(page, "dialog:popover-open");
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "hidden" });
    await opener.evaluate((opener) => opener.closest("details")?.removeAttribute("open"));
  }
  for (const summary of await page.locator(`${part} details > summary`).all()) {
    // What is folded away on a phone only is not there on a desktop.
    if (!(await summary.isVisible()) || (await summary.evaluate((summary) => summary.parentElement.open))) continue;
    await summary.click();
    await fitsTheWindow(page);
    await accessible(page, "details[open]");
    await summary.click();
  }
}
