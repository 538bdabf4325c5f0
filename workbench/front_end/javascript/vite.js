// A Vite plugin: pages of the dev server, and what it renders itself, use the local cloud.

// Only where it serves: a build's own process stays as it is.
const pageScript = () => require('./node.cjs').pageScript();
const PATH = '@amplify-tui/front-end.js';

/** Does nothing in a build, nor where the outputs file is not the local cloud's. */
module.exports = () => {
  let base = '/';
  return {
    name: 'amplify-tui',
    apply: 'serve',
    configResolved(config) {
      base = config.base;
    },
    configureServer(server) {
      require('./node.cjs');
      server.middlewares.use((request, response, next) => {
        if (request.url.split('?')[0].replace(base, '/') !== `/${PATH}`) return next();
        response.setHeader('content-type', 'text/javascript; charset=utf-8');
        response.setHeader('cache-control', 'no-store');
        response.end(pageScript());
      });
    },
    transformIndexHtml: {
      order: 'pre',
      handler: () => [{ tag: 'script', attrs: { src: `${base}${PATH}` }, injectTo: 'head-prepend' }],
    },
    // Frameworks that make their pages without Vite load its client first.
    transform(code, id) {
      if (!/\/vite\/dist\/client\/client\.mjs$/.test(id.split('?')[0])) return undefined;
      this.addWatchFile?.(require.resolve('./browser.js'));
      return { code: `${pageScript()}\n${code}`, map: null };
    },
  };
};
module.exports.default = module.exports;
