// What a person does on the pages, by the words they read there, with scripts and without.
import assert from "node:assert/strict";
import { hydrated } from "./browser.mjs";

export const PASSWORD = "a few words that are kept";

/** The address of a new person in a story; one server tells many stories. */
export const address = (name) => `${name.toLowerCase().replace(/\W+/g, ".")}@example.com`;

/** Somebody in front of a page. */
export class Person {
  constructor(page, { script = true } = {}) {
    this.page = page;
    this.script = script;
  }

  /** Opens an address and waits until the page answers. */
  async open(path) {
    const answer = await this.page.goto(path);
    await this.ready();
    return answer;
  }

  /** Waits until the page answers: at once without scripts. */
  async ready() {
    if (this.script) await hydrated(this.page);
  }

  /** Presses a button that sends a form; without scripts the page comes back. */
  async press(button) {
    if (this.script) return button.click();
    await Promise.all([this.page.waitForEvent("domcontentloaded"), button.click()]);
  }

  /** Goes to one of the pages by the way around. */
  async visit(name) {
    await this.follow(this.page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name, exact: true }));
    await this.heading(name).waitFor();
  }

  /** Follows a link inside of the organization. */
  async follow(link) {
    if (this.script) return link.click();
    await Promise.all([this.page.waitForEvent("domcontentloaded"), link.click()]);
  }

  /** The name of the page. */
  heading(name) {
    return this.page.getByRole("heading", { level: 1, name });
  }

  /** Unfolds what stays folded away until it is wanted. */
  async unfold(label) {
    await this.page.locator("summary", { hasText: label }).click();
  }

  /** Makes an account; the answer is the organization's place in addresses. */
  async signUp({ name, email = address(name), password = PASSWORD }) {
    await this.open("/sign-up");
    await this.page.getByLabel("Your name").fill(name);
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByLabel("Tax that you charge").fill("19");
    await this.page.getByLabel("VAT identifier or tax number").fill("12/345/67890");
    await this.page.getByRole("button", { name: "Create account" }).click();
    return this.arrived();
  }

  /** Follows the link of a mail that confirms an address, and comes back to where they were. */
  async confirmAddress(link) {
    const here = this.page.url();
    await this.open(link);
    await this.press(this.page.getByRole("button", { name: /^Confirm / }));
    await this.page.getByRole("status").filter({ hasText: /is confirmed/ }).waitFor();
    await this.open(here);
  }

  /** Signs in on the page for it. */
  async signIn({ email, password = PASSWORD }) {
    await this.open("/sign-in");
    await this.fillSignIn({ email, password });
    return this.arrived();
  }

  /** Fills in and sends the form that is there. */
  async fillSignIn({ email, password = PASSWORD }) {
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password").fill(password);
    await this.page.getByRole("button", { name: "Sign in" }).click();
  }

  async arrived() {
    await this.page.waitForURL(/\/o\/[^/]+$/);
    await this.ready();
    await this.heading("Overview").waitFor();
    return new URL(this.page.url()).pathname.split("/")[2];
  }

  /** Goes to the settings through the menu behind one's name. */
  async settings(section, name) {
    await this.page.locator("summary", { hasText: name }).last().click();
    await this.follow(this.page.getByRole("link", { name: "Settings", exact: true }));
    await this.heading("Settings").waitFor();
    await this.settingsTab(section);
  }

  /** Goes from one part of the settings to another. */
  async settingsTab(section) {
    const tabs = this.page.getByRole("navigation", { name: "Settings" });
    await this.follow(tabs.getByRole("link", { name: section, exact: true }));
    await tabs.locator(`a[aria-current="page"]`, { hasText: section }).waitFor();
  }

  /** Makes a token in the settings; the answer is its secret, which is shown once. */
  async makeToken({ name, may = "Do everything a token can", writes = "It counts at once" }) {
    const { page } = this;
    await this.open(`/o/${new URL(page.url()).pathname.split("/")[2]}/settings/tokens`);
    const form = page.locator("form#token");
    await form.getByLabel("What it is for").fill(name);
    await form.getByLabel("It may").selectOption({ label: may });
    await form.getByLabel("When it writes").selectOption({ label: writes });
    await form.getByRole("button", { name: "Make token" }).click();
    const token = await page.getByRole("region", { name: "Copy it now" }).locator("code").first().textContent();
    assert.match(token, /^stint_pat_/);
    await page.getByRole("region", { name: "Your tokens" }).getByText(name, { exact: true }).waitFor();
    return token;
  }

  /** Writes the letterhead and how time is rounded. */
  async writeLetterhead() {
    const form = this.page.locator("form#organization");
    await form.getByLabel("Legal name").fill("Ada Lovelace Ltd");
    await form.getByLabel("Postal address").fill("12 St James's Square\nLondon SW1Y 4JH");
    await form.getByLabel("IBAN").fill("GB82 WEST 1234 5698 7654 32");
    await form.getByLabel("Billed time is rounded").selectOption({ label: "To 15 minutes" });
    await this.press(form.getByRole("button", { name: "Save organization" }));
    if (this.script) await this.said("Organization saved.");
  }

  /** Waits for the short words about what was just done. */
  async said(words) {
    await this.page.getByRole("status").filter({ hasText: words }).waitFor();
  }

  /** Adds a client; begins and ends on the page of clients. */
  async addClient({ name, currency = "EUR", rate = "120", terms = "14", tax = "19", email, address }) {
    await this.unfold("New client");
    const form = this.page.locator("form#new-client");
    await form.getByLabel("Name", { exact: true }).fill(name);
    await form.getByLabel("Currency").selectOption(currency);
    await form.getByLabel("Rate per hour").fill(rate);
    await form.getByLabel("Payment terms in days").fill(terms);
    await form.getByLabel("Tax rate in percent").fill(tax);
    if (email) await form.getByLabel("E-mail for invoices").fill(email);
    if (address) await form.getByLabel("Postal address").fill(address);
    await this.press(form.getByRole("button", { name: "Add client" }));
    await this.page.getByRole("table", { name: "Clients" }).getByRole("link", { name, exact: true }).waitFor();
  }

  /** Adds a project on the page of its client. */
  async addProject({ client, name }) {
    await this.follow(this.page.getByRole("link", { name: client, exact: true }));
    await this.heading(client).waitFor();
    await this.unfold("New project");
    const form = this.page.locator("form#new-project");
    await form.getByLabel("Name", { exact: true }).fill(name);
    await this.press(form.getByRole("button", { name: "Add project" }));
    await this.page.getByRole("region", { name: "Projects" }).getByRole("link", { name, exact: true }).waitFor();
  }

  /** The bar on top of every page. */
  get timer() {
    return this.page.getByRole("region", { name: "Timer" });
  }

  async startTimer({ project, description }) {
    await this.timer.getByLabel("What are you working on?").fill(description);
    await this.timer.getByLabel("Project", { exact: true }).selectOption({ label: project });
    await this.press(this.timer.getByRole("button", { name: "Start" }));
    await this.timer.getByRole("button", { name: "Stop" }).waitFor();
  }

  async stopTimer() {
    await this.press(this.timer.getByRole("button", { name: "Stop" }));
    await this.timer.getByRole("button", { name: "Start" }).waitFor();
  }

  /** The rows of the time page. */
  get week() {
    return this.page.getByRole("table", { name: "Time of the week, by day" });
  }

  /** The form of the entry that is being changed. */
  get editor() {
    return this.page.getByRole("main").locator(`form[id^="edit-"]`);
  }

  /** Writes time down by hand, on the time page. */
  async logTime({ description, project, duration, day }) {
    const form = this.page.locator("form#log");
    await form.getByLabel("What was done").fill(description);
    await form.getByLabel("Project").selectOption({ label: project });
    if (day) await form.getByLabel("Day").fill(day);
    await form.getByLabel("Duration").fill(duration);
    await this.press(form.getByRole("button", { name: "Log time" }));
  }

  /** Chooses client and period, and asks for the preview; on the page of a new invoice. */
  async previewInvoice({ client, period }) {
    const main = this.page.getByRole("main");
    await main.getByLabel("Client").selectOption({ label: client });
    await main.getByLabel("Time to bill").selectOption({ label: period });
    await this.press(main.getByRole("button", { name: "Preview" }));
    await this.page.getByRole("region", { name: `Preview for ${client}` }).waitFor();
  }

  /** Drafts what the preview shows, and opens the draft. */
  async draftInvoice({ client }) {
    await this.press(this.page.getByRole("button", { name: "Draft this invoice" }));
    await this.heading(`Draft for ${client}`).waitFor();
  }

  /** Sends the draft that is open; the answer is its number. */
  async sendInvoice() {
    await this.page.getByRole("button", { name: "Send …" }).click();
    await this.press(this.page.getByRole("dialog").getByRole("button", { name: "Send invoice" }));
    return this.numberOfInvoice();
  }

  /** Gives the draft that is open its number, and mails nothing. */
  async sendWithoutEmail() {
    await this.page.getByRole("button", { name: "Send …" }).click();
    await this.page.getByRole("dialog").getByLabel("Without e-mail").check();
    await this.press(this.page.getByRole("dialog").getByRole("button", { name: "Send invoice" }));
    return this.numberOfInvoice();
  }

  async numberOfInvoice() {
    const heading = this.heading(/^Invoice /);
    await heading.waitFor();
    return (await heading.textContent()).replace("Invoice ", "");
  }

  /** The state of the invoice that is open. */
  state(word) {
    return this.page.locator(".page-head").getByText(word, { exact: true });
  }

  /** The bytes behind the PDF's link. */
  async pdf(label) {
    const href = await this.page.getByRole("link", { name: label }).getAttribute("href");
    const answer = await this.page.request.get(href);
    return { answer, bytes: await answer.body() };
  }
}
