// Bundles the scenario for a page, as page.js in the project; the page's `found` is what it found.
// node amplify_bundle.mjs <project folder> <AWS endpoint> <user name> <password>
import { createRequire } from 'node:module';
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [project, ...settings] = process.argv.slice(2);
const fromProject = createRequire(pathToFileURL(join(project, 'package.json')));
const scenario = fileURLToPath(new URL('./amplify_scenario.mjs', import.meta.url));
const entry = join(project, 'page.mjs');
writeFileSync(
  entry,
  `import * as core from 'aws-amplify';
import * as utils from 'aws-amplify/utils';
import * as data from 'aws-amplify/data';
import * as auth from 'aws-amplify/auth';
import outputs from './amplify_outputs.json';
import { run } from ${JSON.stringify(scenario)};
const amplify = { ...core, ...utils, ...data, ...auth };
window.found = run(amplify, outputs, ...${JSON.stringify(settings)});
`,
);
await fromProject('esbuild').build({
  entryPoints: [entry],
  outfile: join(project, 'page.js'),
  bundle: true,
  format: 'esm',
  logLevel: 'error',
});
