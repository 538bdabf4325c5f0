// Runs the scenario in a page of headless Chromium and prints what it found as one JSON line.
// node amplify_page.mjs <project folder> <AWS endpoint> <user name> <password> <tools folder>
// The tools folder has the npm packages puppeteer-core and @sparticuz/chromium.
import http from 'node:http';
import { createRequire } from 'node:module';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [project, endpoint, username, password, tools] = process.argv.slice(2);
const fromProject = createRequire(pathToFileURL(join(project, 'package.json')));
const fromTools = createRequire(pathToFileURL(join(tools, 'package.json')));
const tool = async name => (await import(pathToFileURL(fromTools.resolve(name)))).default;

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
globalThis.found = run(amplify, outputs, ...${JSON.stringify([endpoint, username, password])});
`,
);
const built = await fromProject('esbuild').build({
  entryPoints: [entry],
  bundle: true,
  format: 'iife',
  write: false,
  logLevel: 'error',
});
const script = built.outputFiles[0].text;

const server = http.createServer((request, response) => {
  const isScript = request.url === '/page.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
  response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
});
await new Promise(done => server.listen(0, '127.0.0.1', done));
const chromium = await tool('@sparticuz/chromium');
const puppeteer = await tool('puppeteer-core');
const browser = await puppeteer.launch({
  args: [...chromium.args, '--no-sandbox'],
  executablePath: await chromium.executablePath(),
  headless: 'shell',
});
try {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  console.log(JSON.stringify(await page.evaluate(() => globalThis.found)));
} finally {
  await browser.close();
}
process.exit(0);
