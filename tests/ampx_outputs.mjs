// What `ampx generate outputs` calls for a stack: once for each of the wanted files.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { stack, wanted } = JSON.parse(process.argv[2]);
const { resolve } = createRequire(path.join(process.cwd(), 'package.json'));
const { generateClientConfigToFile, DEFAULT_CLIENT_CONFIG_VERSION } = await import(
  pathToFileURL(resolve('@aws-amplify/client-config'))
);
for (const { folder, version, format } of wanted) {
  await generateClientConfigToFile(
    { stackName: stack },
    version ?? DEFAULT_CLIENT_CONFIG_VERSION,
    folder,
    format,
  );
}
