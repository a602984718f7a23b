// What a first visit downloads of the program: `node tools/first-load.mjs target/site/pkg 250`.
//
// Counted, in kB of brotli at its best: the entry script, every script it imports before it can run, and
// the main wasm. Pages behind lazy routes are listed beside it. Exits with 1 above the limit.
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { brotliCompressSync } from "node:zlib";

const [folder, limit] = [process.argv[2], Number(process.argv[3])];
if (!folder || !(limit > 0)) {
  console.error("usage: first-load.mjs PKG_FOLDER LIMIT_KB");
  process.exit(2);
}

const kilobytes = (path) => brotliCompressSync(readFileSync(path)).length / 1000;

/** The one file of the program with this ending: its name may carry a hash. */
function entry(ending) {
  const named = new RegExp(`^stint(\\.[\\w-]+)?\\.${ending}$`);
  const found = readdirSync(folder).filter((name) => named.test(name));
  if (found.length !== 1) {
    console.error(`expected one stint.${ending} in ${folder}, found: ${found.join(", ") || "none"}`);
    process.exit(1);
  }
  return join(folder, found[0]);
}

/** A script and all that it imports statically, minified or not. */
function scripts(path, seen = new Set()) {
  path = resolve(path);
  if (seen.has(path)) return seen;
  seen.add(path);
  const source = readFileSync(path, "utf8");
  for (const [, from] of source.matchAll(/\b(?:import|export)\b(?:[^"'();]*\bfrom)?\s*["'](\.[^"']+)["']/g)) {
    scripts(join(dirname(path), from), seen);
  }
  return seen;
}

function table(title, paths) {
  const rows = paths.map((path) => [relative(folder, path), kilobytes(path)]);
  const sum = rows.reduce((total, [, size]) => total + size, 0);
  console.log(`${sum.toFixed(1).padStart(8)} kB  ${title}`);
  for (const [name, size] of rows) console.log(`${size.toFixed(1).padStart(8)}     ${name}`);
  return sum;
}

const first = [entry("wasm"), ...scripts(entry("js"))].map((path) => resolve(path));
const wasm = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
const styles = readdirSync(folder).filter((name) => name.endsWith(".css"));
const later = wasm.map((name) => resolve(folder, name)).filter((path) => !first.includes(path));

const sum = table(`first load, of ${limit} kB`, first);
table("on demand", later);
table("style", styles.map((name) => resolve(folder, name)));
if (sum > limit) {
  console.error(`the first load is ${(sum - limit).toFixed(1)} kB over its budget`);
  process.exit(1);
}
