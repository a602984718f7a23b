// An address is confirmed, a lost password replaced, and what happened to both is seen.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { address, PASSWORD, Person } from "../support/person.mjs";
import { linkIn, mailServer } from "../support/smtp.mjs";
import { startStint } from "../support/stint.mjs";

const NEW_PASSWORD = "other words that are kept";
const PATIENCE_MS = 30_000;

/** What is refused on purpose; and a page that runs no scripts has no use for what it is told to load early. */
const EXPECTED = [/status of 4\d\d/, /preloaded using link preload/];

describe("one's own sign-in", () => {
  let mails, stint, browser;
  before(async () => {
    mails = await mailServer(() => 0);
    const env = { STINT_SMTP_URL: mails.url, STINT_MAIL_FROM: "Stint <stint@example.com>" };
    [stint, browser] = await Promise.all([startStint({ env }), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
    await mails?.stop();
  });

  /** The link to a page in the newest mail to somebody that has one. */
  const mailed = async (email, page) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const links = mails.messages.filter((message) => message.includes(email)).map((message) => linkIn(message, page));
      const link = links.filter(Boolean).at(-1);
      if (link) return link;
      assert.ok(Date.now() < deadline, `no mail to ${email} leads to ${page}`);
      await pause(100);
    }
  };

  // Each comes from a network of their own, as through a proxy: together they would try too often for one.
  for (const [name, network, visit] of [
    ["Ada Lovelace", "203.0.113.1", { view: "desktop" }],
    ["Grace Hopper", "203.0.113.2", { view: "phone" }],
    ["Alan Turing", "203.0.113.3", { view: "desktop", script: false }],
  ]) {
    const from = (page) => page.setExtraHTTPHeaders({ "x-forwarded-for": network });
    const { view, script = true } = visit;
    test(`is confirmed, lost, found and looked after on a ${view}${script ? "" : " without scripts"}`, () =>
      asVisitor(browser, { base: stint.url, name: "identity", expected: EXPECTED, ...visit }, async (page) => {
        await from(page);
        const person = new Person(page, { script });
        await person.signUp({ name });
        await confirms(person, await mailed(address(name), "/verify/"));
        await asVisitor(browser, { base: stint.url, name: "identity-elsewhere", expected: EXPECTED, ...visit }, async (page) => {
          await from(page);
          await losesThePassword(new Person(page, { script }), name, mailed);
        });
        await findsThePassword(person, name);
        await changesTheAddress(person, name, mailed);
        await seesWhatHappened(person, name);
      }));
  }
});

async function looksRight({ page, script }) {
  await fitsTheWindow(page);
  if (script) await accessible(page);
}

async function confirms(person, link) {
  const { page } = person;
  await person.open(link);
  await looksRight(person);
  await person.press(page.getByRole("button", { name: /^Confirm / }));
  await page.getByRole("status").filter({ hasText: /is confirmed/ }).waitFor();
  await looksRight(person);
}

/** Somebody who is signed out, in another browser. */
async function losesThePassword(person, name, mailed) {
  const { page } = person;
  await person.open("/sign-in");
  await person.follow(page.getByRole("link", { name: /forgot/i }));
  await looksRight(person);
  await page.getByLabel("E-mail").fill(address(name));
  await person.press(page.getByRole("button", { name: "Send the link" }));
  await page.getByRole("status").filter({ hasText: "a mail with a link is on its way" }).waitFor();
  const link = await mailed(address(name), "/reset/");
  await person.open(link);
  await looksRight(person);
  await page.getByLabel("New password").fill("1234567890");
  await person.press(page.getByRole("button", { name: "Change password" }));
  await page.getByRole("alert").filter({ hasText: /common/i }).first().waitFor();
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await person.press(page.getByRole("button", { name: "Change password" }));
  await page.waitForURL(/\/sign-in/);
  await person.open(link);
  await page.getByText("This link was used already").waitFor();
}

/** The first browser was signed out by the new password; the old one is worth nothing. */
async function findsThePassword(person, name) {
  const { page } = person;
  await person.open("/sign-in");
  await person.fillSignIn({ email: address(name), password: PASSWORD });
  await page.getByRole("alert").first().waitFor();
  await person.fillSignIn({ email: address(name), password: NEW_PASSWORD });
  await person.arrived();
}

/** A new address waits in sight until its mailbox has proved itself. */
async function changesTheAddress(person, name, mailed) {
  const { page } = person;
  const after = `new-${address(name)}`;
  const part = page.getByRole("region", { name: "Address" });
  await person.settings("You", name);
  await part.getByLabel("New address").fill(after);
  await part.getByLabel("Current password").fill(NEW_PASSWORD);
  await person.press(part.getByRole("button", { name: "Change address" }));
  await part.getByText("Waits to be confirmed").waitFor();
  await looksRight(person);
  await page.reload();
  await part.getByText(after).waitFor();
  await part.getByRole("button", { name: "Keep my address" }).waitFor();
  await confirms(person, await mailed(after, "/verify/"));
  await person.follow(page.getByRole("link", { name: "Go on" }));
  await person.settings("You", name);
  await part.getByText(`You sign in as ${after}`).waitFor();
  assert.equal(await part.getByText("Waits to be confirmed").count(), 0);
}

async function seesWhatHappened(person, name) {
  const { page } = person;
  await person.settings("Security", name);
  const happened = page.getByRole("region", { name: "What happened" });
  await happened.getByText(/new password|password changed|changed your password/i).first().waitFor();
  await page.getByRole("region", { name: "Where you are signed in" }).getByText("This browser").waitFor();
  await looksRight(person);
}
