// Looks positions up in a source map, with Node's own reader of them. Reads one JSON document
// ({ map: text, positions: [[line, column], …] }, counted from 1), and writes one: for each position
// { source, line, column }, or null.
'use strict';

const { SourceMap } = require('node:module');

let input = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', chunk => (input += chunk));
process.stdin.on('end', () => {
  const { map, positions } = JSON.parse(input);
  const found = new SourceMap(JSON.parse(map));
  const answers = positions.map(([line, column]) => {
    const entry = found.findEntry(line - 1, column - 1);
    if (entry.originalSource === undefined) return null;
    return { source: entry.originalSource, line: entry.originalLine + 1, column: entry.originalColumn + 1 };
  });
  process.stdout.write(JSON.stringify(answers));
});
