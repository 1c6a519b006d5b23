// The page's letters, to stand in a picture that is looked at elsewhere.

const FAMILIES = ["Inter", "JetBrains Mono", "Minus"];

/** @type {Promise<string> | null} */
let faces = null;

/** Rules that bring the letters with them; made once. */
export const fontFaces = () => (faces ??= gathered());

async function gathered() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => ({ rule, base: sheet.href ?? location.href })));
  const wanted = rules.filter(({ rule }) => rule instanceof CSSFontFaceRule && FAMILIES.includes(rule.style.getPropertyValue("font-family").replaceAll('"', "")));
  return (await Promise.all(wanted.map(({ rule, base }) => inlined(rule.cssText, base)))).join("\n");
}

/** @param {string} text @param {string} base */
async function inlined(text, base) {
  const found = /url\("([^"]+)"\)/.exec(text);
  return found ? text.replace(found[0], `url(${await asData(new URL(found[1], base).href)})`) : text;
}

/** @param {string} address @returns {Promise<string>} */
async function asData(address) {
  const reader = new FileReader(), blob = await (await fetch(address)).blob();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(blob); });
  return String(reader.result);
}
