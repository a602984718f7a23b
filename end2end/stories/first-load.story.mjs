// What a first visit downloads before a page answers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asVisitor, firstLoad, openBrowser } from "../support/browser.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

/** What somebody downloads who has never been here, and what a person does who opens their day with nothing kept. */
const VISITOR_KB = 250;
const DAY_KB = 465;

describe("the first load", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  const visit = () => ({ base: stint.url, name: "first-load" });

  for (const path of ["/", "/sign-up", "/sign-in"]) {
    test(`of ${path} is at most ${VISITOR_KB} kB of wasm and JavaScript`, (t) =>
      asVisitor(browser, visit(), (page) => isAtMost(t, page, path, VISITOR_KB)));
  }

  test(`of the dashboard, with the frame around every page, is at most ${DAY_KB} kB`, async (t) => {
    let cookies, path;
    await asVisitor(browser, visit(), async (page, context) => {
      path = `/o/${await new Person(page).signUp({ name: "Ada Lovelace" })}`;
      cookies = await context.cookies();
    });
    await asVisitor(browser, visit(), async (page, context) => {
      await context.addCookies(cookies); // the same person with nothing kept from before
      await isAtMost(t, page, path, DAY_KB);
    });
  });
});

async function isAtMost(t, page, path, limit) {
  const { files, bytes } = await firstLoad(page, path);
  for (const file of files.filter((file) => file.bytes > 10_000)) t.diagnostic(`${(file.bytes / 1000).toFixed(1)} kB ${file.path}`);
  t.diagnostic(`${(bytes / 1000).toFixed(1)} kB in ${files.length} files`);
  assert.ok(files.some((file) => file.path.endsWith(".wasm")) && bytes > 0, "no program was loaded");
  assert.ok(bytes <= limit * 1000, `the first load is ${(bytes / 1000).toFixed(1)} kB`);
}
