// Renews the pictures of the README in docs/screenshots: `node end2end/screenshots.mjs`, after a release build.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiOf } from "./support/api.mjs";
import { asVisitor, open, openBrowser } from "./support/browser.mjs";
import { pagesOf } from "./support/pages.mjs";
import { Person } from "./support/person.mjs";
import { startStint } from "./support/stint.mjs";

const folder = fileURLToPath(new URL("../docs/screenshots", import.meta.url));

const PICTURES = [
  { file: "dashboard", page: "dashboard", scheme: "light" },
  { file: "dashboard-dark", page: "dashboard", scheme: "dark" },
  { file: "time", page: "time", scheme: "light" },
  { file: "invoice", page: "invoice-sent", scheme: "light" },
];

const [stint, browser] = await Promise.all([startStint(), openBrowser()]);
try {
  const demo = await stint.json("demo");
  const pages = await pagesOf(demo.organization, apiOf(stint.url, demo.token));
  mkdirSync(folder, { recursive: true });
  for (const { file, page: name, scheme } of PICTURES) {
    await asVisitor(browser, { base: stint.url, scheme, name: "screenshots" }, async (page) => {
      await new Person(page).signIn({ email: demo.email, password: demo.password });
      await open(page, pages.find((page) => page.name === name).path);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, `${file}.png`) });
    });
    console.log(`docs/screenshots/${file}.png`);
  }
} finally {
  await browser.close();
  await stint.stop();
}
