// A budget on a project: set, watched while it is used up, told of, and held.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { accessible, asVisitor, fitsTheWindow, openBrowser } from "../support/browser.mjs";
import { dayAgo } from "../support/days.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

/** 33 of 40 hours, and at 120.00 an hour 3,960.00 of 4,000.00: the amount is the higher share. */
const NEARLY = "99 % used";
const WARNING = "Acme / Dashboard has reached 75 % of its budget";

describe("a budget", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  for (const [view, name] of [["desktop", "Ada Lovelace"], ["phone", "Grace Hopper"]]) {
    // The refusal of the hard stop is part of the story.
    const visit = { view, name: "budget", expected: [/status of 409/] };
    test(`is set, used up and held on a ${view}`, () => asVisitor(browser, { base: stint.url, ...visit }, (page) => story(new Person(page), name)));
  }
});

async function story(person, name) {
  await person.signUp({ name });
  await person.visit("Clients");
  await person.addClient({ name: "Acme" });
  await person.addProject({ client: "Acme", name: "Dashboard" });
  await setsTheBudget(person);
  await logsUpToTheThreshold(person);
  await readsTheNotification(person);
  await findsTheGaugeInTheList(person);
  await seesWhenItRunsOut(person);
  await stopsAtTheCap(person);
}

async function looksRight({ page }) {
  await fitsTheWindow(page);
  await accessible(page);
}

const part = (page) => page.getByRole("region", { name: "Budget", exact: true });

async function opensTheProject(person) {
  await person.visit("Projects");
  await person.follow(person.page.getByRole("table", { name: "Projects" }).getByRole("link", { name: "Dashboard", exact: true }));
  await person.heading("Dashboard").waitFor();
}

async function setsTheBudget(person) {
  const { page } = person;
  await opensTheProject(person);
  await part(page).getByText("No budget yet").waitFor();
  await looksRight(person);
  await person.unfold("Set a budget");
  const form = page.locator("form#budget-form");
  await form.getByRole("textbox", { name: "Hours" }).fill("40");
  await form.getByLabel("Amount in EUR").fill("4000");
  await form.getByLabel("Period").selectOption({ label: "Every month" });
  await person.press(form.getByRole("button", { name: "Save budget" }));
  await person.said("Budget saved.");
  await part(page).getByRole("img", { name: "Budget of Dashboard: 0 % used" }).waitFor();
  await part(page).filter({ hasText: /of 40h[\s\S]*of 4,000\.00\s*EUR/ }).waitFor();
  await looksRight(person);
}

async function logsUpToTheThreshold(person) {
  await person.visit("Time");
  await person.logTime({ description: "Charts", project: "Acme / Dashboard", duration: "20h" });
  await person.said("20h logged on Dashboard");
  await person.logTime({ description: "Filters", project: "Acme / Dashboard", duration: "13h" });
  await person.said(WARNING);
}

async function readsTheNotification(person) {
  const { page } = person;
  await person.visit("Overview");
  const notes = page.getByRole("list", { name: "Notifications" });
  await notes.getByText(WARNING).waitFor();
  await looksRight(person);
  await person.press(notes.getByRole("button", { name: "Read" }));
  await notes.waitFor({ state: "detached" });
}

async function findsTheGaugeInTheList(person) {
  const { page } = person;
  await person.visit("Projects");
  const row = page.getByRole("table", { name: "Projects" }).getByRole("row").filter({ hasText: "Dashboard" });
  await row.getByRole("img", { name: NEARLY }).waitFor();
  await looksRight(person);
}

async function seesWhenItRunsOut(person) {
  const { page } = person;
  await opensTheProject(person);
  await part(page).getByRole("img", { name: NEARLY }).waitFor();
  await part(page).getByRole("img", { name: /^3,960\.00 EUR of 4,000\.00 EUR used\./ }).waitFor();
  // Tomorrow; on the last days of a month it lasts until that is over.
  const soon = dayAgo(-2).slice(0, 7) !== dayAgo().slice(0, 7);
  const expected = soon ? /it runs out on|it lasts until the period ends/ : /it runs out on \w{3} \d+ \w{3} \d{4}\./;
  assert.match(await part(page).locator(".burn-lasts").innerText(), expected);
  await looksRight(person);
}

async function stopsAtTheCap(person) {
  const { page } = person;
  await person.unfold("Change the budget");
  const form = page.locator("form#budget-form");
  assert.equal(await form.getByLabel("Amount in EUR").inputValue(), "4000.00");
  await form.getByLabel("When it is used up").selectOption({ label: "Refuse new time" });
  await person.press(form.getByRole("button", { name: "Save budget" }));
  await person.said("Budget saved.");
  await part(page).getByText("Stops at the cap").waitFor();
  await person.visit("Time");
  await person.logTime({ description: "Too much", project: "Acme / Dashboard", duration: "1h" });
  const refusal = page.locator("form#log").getByRole("alert");
  await refusal.getByText("has no room for 1h more").waitFor();
  await looksRight(person);
}
