import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';

// Everything listed here is deployed. Storage, functions and your own CDK stacks join it the same way.
export const backend = defineBackend({ auth, data });
