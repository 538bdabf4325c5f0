// Loaded once in a Node process of the project: a script, or a server that renders pages.

exports.localAddress = address => localBackend()?.(address);

const LOADED = Symbol.for('amplify-tui: front end');
if (!globalThis[LOADED]) {
  globalThis[LOADED] = true;
  rerouteProcess(exports.localAddress);
  rerouteRedirects(exports.localAddress);
}

/** The script for pages, empty where the outputs file is not the local cloud's. */
exports.pageScript = () => (localBackend() ? fs.readFileSync(path.join(__dirname, 'browser.js'), 'utf8') : '');
