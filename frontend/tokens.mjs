// Codex's design tokens as one style sheet: light by default, dark where the reader's device
// asks for it or `data-theme` says so, and of all tokens only those that something uses.

import { readFileSync } from "node:fs";

const TOKENS = "node_modules/@wikimedia/codex-design-tokens/dist";

function declarations(css) {
  const bare = css.replace(/\/\*[\s\S]*?\*\//g, "");
  return new Map([...bare.matchAll(/(--[\w-]+)\s*:\s*([^;{}]+);/g)].map((m) => [m[1], m[2].trim()]));
}

function namesIn(text) {
  return [...text.matchAll(/var\(\s*(--[\w-]+)/g)].map((match) => match[1]);
}

/** The tokens named in `sources`, and the tokens those are made of. */
function needed(tokens, sources) {
  const waiting = sources.flatMap(namesIn);
  const found = new Set();
  while (waiting.length) {
    const name = waiting.pop();
    if (found.has(name) || !tokens.has(name)) continue;
    found.add(name);
    waiting.push(...namesIn(tokens.get(name)));
  }
  return found;
}

function block(tokens, names) {
  return [...tokens]
    .filter(([name]) => names.has(name))
    .map(([name, value]) => `${name}:${value};`)
    .join("");
}

/** The style sheet for the tokens that the given CSS and JavaScript texts name. */
export function tokenSheet(root, sources) {
  const light = declarations(readFileSync(`${root}/${TOKENS}/theme-wikimedia-ui.css`, "utf8"));
  const dark = declarations(readFileSync(`${root}/${TOKENS}/theme-wikimedia-ui-mode-dark.css`, "utf8"));
  const names = needed(light, sources);
  const darkBlock = `color-scheme:dark;${block(dark, names)}`;
  return [
    `:root{color-scheme:light;${block(light, names)}}`,
    `@media screen and (prefers-color-scheme:dark){:root:not([data-theme="light"]){${darkBlock}}}`,
    `@media screen{:root[data-theme="dark"]{${darkBlock}}}`,
  ].join("\n");
}

/** The values of named colour tokens, light and dark, for mails: their programs know no variables. */
export function tokenValues(root, names) {
  const light = declarations(readFileSync(`${root}/${TOKENS}/theme-wikimedia-ui.css`, "utf8"));
  const dark = new Map([
    ...light,
    ...declarations(readFileSync(`${root}/${TOKENS}/theme-wikimedia-ui-mode-dark.css`, "utf8")),
  ]);
  const value = (tokens, name) =>
    (tokens.get(name) ?? "").replace(/var\(\s*(--[\w-]+)[^)]*\)/g, (_whole, inner) => value(tokens, inner));
  const values = (tokens) => Object.fromEntries(names.map((name) => [name, value(tokens, `--${name}`)]));
  return { light: values(light), dark: values(dark) };
}
