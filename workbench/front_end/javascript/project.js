// What is deployed to the project's local cloud now. A deployment writes it beside this file.

const BACKEND = path.join(__dirname, 'backend.json');
const files = new Map();
let judged = {};

/** Gives local addresses; undefined where the outputs file is not, or no longer, the local cloud's. */
function localBackend() {
  const backend = read(BACKEND);
  const outputs = read(backend.content?.outputs ?? '');
  if (judged.backend !== backend || judged.outputs !== outputs) {
    const localAddress = isOf(backend.content, outputs.content) ? addressesOf(backend.content) : undefined;
    judged = { backend, outputs, localAddress };
  }
  return judged.localAddress;
}

// A file's JSON, read again when it has changed.
function read(file) {
  const stamp = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (files.has(file) && files.get(file).stamp === stamp) return files.get(file);
  const found = { stamp };
  try {
    found.content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    // Missing, or half written by another program: it changes once more.
  }
  files.set(file, found);
  return found;
}

function isOf(backend, outputs) {
  if (!backend || !outputs) return false;
  const member = key => key.split('.').reduce((at, name) => at?.[name], outputs);
  return Object.entries(backend.ids).every(([key, id]) => member(key) === id);
}
