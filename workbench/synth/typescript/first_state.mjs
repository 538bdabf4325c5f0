/**
 * The process-wide state in which the first run begins, put back after each run: environment,
 * globals, Node's own modules, listeners, and the classes of the packages that stay loaded.
 *
 * A run may change all of it (a package that patches `fs`, adds to `String.prototype` or sets a
 * variable when it is imported), and the next one must begin as in a new process.
 */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const NODE_MODULES = [
  'assert,async_hooks,buffer,child_process,console,crypto,diagnostics_channel,dns,dns/promises,events',
  'fs,fs/promises,http,https,module,net,os,path,perf_hooks,process,querystring,readline,stream',
  'stream/promises,string_decoder,timers,timers/promises,tls,url,util,v8,vm,worker_threads,zlib',
].flatMap((names) => names.split(','));

/** Values that belong to Node or to the run's own machinery, and are put back by other means. */
const LEFT_ALONE = new Map([
  [process, ['env', '_events', '_eventsCount', '_maxListeners', 'exitCode', 'domain']],
]);

/**
 * Note the state of now. `stopTimers` ends what the run started; `exports` are the module objects of
 * the packages that stay; `isOfTheTool` tells a function that a module of theirs, loaded in the run,
 * has put into another's class. Gives `restore`, and `add` for the exports of a module loaded later.
 */
export function keepFirstState(stopTimers, exports, isOfTheTool) {
  const directory = process.cwd();
  const mask = process.umask();
  const environment = { ...process.env };
  const listeners = new Map(process.eventNames().map((name) => [name, process.rawListeners(name)]));
  const noted = new Map();

  /** Note an object's own properties, and those of the functions and prototypes in them. */
  function note(object, depth) {
    if (noted.has(object)) return;
    const properties = new Map();
    noted.set(object, properties);
    const skipped = LEFT_ALONE.get(object) ?? [];
    for (const key of Reflect.ownKeys(object)) {
      const property = Reflect.getOwnPropertyDescriptor(object, key);
      if (!property || skipped.includes(key)) continue;
      properties.set(key, property);
      const { value } = property;
      const isObject = typeof value === 'object' && value !== null;
      if (depth && (typeof value === 'function' || (isObject && key === 'prototype')))
        note(value, depth - 1);
    }
  }

  const add = (value) => {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) note(value, 2);
  };

  for (const name of ['Atomics', 'Intl', 'JSON', 'Math', 'Reflect', 'WebAssembly', 'console'])
    note(globalThis[name], 2);
  note(globalThis, 2);
  for (const name of NODE_MODULES) note(require(`node:${name}`), 2);
  exports.forEach(add);

  function restore() {
    stopTimers();
    for (const [object, properties] of noted) putBack(object, properties, isOfTheTool);
    if (process.cwd() !== directory) process.chdir(directory);
    process.umask(mask);
    process.exitCode = undefined;
    for (const key of Object.keys(process.env)) if (!(key in environment)) delete process.env[key];
    for (const [key, value] of Object.entries(environment))
      if (process.env[key] !== value) process.env[key] = value;
    for (const name of process.eventNames()) {
      const before = listeners.get(name) ?? [];
      for (const listener of process.rawListeners(name))
        if (!before.includes(listener)) process.removeListener(name, listener);
    }
  }

  return { add, restore };
}

function putBack(object, properties, isOfTheTool) {
  const skipped = LEFT_ALONE.get(object) ?? [];
  const stays = ({ value, get, set }) => [value, get, set].some(isOfTheTool);
  for (const key of Reflect.ownKeys(object)) {
    if (properties.has(key) || skipped.includes(key)) continue;
    const property = Reflect.getOwnPropertyDescriptor(object, key);
    if (stays(property)) properties.set(key, property);
    else Reflect.deleteProperty(object, key);
  }
  for (const [key, property] of properties) {
    const now = Reflect.getOwnPropertyDescriptor(object, key);
    if (
      now &&
      Object.is(now.value, property.value) &&
      now.get === property.get &&
      now.set === property.set
    )
      continue;
    if (now && stays(now)) properties.set(key, now);
    else Reflect.defineProperty(object, key, property);
  }
}
