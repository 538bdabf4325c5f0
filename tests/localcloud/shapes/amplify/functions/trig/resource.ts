import { defineFunction } from '@aws-amplify/backend';
export const trig = defineFunction({ name: 'trig', entry: './handler.ts', resourceGroupName: 'auth', logging: { retention: '1 week' } });
