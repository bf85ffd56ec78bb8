// Codex's icons as data for the `{% icon %}` template tag: name → direction or language → paths.

import { readFileSync } from "node:fs";

function kebab(name) {
  return name
    .replace(/^cdxIcon/, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}

/** `{search: {paths}, next: {paths, flips: true}, info: {paths, languages: {ar: …}}}` */
export function iconData(root) {
  const icons = JSON.parse(
    readFileSync(`${root}/node_modules/@wikimedia/codex-icons/dist/codex-icons.json`, "utf8"),
  );
  return Object.fromEntries(
    Object.entries(icons).map(([name, icon]) => {
      if (typeof icon === "string") return [kebab(name), { paths: icon }];
      const data = { paths: icon.ltr ?? icon.default };
      if (icon.shouldFlip) data.flips = true;
      if (icon.rtl) data.rtl = icon.rtl;
      if (icon.langCodeMap) data.languages = icon.langCodeMap;
      return [kebab(name), data];
    }),
  );
}
