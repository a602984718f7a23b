// What goes wrong at a page: it is said clearly, and nothing is lost, half done or done twice.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { apiOf, tokenOf } from "../support/api.mjs";
import { asVisitor, openBrowser } from "../support/browser.mjs";
import { textOf } from "../support/pdf.mjs";
import { address, PASSWORD, Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

/** The browser itself tells of every answer that is a refusal; these stories provoke them. */
const REFUSALS = [/status of 4\d\d/];

describe("what is refused", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  /** A story of somebody who has just signed up, with a client, a project and a token beside the pages. */
  const story = (words, name, tell) =>
    test(words, () =>
      asVisitor(browser, { base: stint.url, name: `bad-input-${name}`, expected: REFUSALS }, async (page, context) => {
        const person = new Person(page);
        const slug = await person.signUp({ name });
        const api = apiOf(stint.url, await tokenOf(stint, { email: address(name), slug }));
        await api("create_client", { name: "Acme", currency: "EUR", rate: "120.00", tax_rate: "19", email: "billing@acme.example" });
        await api("create_project", { client: "Acme", name: "Dashboard" });
        await tell({ person, page, context, slug, api, stint, name });
      }),
    );

  story("a wrong password", "Ada", wrongPassword);
  story("a sign-in that has ended", "Barbara", endedSignIn);
  story("a name of 10,000 characters", "Edsger", longName);
  story("markup in names is text, on the page and on paper", "Grace", markup);
  story("an entry of 25 hours, and one that ends as it starts", "Alan", impossibleTime);
  story("a second timer", "Tony", secondTimer);
  story("a double click on Send gives one number and one mail", "Donald", doubleClick);
  story("two tabs that send the same draft give one number and one mail", "Niklaus", twoTabs);
  story("a form that another site sends", "Leslie", crossSite);
});

const refused = (page, words) => page.getByRole("alert").filter({ hasText: words }).waitFor();

async function wrongPassword({ person, page, context, name }) {
  await context.clearCookies();
  await person.open("/sign-in");
  await person.fillSignIn({ email: address(name), password: "not the password" });
  await refused(page, "The address or the password is wrong");
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  assert.equal(await page.getByLabel("E-mail").inputValue(), address(name));
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await person.arrived();
}

async function endedSignIn({ person, page, context, slug, name }) {
  await person.open(`/o/${slug}/clients`);
  await context.clearCookies();
  await person.unfold("New client");
  const field = page.locator("form#new-client").getByLabel("Name", { exact: true });
  await field.fill("Globex");
  await page.getByRole("button", { name: "Add client" }).click();
  await refused(page, /sign/i);
  assert.equal(await field.inputValue(), "Globex", "what was written is lost");
  // The page asks to sign in, and comes back to where it was.
  await page.reload();
  await page.waitForURL(/\/sign-in\?next=/);
  await person.ready();
  await person.fillSignIn({ email: address(name) });
  await page.waitForURL(`**/o/${slug}/clients`);
}

async function longName({ person, page, slug, api }) {
  await person.open(`/o/${slug}/clients`);
  await person.unfold("New client");
  const field = page.locator("form#new-client").getByLabel("Name", { exact: true });
  await field.evaluate((field) => field.removeAttribute("maxlength"));
  await field.fill("x".repeat(10_000));
  await page.getByRole("button", { name: "Add client" }).click();
  await refused(page, "Name has 10000 characters; at most 200 fit");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.equal((await api("list_clients")).items.length, 1);
}

async function markup({ person, page, slug, api }) {
  const name = `<img src=x onerror=alert(1)> & *x* #panic() $1$`;
  let ran = false;
  page.on("dialog", (dialog) => (ran = true) && dialog.dismiss());
  await person.open(`/o/${slug}/clients`);
  await person.addClient({ name });
  const project = `<b>"bold"</b>`;
  await api("create_project", { client: name, name: project });
  const { organization } = await api("whoami");
  await api("create_time_entry", { project, date: organization.today, duration: "1h", description: "<script>alert(2)</script>" });
  await person.open(`/o/${slug}/time`);
  await person.week.getByText("<script>alert(2)</script>").waitFor();
  const draft = await api("draft_invoice", { client: name });
  await person.open(`/o/${slug}/invoices/${draft.id}`);
  await person.heading(`Draft for ${name}`).waitFor();
  await person.sendWithoutEmail();
  assert.equal(await page.locator("main img").count(), 0);
  assert.equal(ran, false, "markup in a name has run");
  const { bytes } = await person.pdf("Open the PDF");
  const text = textOf(bytes).replace(/\s+/g, " ");
  assert.ok(text.includes("*x* #panic() $1$"), text);
}

async function impossibleTime({ person, page, slug, api }) {
  await person.open(`/o/${slug}/time`);
  await person.logTime({ description: "Too long", project: "Acme / Dashboard", duration: "25h" });
  await refused(page, "more than 24 hours");
  const duration = page.locator("form#log").getByLabel("Duration");
  assert.equal(await duration.inputValue(), "25h");
  assert.equal(await duration.getAttribute("aria-invalid"), "true");

  await page.getByRole("link", { name: "From and to instead" }).click();
  const form = page.locator("form#log");
  await form.getByLabel("Project").selectOption({ label: "Acme / Dashboard" });
  await form.getByLabel("From").fill("17:00");
  await form.getByLabel("To").fill("17:00");
  await form.getByRole("button", { name: "Log time" }).click();
  await refused(page, /no time at all/);
  assert.deepEqual((await api("list_time_entries")).items, []);
}

async function secondTimer({ person, page, context, slug, api }) {
  const other = new Person(await context.newPage());
  await person.open(`/o/${slug}/time`);
  await other.open(`/o/${slug}/clients`);
  await person.startTimer({ project: "Acme / Dashboard", description: "The first" });
  await other.timer.getByLabel("What are you working on?").fill("The second");
  await other.timer.getByLabel("Project", { exact: true }).selectOption({ label: "Acme / Dashboard" });
  await other.timer.getByRole("button", { name: "Start" }).click();
  await refused(other.page, /timer/i);
  const { timer } = await api("get_timer");
  assert.equal(timer.description, "The first");
  await other.page.close();
  await page.bringToFront();
  await person.stopTimer();
}

async function draftOf(api) {
  const { organization } = await api("whoami");
  await api("create_time_entry", { project: "Dashboard", date: organization.today, duration: "1h30m" });
  return api("draft_invoice", { client: "Acme" });
}

/** One number, one mail, and no gap to the next number. */
async function sentOnce(api, invoice) {
  const sent = await api("get_invoice", { invoice });
  assert.match(sent.number, /-0001$/);
  assert.equal((await api("list_mails")).items.length, 1);
  const next = await api("draft_invoice", { client: "Acme", lines: [{ description: "Hosting", price: "50.00" }] });
  assert.match((await api("send_invoice", { invoice: next.id, without_email: true })).number, /-0002$/);
}

async function doubleClick({ person, page, slug, api }) {
  const draft = await draftOf(api);
  await person.open(`/o/${slug}/invoices/${draft.id}`);
  await page.getByRole("button", { name: "Send …" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Send invoice" }).dblclick();
  await person.heading(/^Invoice /).waitFor();
  await sentOnce(api, draft.id);
}

async function twoTabs({ person, context, slug, api }) {
  const draft = await draftOf(api);
  const path = `/o/${slug}/invoices/${draft.id}`;
  const [other, third] = [new Person(await context.newPage()), new Person(await context.newPage())];
  for (const tab of [person, other, third]) {
    await tab.open(path);
    await tab.page.getByRole("button", { name: "Send …" }).waitFor();
  }
  await other.page.getByRole("button", { name: "Send …" }).click();
  const again = other.page.getByRole("dialog").getByRole("button", { name: "Send invoice" });
  await Promise.all([person.sendInvoice(), again.click()]);
  // The other tab learns that it is sent, one way or the other.
  await other.heading(/^Invoice /).or(other.page.getByRole("alert").first()).first().waitFor();
  // A third one, which still shows the draft, cannot change it any more.
  await third.page.getByLabel("Text of line 1").fill("Too late");
  await third.page.getByRole("button", { name: "Save draft" }).click();
  await third.page.getByRole("alert").first().waitFor();
  await sentOnce(api, draft.id);
}

async function crossSite({ context, slug, api, stint }) {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const post = (headers) =>
    fetch(`${stint.url}/call/create_client?organization=${slug}`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie, "content-type": "application/x-www-form-urlencoded", ...headers },
      body: "name=Globex&tax_rate=19",
    });
  assert.equal((await post({ origin: "https://elsewhere.example" })).status, 403);
  assert.equal((await post({ origin: "null" })).status, 403);
  assert.equal((await post({ "sec-fetch-site": "cross-site", origin: stint.url })).status, 403);
  assert.equal((await api("list_clients")).items.length, 1);
  assert.ok((await post({ origin: stint.url })).status < 400);
  assert.equal((await api("list_clients")).items.length, 2);
}
