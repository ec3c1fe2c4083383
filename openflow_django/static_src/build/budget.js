// Fails the build when a file is larger, compressed, than its budget.
import { gzipSync } from "node:zlib";

export function budget(limits) {
  return {
    name: "budget",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const [name, limit] of Object.entries(limits)) {
        const file = bundle[name];
        if (!file) this.error(`The build wrote no ${name}.`);
        const size = gzipSync(file.type === "chunk" ? file.code : file.source).length;
        const told = `${name}: ${(size / 1000).toFixed(1)} kB compressed, ${limit / 1000} kB allowed`;
        if (size > limit) this.error(told);
        this.info(told);
      }
    },
  };
}
