/**
 * The warm type checker: a TypeScript program kept in memory, brought up to date for each request.
 *
 * Started as `node worker.mjs CHANNEL_FD LIFELINE_FD` with the project's root as working
 * directory; speaks JSON lines as synth_worker.mjs does. Checks amplify/tsconfig.json as ampx does:
 * noEmit, skipLibCheck.
 */
import fs from 'node:fs';
import module, { createRequire } from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { collectWhenIdle } from '../typescript/idle_garbage.mjs';

const root = process.cwd();
const amplifyFolder = path.join(root, 'amplify');
const configFile = path.join(amplifyFolder, 'tsconfig.json');

let ts;
const files = new Map();
let program;
let resolutions;
let ownResolutions;
let settings = '';
let knownNames = new Map();
let packagesMoved = false;

function load() {
  if (ts) return;
  const folders = [
    root,
    ...['backend-cli', 'backend-deployer'].map((name) =>
      path.join(root, 'node_modules/@aws-amplify', name),
    ),
  ];
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

const ofPackage = (file) => file.includes('/node_modules/');

/**
 * A source file, parsed again only where it changed.
 *
 * Package files are looked at between checks (`lookAtPackages`): they are 7,000 of the quickstart's
 * 7,187 files, and their `stat`s took 60 ms of each check.
 */
function sourceFile(host, name, options) {
  const known = files.get(name);
  if (known && ofPackage(name) && !packagesMoved) return known.source;
  const now = state(name);
  if (known && known.state === now) return known.source;
  const text = now && host.readFile(name);
  if (text === undefined) {
    files.delete(name);
    return undefined;
  }
  if (known && known.source.text === text) {
    known.state = now;
    return known.source;
  }
  const source = ts.createSourceFile(name, text, options);
  files.set(name, { state: now, source });
  return source;
}

/**
 * Check the whole program again, reusing its unchanged files and resolutions.
 *
 * Not TypeScript's incremental builder: to find out which files a change affects it makes the
 * changed file's declarations, 0.6 s for a data schema, where checking the user's few files takes
 * 0.2 s. skipLibCheck leaves the packages' declarations out.
 */
function check() {
  load();
  if (!ts) return { skipped: 'typescript is not installed' };
  if (!fs.existsSync(configFile)) return { skipped: 'there is no amplify/tsconfig.json' };
  if (typeof ts.createProgram !== 'function') return { unsupported: ts.version ?? 'unknown' };
  const read = ts.readConfigFile(configFile, ts.sys.readFile);
  if (read.error) return { diagnostics: [described(read.error)] };
  const parsed = ts.parseJsonConfigFileContent(
    read.config,
    ts.sys,
    amplifyFolder,
    undefined,
    configFile,
  );
  const options = {
    ...parsed.options,
    skipLibCheck: true,
    noEmit: true,
    incremental: false,
    composite: false,
  };
  delete options.tsBuildInfoFile;
  const otherSettings = JSON.stringify(options) !== settings;
  if (otherSettings) files.clear();
  settings = JSON.stringify(options);
  // A file that came or went may change what any import finds. Read before the program is made: one
  // that comes while it is must count as new for the next check.
  const names = userFiles();
  const moved = otherSettings || packagesMoved || differ(names, knownNames);
  const host = ts.createCompilerHost(options);
  // Comments in the CDK's declarations are most of their text, and no type error needs them.
  host.jsDocParsingMode = ts.JSDocParsingMode?.ParseNone;
  host.getSourceFile = (name, languageOptions) => sourceFile(host, name, languageOptions);
  const canonical = (name) => host.getCanonicalFileName(name);
  if (otherSettings || packagesMoved || !resolutions)
    resolutions = ts.createModuleResolutionCache(root, canonical, options);
  if (moved || !ownResolutions)
    ownResolutions = ts.createModuleResolutionCache(
      root,
      canonical,
      options,
      resolutions.getPackageJsonInfoCache(),
    );
  // Caches for all programs: reading each package's scope again took 0.2 s of each check.
  host.getModuleResolutionCache = () => resolutions;
  host.resolveModuleNameLiterals = (literals, from, redirected, fromOptions, fromFile) =>
    literals.map((literal) =>
      ts.resolveModuleName(
        literal.text,
        from,
        fromOptions,
        host,
        ofPackage(from) ? resolutions : ownResolutions,
        redirected,
        ts.getModeForUsageLocation(fromFile, literal, fromOptions),
      ),
    );
  host.hasInvalidatedResolutions = (file) => packagesMoved || (moved && !ofPackage(file));
  program = ts.createProgram({
    rootNames: parsed.fileNames,
    options,
    host,
    oldProgram: otherSettings ? undefined : program,
    configFileParsingDiagnostics: parsed.errors,
  });
  packagesMoved = false;
  // Folders that this program is the first to read from can only be listed now.
  knownNames = new Map([...userFiles(), ...names]);
  const checked = program
    .getSourceFiles()
    .filter(
      (file) =>
        !program.isSourceFileFromExternalLibrary(file) &&
        !(ofPackage(file.fileName) && file.isDeclarationFile) &&
        !program.isSourceFileDefaultLibrary(file),
    );
  const found = [
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...checked.flatMap((file) => program.getSyntacticDiagnostics(file)),
  ];
  if (!found.length)
    found.push(
      ...program.getGlobalDiagnostics(),
      ...checked.flatMap((file) => program.getSemanticDiagnostics(file)),
    );
  return {
    diagnostics: ts.sortAndDeduplicateDiagnostics(found).map(described),
    inputs: checked.map((file) => file.fileName),
    files: files.size,
  };
}

/** See whether a package's file changed, a few hundred at a time while nothing is asked. */
function lookAtPackages(left = [...files.keys()].filter(ofPackage)) {
  for (const file of left.splice(0, 500)) {
    if (files.has(file) && files.get(file).state !== state(file)) {
      packagesMoved = true;
      return;
    }
  }
  if (left.length) looking = setTimeout(lookAtPackages, 10, left);
}

/** The names of the user's source files, by each folder where an import of theirs may find them. */
function userFiles() {
  const list = (folder, deep) =>
    fs.existsSync(folder)
      ? fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
          const file = path.join(folder, entry.name);
          if (!entry.isDirectory()) return [file];
          return deep && entry.name !== 'node_modules' ? list(file, true) : [];
        })
      : [];
  const read = [...files.keys()].filter((file) => !ofPackage(file));
  const folders = new Set(read.map((file) => path.dirname(file)));
  const generated = path.join(root, '.amplify', 'generated');
  return new Map([
    ...[...folders].map((folder) => [folder, list(folder, false).join('\n')]),
    ...[amplifyFolder, generated].map((folder) => [folder, list(folder, true).join('\n')]),
  ]);
}

const differ = (one, other) =>
  one.size !== other.size || [...one].some(([folder, names]) => other.get(folder) !== names);

function described(diagnostic) {
  const start =
    diagnostic.file && diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
  return {
    severity: diagnostic.category === ts.DiagnosticCategory.Error ? 'error' : 'warning',
    message: ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    code: `TS${diagnostic.code}`,
    file: diagnostic.file?.fileName ?? '',
    line: start ? start.line + 1 : 0,
    column: start ? start.character + 1 : 0,
  };
}

/** Whether a generated file, or which files there are, differs from what the last check read. */
function stale() {
  if (!program) return { stale: false };
  const generated = [...files].filter(([name]) => name.startsWith(path.join(root, '.amplify')));
  const changed = generated.some(([name, known]) => known.state !== state(name));
  return { stale: changed || differ(userFiles(), knownNames) };
}

const OPERATIONS = { check, stale, load: () => (load(), { version: ts?.version ?? '' }) };

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
const garbage = collectWhenIdle();
let pending = '';
let looking;
channel.on('data', (chunk) => {
  const lines = (pending + chunk).split('\n');
  pending = lines.pop();
  for (const line of lines) {
    const { id, operation } = JSON.parse(line);
    clearTimeout(looking);
    garbage.busy();
    let result;
    try {
      result = { ok: true, ...OPERATIONS[operation]() };
    } catch (error) {
      result = { ok: false, error: String(error?.stack ?? error) };
    }
    channel.write(`${JSON.stringify({ id, ...result, rss: garbage.held() })}\n`);
    garbage.idle();
    looking = setTimeout(() => {
      module.flushCompileCache?.();
      lookAtPackages();
    }, 500);
  }
});
