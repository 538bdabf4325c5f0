import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { keys, second, storage } from './storage/resource.js';

defineBackend({ auth, data, keys, storage, second });
