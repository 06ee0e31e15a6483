// Writes public/icons.svg: one sprite of only those Lucide icons that style/icons.txt names.
// The sprite is committed, so that a build needs neither node nor the icon set.
//
//   node scripts/icons.mjs           write the sprite
//   node scripts/icons.mjs --check   fail if the committed sprite is not what would be written
import { readFileSync, writeFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const set = new URL("end2end/node_modules/lucide-static/", root);
const target = new URL("public/icons.svg", root);

const names = readFileSync(new URL("style/icons.txt", root), "utf8").split(/\s+/).filter(Boolean);
const { version } = JSON.parse(readFileSync(new URL("package.json", set), "utf8"));

const symbols = [...new Set(names)].sort().map((name) => {
  let svg;
  try {
    svg = readFileSync(new URL(`icons/${name}.svg`, set), "utf8");
  } catch {
    console.error(`icons: Lucide ${version} has no icon "${name}"; look for its name on lucide.dev and mend style/icons.txt`);
    process.exit(1);
  }
  const drawing = svg
    .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "")
    .replace(/\s*\n\s*/g, "")
    .replaceAll(" />", "/>");
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${drawing}</symbol>`;
});

const sprite = `<!-- Icons from Lucide ${version} (https://lucide.dev), ISC licence, Copyright (c) Lucide Icons and Contributors. -->
<svg xmlns="http://www.w3.org/2000/svg">
${symbols.join("\n")}
</svg>
`;

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== sprite) {
    console.error("icons: public/icons.svg is not what style/icons.txt asks for; run node scripts/icons.mjs");
    process.exit(1);
  }
} else {
  writeFileSync(target, sprite);
  console.log(`icons: ${symbols.length} icons, ${sprite.length} bytes`);
}
