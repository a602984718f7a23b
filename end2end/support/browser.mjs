// A visitor in Chromium whose every complaint fails the story.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { ZONE } from "./days.mjs";

const results = fileURLToPath(new URL("../results", import.meta.url));

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const VIEWS = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

/** The looks of a page that are tried: each size and each scheme once, or with END2END_LOOKS=all every pair of them. */
export const LOOKS =
  process.env.END2END_LOOKS === "all"
    ? Object.keys(VIEWS).flatMap((view) => ["light", "dark"].map((scheme) => ({ view, scheme })))
    : [
        { view: "desktop", scheme: "light" },
        { view: "phone", scheme: "dark" },
      ];

/** A headless Chromium with an empty profile. */
export function openBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: QUIET });
}

/**
 * Runs `story(page, context)` as one visitor with no cookies, and fails when the browser's console said
 * anything or a script threw. `expected` names, as regular expressions, what a story provokes on purpose.
 * A story that fails leaves a picture in end2end/results.
 */
export async function asVisitor(browser, { base, view = "desktop", scheme = "light", script = true, expected = [], name = "story" }, story) {
  const context = await browser.newContext({
    ...VIEWS[view],
    baseURL: base,
    colorScheme: scheme,
    javaScriptEnabled: script,
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: ZONE, // no server's zone: times must not depend on the browser's
  });
  context.setDefaultTimeout(15_000);
  const said = listen(context);
  const complaints = () => said.filter((line) => !expected.some((pattern) => pattern.test(line)));
  const page = await context.newPage();
  try {
    await story(page, context);
    assert.deepEqual(complaints(), [], `the browser complained (${view}, ${scheme})`);
  } catch (error) {
    // What the browser said is often the reason why a story went wrong.
    if (error.code !== "ERR_ASSERTION") error.stack += `\nThe browser said: ${complaints().join("\n") || "nothing"}`;
    await keepPicture(page, `${name}-${view}-${scheme}${script ? "" : "-no-script"}`);
    throw error;
  } finally {
    await context.close();
  }
}

function listen(context) {
  const said = [];
  context.on("console", (message) => said.push(`${message.type()}: ${message.text()} (${message.page()?.url()})`));
  context.on("weberror", (failure) => said.push(`script error: ${failure.error().stack ?? failure.error()}`));
  return said;
}

/** Keeps a picture of the whole page in end2end/results. */
export async function keepPicture(page, name) {
  mkdirSync(results, { recursive: true });
  const path = join(results, `${name.replace(/[^\w-]+/g, "-")}.png`);
  await page.screenshot({ path, fullPage: true }).catch(() => {});
}

/** Waits until the page listens to clicks: before that they are lost. */
export async function hydrated(page) {
  await page.waitForSelector("body[data-hydrated]", { state: "attached" });
}

/** Opens a path and waits for hydration. */
export async function open(page, path) {
  const answer = await page.goto(path);
  await hydrated(page);
  return answer;
}

/** Fails with a readable list when axe finds anything on the page as it stands, or in one part of it. */
export async function accessible(page, part = "html") {
  const { violations } = await new AxeBuilder({ page }).include(part).analyze();
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${help} — ${target.join(" ")}\n    ${failureSummary}`));
  assert.deepEqual(found, [], `axe found something on ${page.url()}`);
}

/** Fails when the page is wider than its window: on a phone that means scrolling sideways. */
export async function fitsTheWindow(page) {
  const excess = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(excess <= 0, `${page.url()} is ${excess} px wider than its window`);
}

/** What a first visit of `path` downloads of wasm and JavaScript, in bytes as they came over the wire. */
export async function firstLoad(page, path) {
  const finished = [];
  const note = (request) => /\.(wasm|js)$/.test(new URL(request.url()).pathname) && finished.push(request);
  page.on("requestfinished", note);
  await page.goto(path, { waitUntil: "networkidle" });
  await hydrated(page);
  page.off("requestfinished", note);
  const files = await Promise.all(
    finished.map(async (request) => ({ path: new URL(request.url()).pathname, bytes: (await request.sizes()).responseBodySize })),
  );
  return { files, bytes: files.reduce((total, file) => total + file.bytes, 0) };
}
