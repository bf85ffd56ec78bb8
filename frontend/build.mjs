// Makes what the browser gets: static/ and npm packages → var/static-build/ (served) and
// var/assets/ (read by template tags). Run by script/build-assets; static/README.md explains it.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { iconData } from "./icons.mjs";
import { tokenSheet, tokenValues } from "./tokens.mjs";
import { smallWorld, worldForMap } from "./world.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const served = `${root}/var/static-build`;
const forTags = `${root}/var/assets`;
// Made beside and put in place at the end, so that a running server never finds half of it.
const making = (folder) => `${folder}.new`;

/** Browsers of early 2021 and later: what a cheap phone that is still updated has. */
const target = ["chrome88", "edge88", "firefox85", "safari14.1"];

/** The colours that mails are made of; see mailing/look.py. */
const MAIL_COLORS = [
  "background-color-base",
  "background-color-neutral-subtle",
  "background-color-progressive",
  "background-color-warning-subtle",
  "border-color-muted",
  "border-color-subtle",
  "border-color-progressive",
  "color-base",
  "color-emphasized",
  "color-inverted-fixed",
  "color-progressive",
  "color-subtle",
];

/** Files directly in a folder; a name that begins with `_` is a part of others. */
function entries(folder, extension) {
  return readdirSync(`${root}/static/${folder}`)
    .filter((name) => name.endsWith(extension) && !name.startsWith("_"))
    .map((name) => `${root}/static/${folder}/${name}`);
}

function textsUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && /\.(css|js)$/.test(file.name))
    .map((file) => readFileSync(`${file.parentPath ?? file.path}/${file.name}`, "utf8"));
}

/** Our own style sheets and scripts, and the Codex modules that they import. */
function textsThatUseTokens() {
  const own = textsUnder(`${root}/static`);
  const codex = own.flatMap((text) =>
    [...text.matchAll(/@import\s+"(@wikimedia\/codex\/[^"]+)"/g)].map((match) =>
      readFileSync(`${root}/node_modules/${match[1]}`, "utf8"),
    ),
  );
  return [...own, ...codex];
}

/** `@import "codex-tokens"` is the token sheet. */
const tokens = {
  name: "codex-tokens",
  setup(plugin) {
    plugin.onResolve({ filter: /^codex-tokens$/ }, (found) => ({ path: found.path, namespace: "tokens" }));
    plugin.onLoad({ filter: /.*/, namespace: "tokens" }, () => ({
      contents: tokenSheet(root, textsThatUseTokens()),
      loader: "css",
    }));
  },
};

/**
 * Codex 2.7 draws the Arabic notice icon on every kind of message in Arabic, because that rule
 * names no kind and weighs more than theirs. Here it is for notices only.
 */
const arabicMessages = {
  name: "codex-arabic-messages",
  setup(plugin) {
    plugin.onLoad({ filter: /CdxMessage-bidi\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replaceAll(
        ".cdx-message .cdx-message__icon:lang(ar)",
        ".cdx-message--notice .cdx-message__icon:lang(ar)",
      ),
      loader: "css",
    }));
  },
};

async function bundle() {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [...entries("css", ".css"), ...entries("js", ".js")],
    outbase: "static",
    outdir: making(served),
    bundle: true,
    minify: true,
    format: "esm",
    target,
    charset: "utf8",
    legalComments: "none",
    loader: { ".png": "dataurl", ".svg": "dataurl" },
    plugins: [tokens, arabicMessages],
    metafile: true,
    logLevel: "warning",
  });
  return Object.keys(result.metafile.outputs);
}

function write(folder, name, value) {
  const file = `${folder}/${name}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
  return file;
}

function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}

for (const folder of [served, forTags]) remove(making(folder));
mkdirSync(making(served), { recursive: true });

const atlas = `${root}/node_modules/world-atlas/countries-50m.json`;
const files = (await bundle()).map((file) => `${root}/${file}`);
if (existsSync(`${root}/static/images`)) {
  cpSync(`${root}/static/images`, `${making(served)}/images`, { recursive: true });
}
files.push(write(making(served), "map/world.json", worldForMap(atlas, `${root}/data/countries.csv`)));
write(making(forTags), "icons.json", iconData(root));
write(making(forTags), "small_world.json", smallWorld(atlas));
write(making(forTags), "mail_colors.json", tokenValues(root, MAIL_COLORS));

for (const file of files.sort()) {
  const bytes = readFileSync(file);
  const kb = (length) => `${(length / 1024).toFixed(1)} kB`.padStart(10);
  const packed = brotliCompressSync(bytes).length;
  console.log(`${kb(bytes.length)} ${kb(packed)} compressed  ${file.slice(making(served).length + 1)}`);
}

for (const folder of [served, forTags]) {
  remove(folder);
  renameSync(making(folder), folder);
}
