// Two servers on one database behind a balancer: what one of them did, the other one knows.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { roundRobin } from "../support/round-robin.mjs";
import { freePort, startStint } from "../support/stint.mjs";

const PASSWORD = "correct horse battery";
const EMAIL = "ada@studio.example";

let first, second, balancer, organization, token;

before(async () => {
  const port = await freePort();
  const env = { STINT_PUBLIC_URL: `http://127.0.0.1:${port}`, STINT_RATE_LIMIT: "0" };
  first = await startStint({ env });
  second = await startStint({ env, shares: first });
  balancer = await roundRobin(port, [first.url, second.url]);
  const person = ["--email", EMAIL, "--name", "Ada", "--organization", "Studio"];
  const made = JSON.parse(await first.command("admin", "create-user", ...person, "--password", PASSWORD, "--json"));
  organization = made.organization.slug;
  token = await newToken("Load");
});

after(async () => {
  await balancer?.stop();
  await second?.stop();
  await first?.stop();
});

async function newToken(name) {
  const made = await first.json("admin", "create-token", "--email", EMAIL, "--organization", organization, "--name", name, "--writes", "direct");
  return made.token;
}

async function call(operation, args = {}, credential = token) {
  const headers = { authorization: `Bearer ${credential}`, "content-type": "application/json" };
  const answer = await fetch(new URL(`/api/v1/${operation}`, balancer.url), { method: "POST", headers, body: JSON.stringify(args) });
  return { status: answer.status, json: await answer.json() };
}

async function signIn(email, password) {
  const body = new URLSearchParams({ email, password });
  const answer = await fetch(new URL("/call/sign_in", balancer.url), { method: "POST", body, redirect: "manual", headers: { origin: balancer.url } });
  return { status: answer.status, cookie: answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") };
}

async function page(path, cookie) {
  const answer = await fetch(new URL(path, balancer.url), { redirect: "manual", headers: { cookie, accept: "text/html" } });
  await answer.arrayBuffer();
  return answer.status;
}

test("a call with one key is done once, whichever server it comes to", async () => {
  const keys = Array.from({ length: 50 }, (_, at) => at);
  const asked = keys.flatMap((key) => [1, 2, 3, 4].map(() => call("create_client", { name: `Client ${key}`, idempotency_key: `key-${key}` })));
  const answers = await Promise.all(asked);
  const done = answers.filter((answer) => answer.status === 200);
  const ids = new Set(done.map((answer) => answer.json.id));
  assert.equal(ids.size, 50, `${ids.size} clients for 50 keys`);
  const { json } = await call("list_clients", { limit: 200, with_total: true });
  assert.equal(json.total, 50);
});

test("one timer runs, whichever server starts it", async () => {
  await call("create_project", { client: "Client 1", name: "Dashboard" });
  const answers = await Promise.all(Array.from({ length: 40 }, () => call("start_timer", { project: "Dashboard" })));
  const started = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.json.id));
  assert.equal(started.size, 1, `${started.size} timers were started at once: ${answers.map((answer) => answer.status)}`);
  assert.equal((await call("stop_timer")).status, 200);
  assert.notEqual((await call("stop_timer")).status, 200, "a second timer ran");
});

test("a sign-in and its end are known everywhere at once", async () => {
  for (let round = 0; round < 4; round += 1) {
    const { status, cookie } = await signIn(EMAIL, PASSWORD);
    assert.ok([200, 302, 303].includes(status), `signing in answered ${status}`);
    for (let look = 0; look < 4; look += 1) assert.equal(await page(`/o/${organization}`, cookie), 200);
    await fetch(new URL("/call/sign_out", balancer.url), { method: "POST", redirect: "manual", headers: { cookie, origin: balancer.url } });
    for (let look = 0; look < 4; look += 1) assert.notEqual(await page(`/o/${organization}`, cookie), 200);
  }
});

test("a token that was revoked opens neither", async () => {
  const short = await newToken("Short");
  for (let look = 0; look < 4; look += 1) assert.equal((await call("whoami", {}, short)).status, 200);
  const { cookie } = await signIn(EMAIL, PASSWORD);
  const headers = { cookie, origin: balancer.url, "stint-organization": organization };
  const listed = await (await fetch(new URL("/call/list_tokens", balancer.url), { headers })).json();
  const { id } = listed.items.find((item) => item.name === "Short");
  const body = new URLSearchParams({ token: id });
  const revoked = await fetch(new URL("/call/revoke_token", balancer.url), { method: "POST", body, headers });
  assert.equal(revoked.status, 200, await revoked.text());
  for (let look = 0; look < 4; look += 1) assert.equal((await call("whoami", {}, short)).status, 401);
});

test("who guesses passwords is slowed down by both together", async () => {
  const statuses = [];
  for (let guess = 0; guess < 40; guess += 1) statuses.push((await signIn("nobody@studio.example", `guess number ${guess}`)).status);
  const tried = statuses.filter((status) => status !== 429).length;
  assert.ok(tried <= 13, `${tried} of 40 guesses were tried; one server alone lets 10 through`);
});
