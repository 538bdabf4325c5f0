// What handlers reach: the modules, and util, extensions, runtime and console as globals.

$.modules["@aws-appsync/utils"] = Object.freeze({
  util: Object.freeze($.util),
  extensions: $.extensions,
  runtime: $.runtime,
});

for (const [name, value] of Object.entries({
  util: $.util,
  extensions: $.extensions,
  runtime: $.runtime,
  console: $.console,
})) {
  Object.defineProperty(globalThis, name, { value, enumerable: true });
}
