/**
 * The warm synth worker: loads a project's own CDK packages once, then evaluates the user's backend
 * again for each request, as a new process would.
 *
 * Started as `node synth_worker.mjs CHANNEL_FD LIFELINE_FD` with the project's root as working
 * directory. Requests and answers are JSON lines on the channel, so nothing that user code prints
 * can be taken for an answer. The lifeline is a pipe that the parent keeps open: when it closes,
 * this process ends, even in the middle of an endless loop.
 *
 * The same file is the module hook that makes modules fresh in each run: the user's, and those of
 * every package but the ones in warm_packages.mjs.
 */
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import module, { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import util from 'node:util';
import { isMainThread, MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

import { keepFirstState } from './first_state.mjs';
import { collectWhenIdle } from './idle_garbage.mjs';
import { freshCommonJs, isWarm } from './warm_packages.mjs';

// ---------------------------------------------------------------- the module hook

const RUN = 'amplify-tui-run';
let loaded = () => {};

/** What the module hook's thread is given: the port that reports each user file it resolves. */
export const initialize = ({ port }) => {
  loaded = (file) => port.postMessage(file);
};

/**
 * Carry the run's number from a module to the modules that it imports.
 *
 * Modules with a new number are evaluated again, while the warm packages keep their one instance:
 * with tsx's own namespaced import all ESM packages are loaded for each run, which took 0.3 s of
 * 0.6 s.
 */
function tagged(result, context) {
  const run = context.parentURL && new URL(context.parentURL).searchParams.get(RUN);
  if (!run || !result.url.startsWith('file:')) return result;
  const url = new URL(result.url);
  if (isWarm(url.pathname)) return result;
  if (!url.pathname.includes('/node_modules/')) loaded(fileURLToPath(`file://${url.pathname}`));
  url.searchParams.set(RUN, run);
  return { ...result, url: url.href };
}

export const resolve = async (specifier, context, next) =>
  tagged(await next(specifier, context), context);

const resolveSync = (specifier, context, next) => tagged(next(specifier, context), context);

// ---------------------------------------------------------------- what is found in the project

/** A folder of this process, removed by the parent: temporary files of the run's packages. */
const temporary = process.env.AMPLIFY_TUI_TEMPORARY;

const root = isMainThread ? process.cwd() : '';
const fromRoot = isMainThread ? createRequire(path.join(root, 'package.json')) : undefined;

/** The folder of a package as seen from one of the files that `froms` name, first hit wins. */
function packageFolder(name, froms) {
  for (const from of froms.filter(Boolean)) {
    for (const folder of createRequire(path.join(from, 'package.json')).resolve.paths(name) ?? []) {
      const candidate = path.join(folder, name);
      if (fs.existsSync(path.join(candidate, 'package.json'))) return fs.realpathSync(candidate);
    }
  }
  return undefined;
}

const amplify = {};

/** Load the loader for TypeScript and the CDK; the first request does it where `warm` did not. */
async function load() {
  if (amplify.core) return;
  const backend = packageFolder('@aws-amplify/backend', [root]);
  if (!backend) throw new WorkerProblem('no-backend', '@aws-amplify/backend is not installed');
  const cli = packageFolder('@aws-amplify/backend-cli', [root]);
  const deployer = packageFolder('@aws-amplify/backend-deployer', [cli, root]);
  const tsx = packageFolder('tsx', [root, cli, deployer]);
  if (tsx) {
    const { exports } = JSON.parse(fs.readFileSync(path.join(tsx, 'package.json'), 'utf8'));
    const api = exports['./esm/api'];
    const file = typeof api === 'string' ? api : (api.import?.default ?? api.import ?? api.default);
    (await import(pathToFileURL(path.join(tsx, file)).href)).register();
  }
  amplify.typescript = Boolean(tsx);
  // After tsx, whose cache of compiled files lies in the system's folder and outlives this process.
  if (temporary) process.env.TMPDIR = temporary;
  hookUserModules();
  const library = packageFolder('aws-cdk-lib', [root, backend]);
  if (!library) throw new WorkerProblem('no-cdk', 'aws-cdk-lib is not installed');
  amplify.core = createRequire(path.join(library, 'package.json'))('aws-cdk-lib');
  amplify.backend = backend;
  keepFingerprintsInMemory(library);
  noteApps();
  const entry = await import(packageEntry(backend));
  amplify.statics = await staticCounters(backend);
  amplify.commonJs = freshCommonJs((exports) => amplify.firstState.add(exports));
  const kept = Object.values(fromRoot.cache).filter(({ filename }) => isWarm(filename));
  amplify.firstState = keepFirstState(
    timersOfTheRun(),
    [entry, ...kept.map(({ exports }) => exports)],
    amplify.commonJs.isOfTheTool,
  );
}

function packageEntry(folder) {
  const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const main = manifest.exports?.['.'];
  const file = main?.import?.default ?? main?.import ?? main?.default ?? manifest.main;
  return pathToFileURL(path.join(folder, file)).href;
}

function hookUserModules() {
  if (module.registerHooks) {
    loaded = (file) => inputs.add(file);
    module.registerHooks({ resolve: resolveSync });
    return;
  }
  const { port1, port2 } = new MessageChannel();
  module.register(import.meta.url, { data: { port: port2 }, transferList: [port2] });
  port1.unref();
  amplify.reports = port1;
}

/** The CDK apps that a run synthesised. */
const apps = new Set();

function noteApps() {
  const { prototype } = amplify.core.Stage;
  const { synth: synthesize } = prototype;
  prototype.synth = function synthAndNote(...args) {
    apps.add(this.node.root);
    return Reflect.apply(synthesize, this, args);
  };
}

/**
 * Take a run's constructs apart: its modules can't leave Node's memory, and whatever they export
 * holds the whole app, 1.4 MB a save.
 */
function takeAppsApart() {
  for (const app of apps) {
    for (const construct of app.node.findAll()) {
      const { node } = construct;
      for (const object of [construct, node])
        for (const key of Object.keys(object)) Reflect.set(object, key, undefined);
    }
  }
  apps.clear();
}

/**
 * Fingerprints of asset files stay in memory instead of the CDK's cache in the home folder.
 *
 * The Amplify packages make temporary asset folders in each run, and each one became a file in that
 * cache, with a listing of all the others: 0.1 s of a run. The keys are the CDK's own (inode,
 * modification time, size).
 */
function keepFingerprintsInMemory(library) {
  const file = path.join(library, 'core/lib/fs/fingerprint-disk-cache.js');
  if (!fs.existsSync(file)) return;
  const { FingerprintDiskCache } = createRequire(file)(file);
  if (!FingerprintDiskCache?.prototype._load) return;
  const caches = new Map();
  FingerprintDiskCache.prototype.save = () => {};
  FingerprintDiskCache.prototype._load = function load() {
    if (caches.size > 2000) caches.clear();
    if (!caches.has(this.cacheFile)) caches.set(this.cacheFile, new Map());
    return caches.get(this.cacheFile);
  };
}

/**
 * The counters that Amplify's classes keep for "only one defineAuth", with their first values.
 *
 * They live as static fields of the classes; each run begins with the values of a new process.
 */
async function staticCounters(backend) {
  const scope = path.dirname(backend);
  const found = [];
  for (const name of fs.readdirSync(scope).filter((entry) => entry.startsWith('backend-'))) {
    const library = path.join(scope, name, 'lib');
    if (!fs.existsSync(library)) continue;
    for (const entry of fs.readdirSync(library).filter((file) => /(?<!\.test)\.js$/.test(file))) {
      const file = path.join(library, entry);
      if (
        !/^\s*static \w+ *= *(\d+|false|true|undefined|null);/m.test(fs.readFileSync(file, 'utf8'))
      )
        continue;
      for (const value of Object.values(await import(pathToFileURL(file).href))) {
        if (typeof value !== 'function') continue;
        for (const [key, field] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
          if (field.writable && field.enumerable && Object(field.value) !== field.value)
            found.push({ owner: value, key, value: field.value });
        }
      }
    }
  }
  return found;
}

// ---------------------------------------------------------------- one evaluation

class WorkerProblem extends Error {
  constructor(problem, message) {
    super(message);
    this.problem = problem;
  }
}

const inputs = new Set();
let run = 0;
let stray = [];

/** Evaluate the backend into `outdir`; answers with timings in milliseconds and the files read. */
async function synth({ backend, context, outdir, seed, env }) {
  const began = performance.now();
  await load();
  if (!amplify.typescript && /\.[cm]?ts$/.test(backend))
    throw new WorkerProblem('no-tsx', 'tsx is not installed, and the backend is TypeScript');
  const ready = performance.now();
  amplify.running = true;
  Object.assign(process.env, env);
  // The CDK's template validation takes 2 s in its first run, and the deployment checks templates.
  process.env.CDK_VALIDATION ??= 'false';
  process.exit = (code) => {
    throw new ExitCalled(`the backend called process.exit(${code ?? ''})`);
  };
  stray = [];
  inputs.clear();
  bundling.errors = [];
  try {
    for (const { owner, key, value } of amplify.statics) owner[key] = value;
    amplify.core.AssetStaging.clearAssetHashCache();
    fs.mkdirSync(outdir, { recursive: true });
    const seeded = seed ? seedAssets(seed, outdir) : [];
    process.env.CDK_OUTDIR = outdir;
    process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...TOOLKIT_CONTEXT, ...context });
    run += 1;
    await import(`${pathToFileURL(backend).href}?${RUN}=${run}`);
    const evaluated = performance.now();
    process.emit('message', 'amplifySynth', undefined);
    await new Promise(setImmediate);
    if (stray.length) throw stray[0];
    if (!fs.existsSync(path.join(outdir, 'manifest.json')))
      throw new WorkerProblem('no-backend-defined', 'nothing was defined');
    prune(outdir, seeded);
    const done = performance.now();
    for (let message; amplify.reports && (message = receiveMessageOnPort(amplify.reports));)
      inputs.add(message.message);
    inputs.add(backend);
    return {
      inputs: [...inputs],
      timings: {
        load: ready - began,
        evaluate: evaluated - ready,
        assemble: done - evaluated,
        bundle: bundling.spent,
      },
    };
  } finally {
    bundling.spent = 0;
  }
}

/** The context that the CDK toolkit, and so ampx, adds to an app's own. */
const TOOLKIT_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
  'aws:cdk:version-reporting': true,
  'aws:cdk:bundling-stacks': ['**'],
  // A stack trace for each construct costs 25 ms a run, and nothing here reads them.
  'aws:cdk:disable-stack-trace': true,
};

class ExitCalled extends Error {}

/** Note the timers that a run starts; gives the function that stops them. */
function timersOfTheRun() {
  const started = new Set();
  for (const name of ['setTimeout', 'setInterval']) {
    const start = globalThis[name];
    const noted = (...args) => {
      const timer = start(...args);
      if (amplify.running) started.add(timer);
      return timer;
    };
    Object.defineProperties(noted, Object.getOwnPropertyDescriptors(start));
    globalThis[name] = noted;
  }
  return () => {
    for (const timer of started) clearTimeout(timer);
    started.clear();
  };
}

/** What comes after a run's answer: the process as it was before the first one. */
function forgetRun() {
  amplify.running = false;
  if (!amplify.firstState) return;
  takeAppsApart();
  amplify.firstState.restore();
  amplify.commonJs.forget();
}

// ---------------------------------------------------------------- assets

/**
 * Hard-link the last assembly's assets into the new one; the CDK leaves staged assets alone.
 *
 * Names carry the content's hash. Copying the quickstart's 22 MB layer took 40–70 ms of each run.
 */
function seedAssets(from, to) {
  const names = fs.existsSync(from)
    ? fs.readdirSync(from).filter((name) => name.startsWith('asset.'))
    : [];
  const link = (source, target) => {
    if (!fs.statSync(source).isDirectory()) return fs.linkSync(source, target);
    fs.mkdirSync(target);
    fs.readdirSync(source).forEach((name) =>
      link(path.join(source, name), path.join(target, name)),
    );
  };
  return names.filter((name) => {
    try {
      link(path.join(from, name), path.join(to, name));
      return true;
    } catch {
      // No hard links here, or the asset is gone: the CDK copies it again.
      fs.rmSync(path.join(to, name), { recursive: true, force: true });
      return false;
    }
  });
}

/**
 * Remove the folders that the Amplify packages made for this run's assets and never remove: 0.8 MB
 * each. The CDK has copied what the assembly refers to.
 */
async function removeTemporaryAssets() {
  if (!temporary) return;
  const names = fs.readdirSync(temporary).filter((name) => name.startsWith('transformer-assets'));
  for (const name of names)
    await fs.promises.rm(path.join(temporary, name), { recursive: true, force: true });
}

/** Remove seeded assets that the new assembly does not refer to. */
function prune(outdir, seeded) {
  const wanted = fs
    .readdirSync(outdir)
    .filter((name) => name.endsWith('.assets.json') || name === 'manifest.json')
    .map((name) => fs.readFileSync(path.join(outdir, name), 'utf8'))
    .join('\n');
  for (const name of seeded)
    if (!wanted.includes(name)) fs.rmSync(path.join(outdir, name), { recursive: true });
}

const generatedFolder = path.join(root, '.amplify', 'generated') + path.sep;
const untyped = new Map();

/**
 * Keep the generated `$amplify/env` files still where nothing changed.
 *
 * Amplify writes each one twice in a run: untyped before the function is bundled, typed at the end.
 * A type check beside synth must not read the untyped one, so that is only there while esbuild runs.
 */
function writeGeneratedFilesOnce() {
  const write = fs.writeFileSync;
  fs.writeFileSync = (file, content, ...rest) => {
    if (
      typeof file === 'string' &&
      typeof content === 'string' &&
      path.resolve(file).startsWith(generatedFolder)
    ) {
      const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined;
      const isUntyped = /export const env = process\.env as any;\s*$/.test(content);
      if (isUntyped) untyped.set(file, content);
      if (before === content || (isUntyped && before !== undefined)) return undefined;
    }
    return write(file, content, ...rest);
  };
}

/**
 * Run `work` with the untyped files in place, and put back the typed ones with their times.
 *
 * The bundle's source map has their text in it, and so its hash: it has to be the same in each run,
 * and the same as ampx's.
 */
function withUntypedFiles(work) {
  const kept = [];
  for (const [file, content] of untyped) {
    const before = fs.existsSync(file) && fs.readFileSync(file, 'utf8');
    if (!before || before === content) continue;
    kept.push({ file, before, times: fs.statSync(file) });
    overwrite(file, content);
  }
  try {
    return work();
  } finally {
    for (const { file, before, times } of kept) {
      overwrite(file, before);
      fs.utimesSync(file, times.atime, times.mtime);
    }
  }
}

/** Write past `writeGeneratedFilesOnce`. */
function overwrite(file, content) {
  const opened = fs.openSync(file, 'w');
  fs.writeSync(opened, content);
  fs.closeSync(opened);
}

// ---------------------------------------------------------------- function bundles

const bundling = { cache: new Map(), errors: [], spent: 0 };

/**
 * Run the CDK's esbuild commands without `npx`, and not at all where no input changed.
 *
 * `npx --no-install esbuild` takes 0.4–0.8 s to find what `require.resolve` finds at once.
 */
function bundleDirectly() {
  const { spawnSync } = childProcess;
  childProcess.spawnSync = (command, args, options) => {
    const at = Array.isArray(args) ? args.indexOf('esbuild') : -1;
    if (at < 0 || args[at + 1] !== '--bundle') return spawnSync(command, args, options);
    const binary = esbuildBinary(options?.cwd ?? root);
    const outfile = args.find((arg) => arg.startsWith('--outfile='))?.slice('--outfile='.length);
    if (!binary || !outfile) return spawnSync(command, args, options);
    const began = performance.now();
    try {
      return bundle(
        binary,
        args.slice(at + 1),
        path.resolve(options?.cwd ?? root, outfile),
        options,
      );
    } finally {
      bundling.spent += performance.now() - began;
    }
  };

  function bundle(binary, args, outfile, options) {
    const cwd = options?.cwd ?? root;
    const folder = path.dirname(outfile);
    const key = hash([binary, cwd, ...args.filter((arg) => !arg.startsWith('--outfile='))]);
    const known = bundling.cache.get(key);
    if (
      known &&
      known.names === treeState() &&
      known.inputs.every(([file, state]) => state === fileState(file))
    ) {
      for (const [name, content] of known.outputs)
        fs.writeFileSync(path.join(folder, name), content);
      known.inputs.forEach(([file]) => noteInput(file));
      return { status: 0, signal: null, stdout: null, stderr: null, output: [], pid: 0 };
    }
    const given = args.find((arg) => arg.startsWith('--metafile='));
    const metafile = given ? path.resolve(cwd, given.slice(11)) : path.join(folder, '.inputs.json');
    const result = withUntypedFiles(() =>
      spawnSync(
        binary[0],
        [
          ...binary.slice(1),
          ...args,
          '--color=false',
          ...(given ? [] : [`--metafile=${metafile}`]),
        ],
        { ...options, stdio: ['ignore', 'pipe', 'pipe'] },
      ),
    );
    if (result.status !== 0) {
      bundling.errors.push(String(result.stderr ?? ''));
      return { ...result, stdout: null, stderr: null };
    }
    process.stderr.write(result.stderr);
    const files = Object.keys(JSON.parse(fs.readFileSync(metafile, 'utf8')).inputs);
    if (!given) fs.rmSync(metafile);
    const absolute = files
      .filter((file) => !/^\w+:(?!\\)|^<|^\(/.test(file))
      .map((file) => path.resolve(cwd, file));
    absolute.forEach(noteInput);
    bundling.cache.set(key, {
      names: treeState(),
      inputs: absolute
        .filter((file) => !file.startsWith(generatedFolder))
        .map((file) => [file, fileState(file)]),
      outputs: fs
        .readdirSync(folder)
        .map((name) => [name, fs.readFileSync(path.join(folder, name))]),
    });
    return { ...result, stdout: null, stderr: null };
  }
}

function noteInput(file) {
  if (!file.includes('/node_modules/')) inputs.add(file);
}

function esbuildBinary(from) {
  const folder = packageFolder('esbuild', [from, root]);
  if (!folder) return undefined;
  const file = path.join(folder, 'bin', 'esbuild');
  const start = Buffer.alloc(2);
  const opened = fs.openSync(file, 'r');
  fs.readSync(opened, start);
  fs.closeSync(opened);
  return start.toString() === '#!' ? [process.execPath, file] : [file];
}

const hash = (parts) => crypto.createHash('sha256').update(JSON.stringify(parts)).digest('hex');

function fileState(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${stat.mtimeMs}|${stat.size}|${stat.ino}` : 'gone';
}

/** The names below amplify/ and its JSON files' state: new files and settings change resolution. */
function treeState() {
  const walk = (folder) =>
    fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : walk(file);
      return [entry.name.endsWith('.json') ? `${file} ${fileState(file)}` : file];
    });
  return hash(walk(path.join(root, 'amplify')));
}

// ---------------------------------------------------------------- model introspection

/** The introspection schema that ampx puts in amplify_outputs.json, by the same package. */
async function introspect({ schema }) {
  const backend = packageFolder('@aws-amplify/backend', [root]);
  const config = packageFolder('@aws-amplify/client-config', [backend, root]);
  const models = packageFolder('@aws-amplify/model-generator', [config, root]);
  const folder = packageFolder('@aws-amplify/graphql-generator', [models, config, root]);
  if (!folder)
    throw new WorkerProblem('no-generator', '@aws-amplify/graphql-generator is not installed');
  const { generateModels } = createRequire(path.join(folder, 'package.json'))(folder);
  const files = Object.values(await generateModels({ schema, target: 'introspection' }));
  if (files.length !== 1) throw new Error(`expected one introspection schema, got ${files.length}`);
  return { introspection: JSON.parse(files[0]) };
}

// ---------------------------------------------------------------- errors

/** An error as data, with its causes; Node's own place for syntax errors is in the stack. */
function described(error, depth = 0) {
  if (!(error instanceof Error) && !(error && typeof error === 'object' && 'message' in error))
    return { name: 'NotAnError', message: util.inspect(error, { depth: 2 }), stack: '' };
  const text = (value) => (value === undefined || value === null ? '' : String(value));
  return {
    name: text(error.name),
    message: text(error.message),
    stack: text(error.stack),
    code: text(error.code),
    resolution: text(error.resolution),
    details: text(error.details),
    link: text(error.link),
    problem: error instanceof ExitCalled ? 'exit' : text(error.problem),
    bundling: depth ? [] : bundling.errors,
    cause: error.cause && depth < 6 ? described(error.cause, depth + 1) : null,
  };
}

// ---------------------------------------------------------------- the channel

const OPERATIONS = { synth, introspect, load: async () => (await load(), {}) };

function serve() {
  const [channelFd, lifelineFd] = process.argv.slice(2).map(Number);
  // A thread of its own, because user code may block this one for ever.
  new Worker(
    `const fs = require('node:fs');
     try { fs.readSync(${lifelineFd}, Buffer.alloc(1)); } catch {}
     try { process.kill(-process.pid, 'SIGKILL'); } catch { process.kill(process.pid, 'SIGKILL'); }`,
    { eval: true, stdin: false },
  ).unref();
  const channel = new net.Socket({ fd: channelFd, readable: true, writable: true });
  const say = (message) => channel.write(`${JSON.stringify(message)}\n`);
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    console[level] = (...args) => say({ log: level, text: util.format(...args) });
  }
  const strayed = (error) => {
    stray.push(error);
  };
  process.on('unhandledRejection', strayed);
  process.on('uncaughtException', strayed);
  // The parent decides when this process ends; Ctrl-C in the terminal goes to the parent.
  process.on('SIGINT', () => {});
  module.enableCompileCache?.(process.env.AMPLIFY_TUI_COMPILE_CACHE || undefined);
  writeGeneratedFilesOnce();
  bundleDirectly();
  const garbage = collectWhenIdle();
  let queue = Promise.resolve();
  let pending = '';
  let answered = 0;
  channel.setEncoding('utf8');
  channel.on('data', (chunk) => {
    const lines = (pending + chunk).split('\n');
    pending = lines.pop();
    for (const line of lines) queue = queue.then(() => answer(JSON.parse(line)));
  });
  channel.on('close', () => process.reallyExit(0));
  channel.on('error', () => process.reallyExit(0));
  const answer = async ({ id, operation, ...request }) => {
    garbage.busy();
    let result;
    try {
      result = { ok: true, ...(await OPERATIONS[operation](request)) };
    } catch (error) {
      result = { ok: false, error: described(error) };
    }
    // Node keeps a module that `require` got from ESM: only a new process evaluates it again.
    const spent = operation === 'synth' && Boolean(amplify.commonJs?.keptByNode());
    say({ id, ...result, spent, rss: garbage.held() });
    if (operation === 'synth') {
      forgetRun();
      garbage.idle();
    }
    // Beside the deployment that this answer begins; what fails here goes with the whole folder.
    if (operation === 'synth') removeTemporaryAssets().catch(() => {});
    // This process is ended by a signal, which leaves Node no time to write its cache.
    if (answered++ < 2) module.flushCompileCache?.();
  };
  say({ ready: true, node: process.versions.node });
}

if (isMainThread) serve();
