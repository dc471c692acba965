// Writes docs/findings/ from the catalogue. Needs no build.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { findingPages } = await tsImport('../src/explain/finding-pages.ts', import.meta.url);
const folder = fileURLToPath(new URL('../docs/findings/', import.meta.url));
const pages = findingPages();

mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) if (!pages.has(file)) rmSync(join(folder, file));
for (const [file, text] of pages) writeFileSync(join(folder, file), text);
console.log(`wrote ${pages.size} pages to ${folder}`);
