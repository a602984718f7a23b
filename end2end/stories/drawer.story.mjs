// The assistant's drawer: commands without a model, and questions with a scripted one.
//
// MODEL_URL names a scripted model server that speaks the OpenAI API, with the script that behaves in its path (…/studio);
// without it the stories with a model are skipped. Beside it, …/hang says one word and no more.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { dayAgo } from "../support/days.mjs";
import { address, Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const MODEL_URL = process.env.MODEL_URL;
const HANGING_URL = MODEL_URL?.replace(/[^/]+$/, "hang");
const withModel = (url) => ({ STINT_MODEL_URL: url, STINT_MODEL: "scripted", STINT_MODEL_KEY: "key-for-nobody" });

/** Somebody with the drawer beside their pages. */
class Asker extends Person {
  get drawer() {
    return this.page.getByRole("complementary", { name: "Assistant" });
  }

  get words() {
    return this.drawer.getByLabel("Message to the assistant");
  }

  get conversation() {
    return this.drawer.getByRole("log", { name: "Conversation" });
  }

  /** Opens the drawer with its key; the words have the focus. */
  async call() {
    await this.page.keyboard.press("Control+j");
    await this.drawer.waitFor();
    await this.page.waitForFunction(() => document.activeElement?.id === "assistant-words");
  }

  async ask(text) {
    await this.words.fill(text);
    await this.words.press("Enter");
    await this.conversation.getByText(text, { exact: true }).first().waitFor();
  }

  /** The latest card with this title. */
  card(title) {
    return this.drawer.getByRole("group", { name: title }).last();
  }

  async decide(title, what) {
    await this.card(title).getByRole("button", { name: what }).click();
  }
}

describe("the drawer", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  const visit = (view, story, expected = []) =>
    asVisitor(browser, { base: stint.url, name: "drawer", view, expected }, (page, context) => story(new Asker(page), context));

  test("logs time on a desktop, with every step seen before it is done", () => visit("desktop", logsTime));
  test("stays when the page changes, and when it is loaded again", () => visit("desktop", stays));
  test("starts and stops the timer, however long a card is read", () => visit("desktop", keepsTime));
  test("asks which project is meant", () => visit("desktop", asksWhich));
  test("completes commands and names with the keys", () => visit("desktop", completes));
  test("commits once, however often one clicks, and shows it in other tabs", () => visit("desktop", commitsOnce));
  test("refuses in its place and gives back what was typed", () => visit("desktop", refusesInPlace));
  test("keeps its conversations, which can be found, renamed and deleted", () => visit("desktop", keepsConversations));
  test("is the whole page on a phone", () => visit("phone", fillsThePhone));
});

async function begin(person, name) {
  await person.signUp({ name });
  await person.visit("Clients");
  await person.addClient({ name: "Acme" });
  await person.addProject({ client: "Acme", name: "Dashboard" });
}

async function logsTime(person) {
  await begin(person, "Ada Lovelace");
  await person.visit("Time");
  await person.call();
  await person.drawer.getByText(/No model is set up here/).waitFor();
  assert.equal(await person.drawer.getByRole("link", { name: "Settings → Assistant" }).count(), 1);
  await accessible(person.page);
  await person.ask("/log 45m Acme / Dashboard call");
  const card = person.card(/time/i);
  await card.getByRole("button", { name: "Commit" }).waitFor();
  const effect = await card.innerText();
  for (const words of ["Acme / Dashboard", "45m", "call"]) assert.ok(effect.includes(words), `the card does not say "${words}":\n${effect}`);
  await accessible(person.page);
  const row = person.week.getByRole("row").filter({ hasText: "call" });
  assert.equal(await row.count(), 0, "nothing is done before Commit");
  await person.decide(/time/i, "Commit");
  await row.getByText("45m").waitFor();
  await person.decide(/time/i, "Undo");
  await row.waitFor({ state: "detached" });
  await card.getByText("Undone").waitFor();
  await person.page.keyboard.press("Escape");
  await person.drawer.waitFor({ state: "hidden" });
}

async function stays(person) {
  await begin(person, "Mary Somerville");
  await person.page.getByRole("button", { name: "Assistant" }).click();
  await person.drawer.waitFor();
  await person.ask("/unbilled");
  const said = person.conversation.getByText("/unbilled", { exact: true });
  await person.visit("Projects");
  await said.waitFor();
  await person.page.reload();
  await person.ready();
  await said.waitFor();
  assert.notEqual(await person.page.evaluate(() => document.activeElement?.id), "assistant-words", "what opens by itself takes the focus from nobody");
  await person.page.getByRole("button", { name: "Assistant", exact: true }).click();
  await person.drawer.waitFor({ state: "hidden" });
  await person.page.reload();
  await person.ready();
  assert.equal(await person.drawer.count(), 0);
}

async function keepsTime(person) {
  await begin(person, "Mary Jackson");
  await person.visit("Time");
  await person.call();
  for (const [command, title] of [["/start Acme / Dashboard review", /start the timer/i], ["/stop", /stop the timer/i]]) {
    await person.ask(command);
    await person.card(title).getByRole("button", { name: "Commit" }).waitFor();
    // On the wall another second has begun until somebody has read it.
    await person.page.waitForTimeout(1_500);
    await person.decide(title, "Commit");
    await person.card(title).getByText("Done").waitFor();
  }
  await person.week.getByRole("row").filter({ hasText: "review" }).waitFor();
}

async function asksWhich(person) {
  await begin(person, "Emmy Noether");
  await person.visit("Clients");
  await person.addClient({ name: "Globex" });
  await person.addProject({ client: "Globex", name: "Dashboard" });
  await person.call();
  await person.ask("/log 45m Dashboard call");
  const choices = person.drawer.getByRole("group").last();
  await choices.getByRole("button", { name: "Globex / Dashboard" }).waitFor();
  assert.equal(await choices.getByRole("button", { name: "Commit" }).count(), 0, "with a choice to make there is nothing to commit");
  await accessible(person.page);
  await choices.getByRole("button", { name: "Globex / Dashboard" }).click();
  await choices.getByRole("button", { name: "Commit" }).waitFor();
  assert.match(await choices.innerText(), /Globex \/ Dashboard/);
  await choices.getByRole("button", { name: "Dismiss" }).click();
  await choices.getByText("Dismissed").waitFor();
}

async function completes(person) {
  const { page } = person;
  await begin(person, "Sofia Kovalevskaya");
  await person.call();
  await page.keyboard.type("/sta");
  await person.drawer.getByRole("option", { name: /^\/start/ }).first().waitFor();
  await accessible(page);
  await page.keyboard.press("Enter");
  assert.equal(await person.words.inputValue(), "/start ");
  await page.keyboard.type("dash");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await person.words.inputValue(), "/start Acme / Dashboard ");
  await page.keyboard.type("x");
  await page.keyboard.press("Shift+Enter");
  assert.match(await person.words.inputValue(), /\n$/);
  await person.ask("/unbilled");
  await person.conversation.locator("details.tool").waitFor();
  await page.keyboard.press("ArrowUp");
  assert.equal(await person.words.inputValue(), "/unbilled");
}

async function commitsOnce(person, context) {
  await begin(person, "Rosalind Franklin");
  await person.visit("Time");
  await person.call();
  await person.ask("/log 30m Acme / Dashboard once");
  await person.card(/time/i).getByRole("button", { name: "Commit" }).dblclick();
  await person.week.getByRole("row").filter({ hasText: "once" }).waitFor();
  assert.equal(await person.week.getByRole("row").filter({ hasText: "once" }).count(), 1);
  const other = new Asker(await context.newPage());
  await other.open(person.page.url());
  await other.call();
  await other.drawer.getByRole("button", { name: "Conversations" }).click();
  await other.drawer.getByRole("button", { name: /\/log 30m/ }).click();
  await other.card(/time/i).getByText("Done").waitFor();
}

async function refusesInPlace(person) {
  await begin(person, "Ida Rhodes");
  await person.call();
  await person.ask("/strat Acme");
  await person.drawer.getByText(/Did you mean \/start/).waitFor();
}

async function keepsConversations(person) {
  await begin(person, "Lise Meitner");
  await person.call();
  await person.ask("/unbilled");
  await person.conversation.locator("details.tool").waitFor();
  await person.drawer.getByRole("button", { name: "New conversation" }).click();
  await person.drawer.getByText("What shall be done?").waitFor();
  await person.drawer.getByRole("button", { name: "Conversations" }).click();
  const row = person.drawer.getByRole("listitem").filter({ hasText: "/unbilled" });
  await row.waitFor();
  await accessible(person.page);
  await row.locator("summary").click();
  await row.getByLabel("Title").fill("What is open");
  await row.getByRole("button", { name: "Rename" }).click();
  const renamed = person.drawer.getByRole("listitem").filter({ hasText: "What is open" });
  await renamed.locator("summary").click();
  await renamed.getByRole("button", { name: "Delete conversation" }).click();
  await person.drawer.getByText("No conversation here").waitFor();
}

async function fillsThePhone(person) {
  await begin(person, "Grace Hopper");
  await person.page.getByRole("button", { name: "Assistant" }).click();
  await person.drawer.waitFor();
  const { width, height } = await person.drawer.boundingBox();
  assert.deepEqual([width, height], [390, 844]);
  await fitsTheWindow(person.page);
  await accessible(person.page);
  assert.equal(await person.page.getByRole("navigation", { name: "Pages" }).count(), 0, "what is covered is read to nobody");
  await person.drawer.getByRole("button", { name: "Close the assistant" }).click();
  await person.page.getByRole("navigation", { name: "Pages" }).waitFor();
}

describe("the drawer with a model", { skip: MODEL_URL ? false : "MODEL_URL names no scripted model" }, () => {
  let stint, hanging, browser;
  before(async () => {
    const starts = [startStint({ env: withModel(MODEL_URL) }), startStint({ env: withModel(HANGING_URL) }), openBrowser()];
    [stint, hanging, browser] = await Promise.all(starts);
  });
  after(async () => {
    await browser?.close();
    await Promise.all([stint?.stop(), hanging?.stop()]);
  });

  const visit = (stint, story) => asVisitor(browser, { base: stint.url, name: "drawer-model" }, (page) => story(new Asker(page), stint));

  test("is off until an owner switches it on", () => visit(stint, isOff));
  test("answers with figures that were looked up", () => visit(stint, answers));
  test("makes cards of what a model wants to do", () => visit(stint, proposes));
  test("stops at once", () => visit(hanging, stops));
});

async function switchOn(person, name) {
  await person.settings("Assistant", name);
  await person.press(person.page.getByRole("main").getByRole("button", { name: /switch it on/i }));
}

async function isOff(person) {
  await begin(person, "Ada Lovelace");
  await person.call();
  await person.drawer.getByText(/The assistant is off/).waitFor();
  assert.equal(await person.drawer.getByRole("link", { name: "Settings → Assistant" }).count(), 1);
}

/** A model is asked for people whose address is confirmed. */
async function confirms(person, stint, name) {
  const { link } = await stint.json("admin", "confirm", "--email", address(name));
  await person.confirmAddress(link);
}

async function answers(person, stint) {
  await begin(person, "Grace Hopper");
  await confirms(person, stint, "Grace Hopper");
  await switchOn(person, "Grace Hopper");
  await person.visit("Time");
  await person.logTime({ description: "Charts", project: "Acme / Dashboard", duration: "1h30m" });
  await person.call();
  await person.ask("How many hours for Acme this month?");
  const row = person.conversation.locator("details.tool[data-state=done]");
  await row.waitFor();
  await person.conversation.getByText(/1h 30m|1\.5/).last().waitFor();
  await row.locator("summary").click();
  assert.match(await row.innerText(), /summarize_time/);
  await accessible(person.page);
}

async function proposes(person, stint) {
  await begin(person, "Lise Meitner");
  await confirms(person, stint, "Lise Meitner");
  await switchOn(person, "Lise Meitner");
  await person.visit("Time");
  await person.logTime({ description: "Charts", project: "Acme / Dashboard", duration: "2h", day: dayOfLastMonth() });
  await person.said(/2h logged/);
  await person.call();
  await person.ask("Log 45 minutes on Dashboard");
  await person.card(/time/i).getByRole("button", { name: "Commit" }).waitFor();
  assert.match(await person.card(/time/i).innerText(), /45m/);
  await person.decide(/time/i, "Commit");
  await person.week.getByText("45m").first().waitFor();
  await person.ask("Draft an invoice for Acme for last month");
  await person.card(/invoice/i).getByRole("button", { name: "Commit" }).waitFor();
  assert.match(await person.card(/invoice/i).innerText(), /285\.60\s*EUR/, "two hours at 120.00, and 19 % tax");
}

function dayOfLastMonth() {
  const [year, month] = dayAgo().split("-").map(Number);
  return new Date(Date.UTC(year, month - 2, 15)).toISOString().slice(0, 10);
}

async function stops(person) {
  await begin(person, "Emmy Noether");
  await switchOn(person, "Emmy Noether");
  await person.call();
  await person.ask("Tell me something long");
  await person.conversation.getByText("Well", { exact: true }).waitFor();
  await person.drawer.getByRole("button", { name: "Stop" }).click();
  await person.drawer.getByRole("button", { name: "Send" }).waitFor();
  await person.conversation.getByText("You stopped this answer").waitFor();
  await person.conversation.getByText("Well", { exact: true }).waitFor();
  await person.ask("/unbilled");
  await person.conversation.locator("details.tool").last().waitFor();
}
