// Bundles the dashboard into a directory (default: where the API serves it from). The output is reproducible.
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const resolve = (path) => fileURLToPath(new URL(path, import.meta.url));
const target = process.argv[2] ?? resolve("../api/dashboard/static");

await mkdir(target, { recursive: true });
await Promise.all((await readdir(target)).map((file) => rm(`${target}/${file}`)));
await build({
  absWorkingDir: resolve("."),
  entryPoints: { app: "src/main.tsx", style: "src/style/all.css" },
  outdir: target,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".woff2": "file", ".svg": "file" },
  assetNames: "[name]",
  legalComments: "eof",
  logLevel: "warning",
});
for (const file of ["index.html", "icon.svg"]) await copyFile(resolve(`src/${file}`), `${target}/${file}`);
