import { defineFunction } from '@aws-amplify/backend';
export const onup = defineFunction({ name: 'onup', entry: './handler.ts', resourceGroupName: 'storage' });
