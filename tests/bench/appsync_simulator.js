// Serves one API with @aws-amplify/amplify-appsync-simulator: node appsync_simulator.js CONFIG
// CONFIG is a JSON file of `package` (the simulator's folder) and `api` (its configuration).
// Prints {"port": number} once it listens, on loopback only.
'use strict';
const fs = require('node:fs');
const net = require('node:net');

// The simulator listens on every address; a benchmark must not.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function onLoopback(first, ...rest) {
  return typeof first === 'number'
    ? listen.call(this, first, '127.0.0.1')
    : listen.call(this, first, ...rest);
};

async function main() {
  const config = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
  const { AmplifyAppSyncSimulator } = require(config.package);
  const simulator = new AmplifyAppSyncSimulator({ port: 0 });
  simulator.init(config.api);
  await simulator.start();
  process.stdout.write(`${JSON.stringify({ port: Number(new URL(simulator.localhostUrl).port) })}\n`);
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
