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
  { file: "budget", page: "project-budget-1", scheme: "light" },
  { file: "audit", page: "settings-audit-verified", scheme: "light" },
  { file: "drawer", page: "time", scheme: "light", before: asksTheDrawer },
  { file: "drawer-phone", page: "time", scheme: "dark", view: "phone", before: asksTheDrawer },
];

/** A command in the drawer, with its card. */
async function asksTheDrawer(page) {
  await page.getByRole("button", { name: /Assistant/ }).first().click();
  const drawer = page.getByRole("complementary", { name: "Assistant" });
  await drawer.getByLabel("Message to the assistant").fill("/log 45m Acme / Dashboard call about the launch");
  await page.keyboard.press("Enter");
  await drawer.getByRole("button", { name: "Commit" }).waitFor();
}

const [stint, browser] = await Promise.all([startStint(), openBrowser()]);
try {
  const demo = await stint.json("demo");
  const pages = await pagesOf(demo.organization, apiOf(stint.url, demo.token));
  mkdirSync(folder, { recursive: true });
  for (const { file, page: name, scheme, view, before } of PICTURES) {
    await asVisitor(browser, { base: stint.url, scheme, view, name: "screenshots" }, async (page) => {
      await new Person(page).signIn({ email: demo.email, password: demo.password });
      await open(page, pages.find((page) => page.name === name).path);
      await before?.(page);
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: join(folder, `${file}.png`) });
    });
    console.log(`docs/screenshots/${file}.png`);
  }
} finally {
  await browser.close();
  await stint.stop();
}
