import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { budget } from "./build/budget.js";
import { licences } from "./build/licences.js";

const root = import.meta.dirname;

export default defineConfig(({ mode }) => ({
  root,
  plugins: [
    react(),
    licences(root),
    mode === "production" && budget({ "builder.js": 400_000, "builder.css": 20_000 }),
  ],
  define: { "process.env.NODE_ENV": JSON.stringify(mode === "test" ? "test" : mode) },
  build: {
    outDir: "../static/openflow",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: false,
    sourcemap: false,
    minify: mode === "production",
    target: "es2022",
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: "main.tsx",
      output: {
        format: "iife",
        entryFileNames: "builder.js",
        assetFileNames: "builder[extname]",
      },
    },
  },
  test: { include: ["tests/**/*.test.{ts,tsx}"] },
}));
