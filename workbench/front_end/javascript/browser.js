// Loaded once in a page, before the app.

const LOADED = Symbol.for('amplify-tui: front end');
if (!globalThis[LOADED]) {
  globalThis[LOADED] = true;
  const localAddress = addressesOf(backend);
  reroutePage(localAddress, rerouteRequests(localAddress, false));
}
