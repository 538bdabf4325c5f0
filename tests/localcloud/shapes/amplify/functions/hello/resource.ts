import { defineFunction, secret } from '@aws-amplify/backend';
export const hello = defineFunction({ name: 'hello', entry: './handler.ts', environment: { GREETING: 'hi', API_KEY: secret('API_KEY') }, schedule: ['every 1h', '0 9 ? * 2 *'], timeoutSeconds: 10 });
