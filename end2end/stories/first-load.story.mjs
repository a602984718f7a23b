// What a first visit downloads before a page answers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { asVisitor, firstLoad, openBrowser } from "../support/browser.mjs";
import { Person } from "../support/person.mjs";
import { startStint } from "../support/stint.mjs";

const LIMIT_KB = 250;

describe("the first load", () => {
  let stint, browser;
  before(async () => {
    [stint, browser] = await Promise.all([startStint(), openBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await stint?.stop();
  });

  test(`of the dashboard is at most ${LIMIT_KB} kB of wasm and JavaScript`, async (t) => {
    let cookies, path;
    await asVisitor(browser, { base: stint.url, name: "first-load" }, async (page, context) => {
      path = `/o/${await new Person(page).signUp({ name: "Ada Lovelace" })}`;
      cookies = await context.cookies();
    });
    await asVisitor(browser, { base: stint.url, name: "first-load" }, async (page, context) => {
      await context.addCookies(cookies); // the same person with nothing kept from before
      const { files, bytes } = await firstLoad(page, path);
      for (const file of files) t.diagnostic(`${(file.bytes / 1000).toFixed(1)} kB ${file.path}`);
      t.diagnostic(`${(bytes / 1000).toFixed(1)} kB together`);
      assert.ok(files.some((file) => file.path.endsWith(".wasm")) && bytes > 0, "no program was loaded");
      assert.ok(bytes <= LIMIT_KB * 1000, `the first load is ${(bytes / 1000).toFixed(1)} kB`);
    });
  });
});
