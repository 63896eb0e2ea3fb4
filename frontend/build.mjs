// Builds the interface: one script, one style sheet, one icon sprite, each named by its content, and a manifest.
// Use: node build.mjs SOURCE_FOLDER OUTPUT_FOLDER (node_modules stands beside SOURCE_FOLDER).
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

const [source, output] = process.argv.slice(2).map((folder) => path.resolve(folder));
const require = createRequire(path.join(source, "build.mjs"));
const { build } = require("esbuild");

// logical name -> entry file; a later chunk (charts, editor) is one more line
const ENTRIES = {
  "app.js": "app.js",
  "rules.js": "rules.js",
  "style.css": "style.css",
  "calendar.js": "calendar.js",
  "calendar.css": "calendar.css",
};

const manifest = {};
await rm(output, { recursive: true, force: true });
await mkdir(output, { recursive: true });
for (const [name, entry] of Object.entries(ENTRIES)) {
  await bundle(name, entry);
}
const icons = path.join(source, "..", "node_modules", "@tabler", "icons", "icons", "outline");
await put("sprite.svg", await sprite(await wanted()));
// the whole set stays on the server, which cuts out what the packs of a tenant ask for
await put("icons.svg", await sprite((await readdir(icons)).map((file) => file.replace(/\.svg$/, ""))));
await writeFile(path.join(output, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

async function bundle(name, entry) {
  const outcome = await build({
    absWorkingDir: source,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    outdir: output,
    target: "es2022",
    charset: "utf8",
    legalComments: "linked",
    logLevel: "warning",
    loader: { ".svg": "dataurl", ".woff2": "file" },
    // no CSS is lowered: every browser of our baseline knows light-dark(), and lowering would break dark mode
  });
  for (const file of outcome.outputFiles) {
    if (file.path.endsWith(".LEGAL.txt")) {
      await writeFile(path.join(output, `${name}.LEGAL.txt`), file.contents);
    } else {
      await put(name, file.contents);
    }
  }
}

async function wanted() {
  return (await readFile(path.join(source, "icons.txt"), "utf8"))
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter(Boolean);
}

async function sprite(names) {
  const missing = [];
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    try {
      const svg = await readFile(path.join(icons, `${name}.svg`), "utf8");
      symbols.push(symbol(name, svg));
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
      missing.push(name);
    }
  }
  if (missing.length) {
    throw new Error(`icons.txt names icons that Tabler does not have: ${missing.join(", ")}`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

// the class on <svg> sets stroke and fill, so a symbol is only its shapes
function symbol(name, svg) {
  const shapes = svg
    .replace(/^[\s\S]*?<svg[\s\S]*?>/, "")
    .replace(/<\/svg>[\s\S]*$/, "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "")
    .replace(/\s*\n\s*/g, "")
    .replace(/ \/>/g, "/>");
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

async function put(name, contents) {
  const digest = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const file = name.replace(/^([^.]+)/, `$1.${digest}`);
  manifest[name] = file;
  await writeFile(path.join(output, file), contents);
}
