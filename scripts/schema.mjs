// Writes kmsdns.schema.json from the definition that also reads the file. Needs no build.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const { desiredStateSchema } = await tsImport('../src/core/desired-state.ts', import.meta.url);
const file = fileURLToPath(new URL('../kmsdns.schema.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(desiredStateSchema(), null, 2)}\n`);
console.log(`wrote ${file}`);
