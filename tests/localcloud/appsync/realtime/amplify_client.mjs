// Runs the scenario in Node and prints what it found as one JSON line.
// node amplify_client.mjs <project folder> <AWS endpoint> <user name> <password>
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { run } from './amplify_scenario.mjs';

const [project, ...rest] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(project, 'package.json')));
const names = ['aws-amplify', 'aws-amplify/utils', 'aws-amplify/data', 'aws-amplify/auth'];
const parts = await Promise.all(names.map(name => import(pathToFileURL(require.resolve(name)))));
const outputs = JSON.parse(readFileSync(join(project, 'amplify_outputs.json'), 'utf8'));

console.log(JSON.stringify(await run(Object.assign({}, ...parts), outputs, ...rest)));
process.exit(0);
