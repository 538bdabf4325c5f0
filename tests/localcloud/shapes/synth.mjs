// Synthesises the project in the current folder into the folder named by the first argument.
import { tsImport } from 'tsx/esm/api';

process.env.CDK_CONTEXT_JSON = JSON.stringify({
  'amplify-backend-namespace': 'shapes',
  'amplify-backend-name': 'me',
  'amplify-backend-type': 'sandbox',
  secretLastUpdated: 1,
});
process.env.CDK_OUTDIR = process.argv[2];
await tsImport(`${process.cwd()}/amplify/backend.ts`, import.meta.url);
process.emit('message', 'amplifySynth', undefined);
