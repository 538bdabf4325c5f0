/**
 * The warm type checker: a TypeScript program kept in memory, brought up to date for each request.
 *
 * Started as `node type_check_worker.mjs CHANNEL_FD LIFELINE_FD` with the project's root as working
 * directory; speaks JSON lines as synth_worker.mjs does. Checks amplify/tsconfig.json as ampx does:
 * noEmit, skipLibCheck, incremental.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import module, { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

const root = process.cwd();
const amplifyFolder = path.join(root, 'amplify');
const configFile = path.join(amplifyFolder, 'tsconfig.json');
const buildInfo = path.join(root, '.amplify', 'tsconfig.tsbuildinfo');

let ts;
const files = new Map();
let builder;
let settings = '';
let knownNames = '';
let unsaved = false;

function load() {
  if (ts) return;
  const folders = [root, ...['backend-cli', 'backend-deployer'].map((name) => path.join(root, 'node_modules/@aws-amplify', name))];
  for (const folder of folders.filter((candidate) => fs.existsSync(candidate))) {
    try {
      ts = createRequire(path.join(fs.realpathSync(folder), 'package.json'))('typescript');
      return;
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
}

const state = (file) => {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat?.isFile() ? `${stat.mtimeMs}|${stat.size}|${stat.ino}` : undefined;
};

/** A source file, parsed again only where it changed; TypeScript compares the `version`s. */
function sourceFile(host, name, options, fresh) {
  const now = state(name);
  if (!now) {
    files.delete(name);
    return undefined;
  }
  const known = files.get(name);
  if (known && !fresh && known.state === now) return known.source;
  const text = host.readFile(name);
  if (text === undefined) return undefined;
  const version = crypto.createHash('sha256').update(text).digest('hex');
  if (known && !fresh && known.source.version === version) {
    known.state = now;
    return known.source;
  }
  const source = ts.createSourceFile(name, text, options, true);
  source.version = version;
  files.set(name, { state: now, source });
  return source;
}

function check() {
  load();
  if (!ts) return { skipped: 'typescript is not installed' };
  if (!fs.existsSync(configFile)) return { skipped: 'there is no amplify/tsconfig.json' };
  if (typeof ts.createSemanticDiagnosticsBuilderProgram !== 'function') return { unsupported: ts.version };
  const read = ts.readConfigFile(configFile, ts.sys.readFile);
  if (read.error) return { diagnostics: [described(read.error)] };
  const parsed = ts.parseJsonConfigFileContent(read.config, ts.sys, amplifyFolder, undefined, configFile);
  const options = { ...parsed.options, skipLibCheck: true, noEmit: true, incremental: true, tsBuildInfoFile: buildInfo };
  const otherSettings = JSON.stringify(options) !== settings;
  if (otherSettings) files.clear();
  settings = JSON.stringify(options);
  // A file that came or went may change what any import finds.
  const names = userFiles();
  const moved = names !== knownNames;
  knownNames = names;
  const host = ts.createIncrementalCompilerHost(options);
  host.getSourceFile = (name, languageOptions, _onError, fresh) =>
    sourceFile(host, name, languageOptions, fresh);
  host.hasInvalidatedResolutions = () => moved;
  const before = otherSettings ? undefined : builder;
  const old = before ?? (fs.existsSync(buildInfo) ? ts.readBuilderProgram(options, host) : undefined);
  builder = ts.createEmitAndSemanticDiagnosticsBuilderProgram(parsed.fileNames, options, host, old, parsed.errors);
  unsaved = true;
  const found = [
    ...builder.getConfigFileParsingDiagnostics(),
    ...builder.getOptionsDiagnostics(),
    ...builder.getSyntacticDiagnostics(),
  ];
  if (!found.length) found.push(...builder.getGlobalDiagnostics(), ...builder.getSemanticDiagnostics());
  return { diagnostics: found.map(described), files: builder.getSourceFiles().length };
}

/** The names of the user's source files, wherever an import of theirs may find them. */
function userFiles() {
  const walk = (folder) =>
    fs.existsSync(folder)
      ? fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
          const file = path.join(folder, entry.name);
          if (!entry.isDirectory()) return [file];
          return entry.name === 'node_modules' ? [] : walk(file);
        })
      : [];
  const outside = [...files.keys()].filter((file) => !file.includes('/node_modules/'));
  return [
    ...walk(amplifyFolder),
    ...walk(path.join(root, '.amplify', 'generated')),
    ...new Set(outside.map((file) => path.dirname(file))),
  ]
    .flatMap((name) => (files.has(name) || !fs.statSync(name, { throwIfNoEntry: false })?.isDirectory() ? [name] : fs.readdirSync(name)))
    .join('\n');
}

function described(diagnostic) {
  const start = diagnostic.file && diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  return {
    severity: diagnostic.category === ts.DiagnosticCategory.Error ? 'error' : 'warning',
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    code: `TS${diagnostic.code}`,
    file: diagnostic.file?.fileName ?? '',
    line: start ? start.line + 1 : 0,
    column: start ? start.character + 1 : 0,
  };
}

/** Write the build information that ampx and the next start read; after the answer, as it waits. */
function save() {
  if (!unsaved) return;
  unsaved = false;
  fs.mkdirSync(path.dirname(buildInfo), { recursive: true });
  builder.emit();
}

const OPERATIONS = { check, load: () => (load(), { version: ts?.version ?? '' }) };

const [channelFd, lifelineFd] = process.argv.slice(2).map(Number);
new Worker(
  `try { require('node:fs').readSync(${lifelineFd}, Buffer.alloc(1)); } catch {}
   process.kill(process.pid, 'SIGKILL');`,
  { eval: true },
).unref();
const channel = new net.Socket({ fd: channelFd, readable: true, writable: true });
module.enableCompileCache?.(process.env.AMPLIFY_TUI_COMPILE_CACHE || undefined);
process.on('SIGINT', () => {});
channel.on('close', () => process.reallyExit(0));
channel.on('error', () => process.reallyExit(0));
channel.setEncoding('utf8');
let pending = '';
let saving;
channel.on('data', (chunk) => {
  const lines = (pending + chunk).split('\n');
  pending = lines.pop();
  for (const line of lines) {
    const { id, operation } = JSON.parse(line);
    let result;
    try {
      result = { ok: true, ...OPERATIONS[operation]() };
    } catch (error) {
      result = { ok: false, error: String(error?.stack ?? error) };
    }
    channel.write(`${JSON.stringify({ id, ...result, rss: process.memoryUsage().rss })}\n`);
    clearTimeout(saving);
    saving = setTimeout(() => {
      module.flushCompileCache?.();
      save();
    }, 1000);
  }
});
