// What handlers reach: the modules, and util, extensions, runtime and console as globals.
//
// Most handlers use little of it, so the larger files are compiled where a handler first asks for
// them: a new context costs a third of what it did with all of them.

const makeFunction = Function;

$.groups = Object.create(null);

const loaded = new Set();

function load(file) {
  if (loaded.has(file)) return;
  loaded.add(file);
  const source = `"use strict";${"\n".repeat($.firstRuntimeLine)}${$.sources[file]}`;
  makeFunction("$", source)($);
}

// A member whose value is made by files.
function lazily(target, member, group, files) {
  Object.defineProperty(target, member, {
    enumerable: true,
    get() {
      files.forEach(load);
      return $.groups[group];
    },
  });
}

lazily($.util, "time", "time", ["time.js"]);
lazily($.util, "xml", "xml", ["xml.js"]);
lazily($.util, "rds", "rds", ["rds.js"]);
lazily($.util, "transform", "transform", ["expressions.js", "transforms.js"]);

$.modules["@aws-appsync/utils"] = Object.freeze({
  util: Object.freeze($.util),
  extensions: $.extensions,
  runtime: $.runtime,
});
lazily($.modules, "@aws-appsync/utils/dynamodb", "dynamodbModule", ["expressions.js", "dynamodb.js"]);
lazily($.modules, "@aws-appsync/utils/rds", "rdsModule", ["rds.js"]);
lazily($.modules, "@aws-appsync/utils/ai", "aiModule", ["ai.js"]);

for (const [name, value] of Object.entries({
  util: $.util,
  extensions: $.extensions,
  runtime: $.runtime,
  console: $.console,
})) {
  Object.defineProperty(globalThis, name, { value, enumerable: true });
}
