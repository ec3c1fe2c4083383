// Bundles strip_types.js and what it imports into one script for the sandbox, licence texts first.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const target = join(root, "..", "sandbox", "strip_types.js");

const { metafile, outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["strip_types/strip_types.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "bundle",
  footer: { js: "bundle.stripTypes;" },
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  write: false,
});

const licences = await Promise.all(packagesIn(Object.keys(metafile.inputs)).map(licenceOf));
await writeFile(target, licences.join("") + outputFiles[0].text);

function packagesIn(inputs) {
  const names = inputs.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

async function licenceOf(name) {
  const folder = join(root, "node_modules", name);
  const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  if (!file) throw new Error(`${name} has no licence file: its licence can not be kept in the bundle.`);
  const text = (await readFile(join(folder, file), "utf8")).trim().replaceAll("*/", "* /");
  return `/*!\n${name} ${version}\n\n${text}\n*/\n`;
}
