// Puts the browser's libraries, fonts and a data set, with their licences, into the folder named on the command line.
// Only what others made passes through here: our own modules are served as they are written.
import { cp, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { build } from "esbuild";
import subsetFont from "subset-font";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = process.argv[2];
const shipped = new Set(["@fontsource-variable/jetbrains-mono", "inter-ui", "mnist", "swagger-ui-dist"]);

const VENDOR = `
  import { h } from "preact";
  import htm from "htm";
  export const html = htm.bind(h);
  export * from "preact";
  export * from "preact/hooks";
  export * from "@preact/signals";
  export { select } from "d3-selection";
  export { zoom, zoomIdentity } from "d3-zoom";
`;

// What labels, formulas in plain text and keyboard hints are written with.
const INTER_RANGES = [
  [0x20, 0x17f], [0x300, 0x36f], [0x370, 0x3ff], [0x1d2c, 0x1d6a], [0x2000, 0x209f], [0x20ac, 0x20ac],
  [0x2100, 0x214f], [0x2190, 0x22ff], [0x2318, 0x2327], [0x23ce, 0x23cf], [0x25a0, 0x25ff], [0x2713, 0x2717],
];
const MONO_SUBSETS = ["latin", "greek"];

const DIGITS = { ofEach: 600, pixels: 28 * 28 };

/** Bundles `contents` as one ES module and notes which packages went into it. */
async function bundle(contents, name) {
  const { metafile, warnings } = await build({
    stdin: { contents, resolveDir: here }, outfile: join(target, name), absWorkingDir: here,
    bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", metafile: true,
  });
  if (warnings.length) throw new Error(`${name}: ${warnings[0].text}`);
  for (const input of Object.keys(metafile.inputs)) note(input);
}

/** Lets the type checker find, beside each bundle, the types kept with the package files. */
async function types(name, exported) {
  await writeFile(join(target, `${name}.d.ts`), `export ${exported} from "../../.frontend/types/${name}.js";\n`);
}

function note(path) {
  const name = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path);
  if (name) shipped.add(name[1]);
}

/** KaTeX's stylesheet and fonts; every browser we serve reads WOFF2, so the older formats stay behind. */
async function katexStyle() {
  const dist = join(modules, "katex/dist");
  const css = await readFile(join(dist, "katex.min.css"), "utf8");
  await writeFile(join(target, "katex.css"), css.replace(/,url\([^)]+\.(?:woff|ttf)\) format\("[^"]+"\)/g, ""));
  await copyAll(join(dist, "fonts"), (name) => name.endsWith(".woff2"));
}

async function copyAll(folder, wanted) {
  for (const name of (await readdir(folder)).filter(wanted)) await cp(join(folder, name), join(target, "fonts", name));
}

function fontFace(family, weights, file, range) {
  return `@font-face{font-family:"${family}";font-style:normal;font-weight:${weights};font-display:swap;` +
    `src:url("fonts/${file}") format("woff2");unicode-range:${range}}\n`;
}

/** Inter as one file: Latin, Greek and the signs of mathematics, in every weight. */
async function inter() {
  const whole = await readFile(join(modules, "inter-ui/variable/InterVariable.woff2"));
  const text = INTER_RANGES.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
  const options = { targetFormat: "woff2", variationAxes: { opsz: 14 } };
  const font = await subsetFont(whole, String.fromCodePoint(...text), options);
  await writeFile(join(target, "fonts/inter.woff2"), font);
  const range = INTER_RANGES.map(([first, last]) => `U+${first.toString(16)}-${last.toString(16)}`).join(",");
  return fontFace("Inter", "100 900", "inter.woff2", range);
}

async function jetbrainsMono() {
  const source = join(modules, "@fontsource-variable/jetbrains-mono");
  const ranges = JSON.parse(await readFile(join(source, "unicode.json"), "utf8"));
  const files = MONO_SUBSETS.map((subset) => `jetbrains-mono-${subset}-wght-normal.woff2`);
  await copyAll(join(source, "files"), (name) => files.includes(name));
  return files.map((file, i) => fontFace("JetBrains Mono", "100 800", file, ranges[MONO_SUBSETS[i]])).join("");
}

async function swagger() {
  for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    const text = await readFile(join(modules, "swagger-ui-dist", name), "utf8");
    await writeFile(join(target, name), text.replace(/\n?(?:\/\/# |\/\*# )sourceMappingURL=\S+( \*\/)?\s*$/, "\n"));
  }
}

/** Handwritten digits, ten of a turn: rows of a label and its grey values from 0 to 255, as NumPy reads them. */
async function digits() {
  const sources = await Promise.all(Array.from({ length: 10 }, (_, label) => digitsOf(label)));
  const rows = Buffer.alloc(10 * DIGITS.ofEach * (1 + DIGITS.pixels));
  for (let row = 0, at = 0; row < 10 * DIGITS.ofEach; row++) {
    const start = Math.floor(row / 10) * DIGITS.pixels;
    rows[at++] = row % 10;
    for (let i = start; i < start + DIGITS.pixels; i++) rows[at++] = Math.round(255 * sources[row % 10][i]);
  }
  const file = Buffer.concat([npyHeader(10 * DIGITS.ofEach, 1 + DIGITS.pixels), rows]);
  await writeFile(join(target, "digits28.npy.gz"), await promisify(gzip)(file, { level: 9 }));
}

async function digitsOf(label) {
  return JSON.parse(await readFile(join(modules, `mnist/src/digits/${label}.json`), "utf8")).data;
}

/** What precedes the bytes of a (rows, columns) array in NumPy's file format 1.0: 128 bytes in all. */
function npyHeader(rows, columns) {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`.padEnd(117) + "\n";
  return Buffer.from(`\x93NUMPY\x01\x00\x76\x00${text}`, "latin1");
}

/** Name, version, licence and the licence's full text of every package that something is shipped of. */
async function licences() {
  const parts = [];
  for (const name of [...shipped].sort()) parts.push(await licence(name));
  await writeFile(join(target, "LICENSES.txt"), parts.join(`\n${"=".repeat(78)}\n\n`));
}

async function licence(name) {
  const folder = join(modules, name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const files = (await readdir(folder)).filter((file) => /licen[cs]e|^notice/i.test(file));
  const texts = await Promise.all(files.filter(ofShippedFile).map((file) => readFile(join(folder, file), "utf8")));
  if (!license || !texts.length) throw new Error(`${relative(here, folder)} ships without its licence`);
  return `${name} ${version} (${license})\n\n${texts.map((text) => text.trim()).join("\n\n")}\n`;
}

// Swagger UI ships four bundles, each with a list of what it contains; one of them is served.
function ofShippedFile(file) {
  return !file.endsWith(".LICENSE.txt") || file.startsWith("swagger-ui-bundle.js");
}

await mkdir(join(target, "fonts"), { recursive: true });
await Promise.all([
  bundle(VENDOR, "vendor.js"), bundle('export { default } from "katex";', "katex.js"),
  bundle('export { default } from "uplot";', "uplot.js"), bundle('export { contours } from "d3-contour";', "contour.js"),
  bundle('export { GIFEncoder, applyPalette, quantize } from "gifenc";', "gifenc.js"), types("gifenc", "*"),
  types("vendor", "*"), types("katex", "{ default }"), types("uplot", "{ default }"), types("contour", "{ contours }"),
  katexStyle(), cp(join(modules, "uplot/dist/uPlot.min.css"), join(target, "uplot.css")), swagger(), digits(),
  writeFile(join(target, "fonts.css"), (await inter()) + (await jetbrainsMono())),
]);
await licences();
