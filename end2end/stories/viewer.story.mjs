// A client's accountant looks in: the work and the invoices of that client are there, and nothing else is.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { PASSWORD, Person, address } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const ACCOUNTANT = "Alan Turing";

describe("a client's accountant", () => {
  let stint, browser, demo;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
    demo = await stint.json("demo");
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  const visitor = (name, view, story, expected = []) =>
    asVisitor(browser, { base: stint.url, name: `viewer-${name}`, view, expected }, (page) => story(new Person(page)));

  test("is invited to one client, sees it, and nothing of another", async () => {
    let link;
    await visitor("owner", "desktop", async (ada) => {
      await ada.signIn({ email: demo.email, password: demo.password });
      link = await invites(ada, demo.organization);
    });
    await visitor("accountant", "desktop", (alan) => looksAround(alan, demo.organization, link), [/status of 403/]);
    await visitor("owner-again", "phone", async (ada) => {
      await ada.signIn({ email: demo.email, password: demo.password });
      await grantsTheOther(ada, demo.organization);
    });
    await visitor("accountant-again", "phone", (alan) => findsTheOther(alan, demo.organization));
  });
});

async function looksRight({ page }) {
  await fitsTheWindow(page);
  await accessible(page);
}

async function invites(ada, studio) {
  const { page } = ada;
  await ada.open(`/o/${studio}/settings/members`);
  const form = page.locator("form#invite-form");
  await form.getByLabel("E-mail").fill(address(ACCOUNTANT));
  await form.getByLabel("Role").selectOption("viewer");
  await form.getByLabel("Acme", { exact: true }).check();
  await form.getByRole("button", { name: "Invite" }).click();
  const shown = await page.locator(".invitation-link code").textContent();
  await looksRight(ada);
  return new URL(shown.trim()).pathname;
}

async function looksAround(alan, studio, link) {
  const { page } = alan;
  await alan.open(link);
  await page.getByLabel("Your name").fill(ACCOUNTANT);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: /^Create account and join/ }).click();
  assert.equal(await alan.arrived(), studio);
  await looksRight(alan);
  for (const name of ["Time", "Clients", "Projects", "Invoices"]) {
    await alan.visit(name);
    // On a Monday nothing may be there yet; the demo's week before is full of work.
    if (name === "Time") await alan.follow(page.getByRole("link", { name: "The week before" }));
    await saysNothingOf(alan, "Globex");
    await looksRight(alan);
  }
  await page.getByRole("main").getByRole("link", { name: /\d{4}-\d+/ }).first().click();
  await page.getByRole("heading", { level: 1, name: /\d{4}-\d+/ }).waitFor();
  for (const button of ["Send", "Record payment", "Void"]) {
    assert.equal(await page.getByRole("button", { name: new RegExp(`^${button}`) }).count(), 0, `a viewer is offered ${button}`);
  }
  await looksRight(alan);
  await alan.visit("Clients");
  await alan.follow(page.getByRole("main").getByRole("link", { name: "Acme", exact: true }));
  await alan.heading("Acme").waitFor();
  await looksRight(alan);
  await alan.open(`/o/${studio}/settings/members`);
  assert.equal(await page.getByRole("region", { name: "Members", exact: true }).getByText("Ada Lovelace").count(), 0);
  await page.goto(`/o/${studio}/settings/mails`);
  await page.getByText("Owners, admins and managers read the mails").waitFor();
}

async function saysNothingOf({ page }, client) {
  await page.getByRole("main").getByText("Acme").filter({ visible: true }).first().waitFor();
  assert.equal(await page.getByText(client).count(), 0, `${page.url()} speaks of ${client}`);
}

async function grantsTheOther(ada, studio) {
  const { page } = ada;
  await ada.open(`/o/${studio}/settings/members`);
  await page.getByRole("button", { name: `Choose the clients that ${ACCOUNTANT} sees …` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Acme", { exact: true }).uncheck();
  await dialog.getByLabel("Globex", { exact: true }).check();
  await looksRight(ada);
  await dialog.getByRole("button", { name: "Save clients" }).click();
  await ada.said(`${ACCOUNTANT} sees Globex from now on.`);
}

async function findsTheOther(alan, studio) {
  const { page } = alan;
  await alan.open("/sign-in");
  await alan.fillSignIn({ email: address(ACCOUNTANT) });
  await alan.arrived();
  await alan.open(`/o/${studio}/clients`);
  await page.getByRole("link", { name: "Globex", exact: true }).waitFor();
  assert.equal(await page.getByText("Acme").count(), 0, "a grant that was taken away works no longer");
  await looksRight(alan);
}
