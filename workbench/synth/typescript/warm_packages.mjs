/**
 * The packages that a warm process keeps between runs: the tool's own, which a backend cannot tell
 * from new ones. All other packages are evaluated again in each run, because what a package does
 * when it is imported (environment variables, registries, caches) is part of the run.
 */
import fs from 'node:fs';
import module from 'node:module';
import util from 'node:util';

const AMPLIFY =
  'ai-constructs|appsync-modelgen-plugin|auth-construct|backend(?:-[^/]+)?|cli-core|client-config|' +
  'data-construct|data-schema(?:-types)?|deployed-backend-client|form-generator|graphql-[^/]+|' +
  'hosting|model-generator|platform-core|plugin-types|sandbox|schema-generator';

const WARM = new RegExp(
  String.raw`[\\/]node_modules[\\/](?:aws-cdk-lib|constructs|tsx|esbuild|typescript|@aws-cdk[\\/][^\\/]+|` +
    String.raw`@aws-amplify[\\/](?:${AMPLIFY}))[\\/]`,
);

/** Whether the file of this path or URL path belongs to a package that is kept, or lies within one. */
export const isWarm = (file) => WARM.test(file);

/**
 * Give CommonJS modules two lives: those of now stay for the warm packages, and what anything else
 * requires is loaded anew in each run.
 *
 * `onWarm` is told the exports of each file of a warm package that is loaded later. Gives `forget`,
 * which ends a run; `keptByNode`, whether the run required ESM that Node will not evaluate again; and
 * `isOfTheTool`, whether a function stands in a file of a warm package that the run loaded.
 */
export function freshCommonJs(onWarm) {
  const { Module } = module;
  const cache = Module._cache;
  const kept = new Map();
  for (const [file, loaded] of Object.entries(cache)) {
    if (isWarm(file) || file.endsWith('.node')) continue;
    kept.set(file, loaded);
    delete cache[file];
  }
  const load = Module._load;
  Module._load = function loadForParent(request, parent, isMain) {
    if (parent && !module.isBuiltin(request)) {
      const file = Module._resolveFilename(request, parent, isMain);
      const known = isTools(parent) && kept.get(file);
      if (known) return known.exports;
      // The ESM loader puts modules here that it has only parsed. Node knows them, but not where it
      // remembers what this parent's request meant in an earlier run: it takes them for a cycle.
      if (cache[file] && !cache[file].loaded && !loading.has(cache[file]))
        return Reflect.apply(load, this, [file, undefined, false]);
    }
    return Reflect.apply(load, this, [request, parent, isMain]);
  };
  const loadFile = Module.prototype.load;
  Module.prototype.load = function loadAndTell(file) {
    loading.add(this);
    const result = Reflect.apply(loadFile, this, [file]);
    loading.delete(this);
    if (isWarm(file)) {
      onWarm(this.exports);
      loadedInRun.set(file, undefined);
    }
    return result;
  };
  const loading = new Set();
  const loadedInRun = new Map();
  const textOf = (file) => {
    if (loadedInRun.get(file) === undefined) loadedInRun.set(file, fs.readFileSync(file, 'utf8'));
    return loadedInRun.get(file);
  };
  const isTools = (parent) =>
    Boolean(parent.filename) && (isWarm(parent.filename) || kept.get(parent.filename) === parent);
  const ofTheRun = () =>
    Object.entries(cache).filter(([file]) => !isWarm(file) && !file.endsWith('.node'));
  return {
    forget: () => {
      ofTheRun().forEach(([file]) => delete cache[file]);
      loading.clear();
      loadedInRun.clear();
    },
    isOfTheTool: (value) => {
      if (typeof value !== 'function') return false;
      const source = Function.prototype.toString.call(value);
      return [...loadedInRun.keys()].some((file) => textOf(file).includes(source));
    },
    keptByNode: () =>
      ofTheRun().some(([, { exports }]) => util.types.isModuleNamespaceObject(exports)),
  };
}
