// A colleague comes into a studio by the link in a mail, tracks time, and never sees what an hour costs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { address, PASSWORD, Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const OWNER = "Ada Lovelace";
const STUDIO = "ada-lovelace";
const COLLEAGUE = "Barbara Liskov";
const ADMIN = "Grace Hopper";

describe("a team", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  // Refusals are part of the story, and the browser tells of each: a page that is not there, and what conflicts.
  const visit = (name, expected = []) => ({ base: stint.url, name: `team-${name}`, expected });
  const visitor = (name, story, expected) => asVisitor(browser, visit(name, expected), (page, context) => story(new Person(page), context));

  test("an owner invites, a colleague joins and sees no money", () =>
    visitor("owner", async (ada) => {
      await setsUp(ada);
      const barbarasLink = await invites(ada, COLLEAGUE, "member");
      await visitor("colleague", (barbara) => joinsAndTracks(barbara, barbarasLink), [/status of 404/]);
      await visitor("colleague-again", (barbara) => looksAround(barbara), []);
      const gracesLink = await invites(ada, ADMIN, "admin");
      await visitor("admin", (grace) => runsTheOffice(grace, gracesLink));
      await cannotLeave(ada);
    }, [/status of 409/]));

  test("two tabs in two organizations", () => visitor("tabs", (ada, context) => worksInTwoTabs(ada, context)));
});

async function looksRight({ page }) {
  await fitsTheWindow(page);
  await accessible(page);
}

async function setsUp(ada) {
  assert.equal(await ada.signUp({ name: OWNER }), STUDIO);
  await ada.visit("Clients");
  await ada.addClient({ name: "Acme", rate: "120" });
  await ada.addProject({ client: "Acme", name: "Dashboard" });
}

/** Invites by the members page; the link to hand over stands there once, and in no mail that is shown. */
async function invites(ada, name, role) {
  const { page } = ada;
  await ada.open(`/o/${STUDIO}/settings/members`);
  const form = page.locator("form#invite-form");
  await form.getByLabel("E-mail").fill(address(name));
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Role").selectOption(role);
  await form.getByLabel("Acme / Dashboard").check();
  await form.getByRole("button", { name: "Invite" }).click();
  const shown = (await page.locator(".invitation-link code").textContent()).trim();
  await page.getByRole("region", { name: "Open invitations" }).getByText(address(name)).waitFor();
  await looksRight(ada);
  await ada.settingsTab("Mails");
  const mail = page.locator("details.mail", { hasText: address(name) });
  await mail.locator("summary").click();
  const text = await mail.innerText();
  assert.ok(text.includes(`${OWNER} invites you to ${OWNER}`), text);
  assert.ok(!text.includes("/invitation/"), text);
  return new URL(shown).pathname;
}

/** Fails when a page speaks of money. */
async function speaksOfNoMoney({ page }) {
  const text = await page.locator("body").innerText();
  for (const word of [/\bEUR\b/, /€/, /120[.,]00/, /Rate per hour/i, /Unbilled/i, /\bInvoices?\b/]) {
    assert.ok(!word.test(text), `${page.url()} speaks of money (${word}):\n${text}`);
  }
}

async function joinsAndTracks(barbara, link) {
  const { page } = barbara;
  await barbara.open(link);
  await page.getByText(`${OWNER} invites`).waitFor();
  assert.equal(await page.getByLabel("E-mail").inputValue(), address(COLLEAGUE));
  assert.equal(await page.getByLabel("Your name").inputValue(), COLLEAGUE);
  await looksRight(barbara);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: `Create account and join ${OWNER}` }).click();
  assert.equal(await barbara.arrived(), STUDIO);
  await barbara.startTimer({ project: "Acme / Dashboard", description: "Sketches" });
  await barbara.stopTimer();
  await barbara.visit("Time");
  await barbara.logTime({ description: "Charts", project: "Acme / Dashboard", duration: "1h30m" });
  await barbara.said("1h 30m logged on Dashboard");
  await speaksOfNoMoney(barbara);
  assert.equal(await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Invoices" }).count(), 0);
  for (const name of ["Overview", "Clients", "Projects"]) {
    await barbara.visit(name);
    await speaksOfNoMoney(barbara);
    await looksRight(barbara);
  }
  for (const name of ["Acme", "Dashboard"]) {
    await barbara.visit(name === "Acme" ? "Clients" : "Projects");
    await barbara.follow(page.getByRole("main").getByRole("link", { name, exact: true }));
    await barbara.heading(name).waitFor();
    await speaksOfNoMoney(barbara);
    await looksRight(barbara);
  }
  await page.goto(`/o/${STUDIO}/invoices`);
  await page.getByText("Nothing here").first().waitFor();
}

/** She comes back another day: signs in, and goes to the studio by the switcher. */
async function looksAround(barbara) {
  const { page } = barbara;
  await barbara.open("/sign-in");
  await barbara.fillSignIn({ email: address(COLLEAGUE) });
  await barbara.arrived();
  await page.locator(".switch > summary").click();
  await page.locator(".switch").getByRole("link", { name: OWNER }).click();
  await page.waitForURL(new RegExp(`/o/${STUDIO}$`));
  await barbara.ready();
  await page.getByText("Charts").first().waitFor();
  await barbara.open(`/o/${STUDIO}/settings/members`);
  await page.getByText(OWNER).first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Invite" }).count(), 0);
}

async function runsTheOffice(grace, link) {
  const { page } = grace;
  const own = await grace.signUp({ name: ADMIN });
  assert.notEqual(own, STUDIO);
  // Anybody could have signed up with her address: nothing that is sent to it is shown until she has confirmed it.
  await page.locator(".switch > summary").click();
  assert.equal(await page.locator(".switch").getByRole("link", { name: `Invited to ${OWNER}` }).count(), 0);
  await grace.open(link);
  await page.getByText("invites").first().waitFor();
  await looksRight(grace);
  await page.getByRole("button", { name: "Accept" }).click();
  assert.equal(await grace.arrived(), STUDIO);
  await grace.open(`/o/${STUDIO}/settings/members`);
  const members = page.getByRole("region", { name: "Members", exact: true });
  await members.getByText(COLLEAGUE, { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: `Remove ${OWNER} …` }).count(), 0, "an admin removes no owner");
  await page.getByRole("button", { name: `Change the role of ${COLLEAGUE} …` }).click();
  await looksRight(grace);
  const dialog = page.getByRole("dialog");
  assert.equal(await dialog.getByRole("option", { name: /^Owner/ }).count(), 0, "an admin makes no owner");
  await dialog.getByLabel("Role").selectOption("manager");
  await dialog.getByRole("button", { name: "Change role" }).click();
  await grace.said(`${COLLEAGUE} is a manager now.`);
}

async function cannotLeave(ada) {
  const { page } = ada;
  await ada.open(`/o/${STUDIO}/settings/organizations`);
  await page.getByRole("button", { name: `Leave ${OWNER} …` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Leave organization" }).click();
  await page.getByRole("alert").filter({ hasText: "is the only owner" }).waitFor();
}

async function worksInTwoTabs(ada, context) {
  const { page } = ada;
  const first = await ada.signUp({ name: "Alan Turing" });
  await page.locator(".switch > summary").click();
  await page.locator(".switch").getByRole("link", { name: "Organizations" }).click();
  await page.getByLabel("Name").fill("Bletchley");
  await looksRight(ada);
  await page.getByRole("button", { name: "Found organization" }).click();
  const second = await ada.arrived();
  assert.notEqual(second, first);
  const other = new Person(await context.newPage());
  await other.open(`/o/${first}/clients`);
  await ada.visit("Clients");
  await ada.addClient({ name: "Navy" });
  await other.addClient({ name: "Post Office" });
  assert.equal(await other.page.getByRole("link", { name: "Navy" }).count(), 0);
  await page.reload();
  await ada.ready();
  assert.equal(await page.getByRole("link", { name: "Post Office" }).count(), 0);
  assert.match(await page.title(), /Bletchley$/);
}
