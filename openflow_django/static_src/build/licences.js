// Keeps the licence texts of bundled packages in the bundle, as their licences ask.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

export function licences(root) {
  return {
    name: "licences",
    async generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const texts = await Promise.all(packagesIn(chunk.moduleIds).map((name) => licenceOf(root, name)));
        chunk.code = texts.join("") + chunk.code;
      }
    },
  };
}

function packagesIn(modules) {
  const names = modules.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
  return [...new Set(names.filter(Boolean))].sort();
}

async function licenceOf(root, name) {
  const folder = join(root, "node_modules", name);
  const { version, license, author } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const holder = typeof author === "string" ? author : (author?.name ?? "");
  const text = file ? await readFile(join(folder, file), "utf8") : `${license} ${holder}`;
  return `/*!\n${name} ${version}\n\n${text.trim().replaceAll("*/", "* /")}\n*/\n`;
}
