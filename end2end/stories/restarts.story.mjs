// Eight restarts while thirty mails leave: each of them arrives once, and nobody is told that something went wrong.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { apiOf } from "../support/api.mjs";
import { mailServer } from "../support/smtp.mjs";
import { startStint } from "../support/stint.mjs";

const MAILS = 30;
const RESTARTS = 8;
const EMAIL = "ada@studio.example";
const PATIENCE_MS = 120_000;

let mails, stint, api;

before(async () => {
  mails = await mailServer((message) => 200 + ((message * 379) % 700));
  const env = { STINT_RATE_LIMIT: "0", STINT_SMTP_URL: mails.url, STINT_MAIL_FROM: "Studio <studio@studio.example>" };
  stint = await startStint({ env });
  const made = await stint.json("admin", "create-user", "--email", EMAIL, "--name", "Ada", "--password", "correct horse battery", "--organization", "Studio");
  const way = ["--email", EMAIL, "--organization", made.organization.slug, "--name", "Bills", "--writes", "direct"];
  const { token } = await stint.json("admin", "create-token", ...way);
  api = apiOf(stint.url, token);
});

after(async () => {
  await stint?.stop();
  await mails?.stop();
});

test("every mail arrives once, however often the server is restarted meanwhile", async () => {
  await api("create_client", { name: "Acme", email: "billing@acme.example" });
  const numbers = [];
  for (let at = 0; at < MAILS; at += 1) {
    const draft = await api("draft_invoice", { client: "Acme", period: "2020", lines: [{ description: `Piece ${at}`, quantity: "1", price: "10.00" }] });
    numbers.push((await api("send_invoice", { invoice: draft.id })).number);
  }
  for (let restart = 0; restart < RESTARTS; restart += 1) {
    await pause(100 + ((restart * 173) % 500)); // the moment of a restart; nothing is measured by it
    await stint.restarted();
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (mails.messages.length < MAILS && Date.now() < deadline) await pause(100);
  await settled(deadline);
  const arrived = numbers.map((number) => mails.messages.filter((message) => subject(message).includes(number)).length);
  assert.deepEqual(arrived, numbers.map(() => 1), `of ${mails.messages.length} mails`);
});

/** Waits until every mail is known to have been sent, so that none leaves a second time later. */
async function settled(deadline) {
  for (;;) {
    const { items } = await api("list_invoices", { limit: 200 });
    const states = [];
    for (const { id } of items) states.push((await api("get_invoice", { invoice: id })).mail.state);
    if (states.every((state) => state === "sent")) return;
    assert.ok(Date.now() < deadline, `mails are ${states}`);
    await pause(250);
  }
}

function subject(message) {
  return /^subject: (.*)$/im.exec(message)?.[1] ?? "";
}
