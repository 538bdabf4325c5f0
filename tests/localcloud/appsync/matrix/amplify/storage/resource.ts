import { defineFunction, defineStorage } from '@aws-amplify/backend';

export const keys = defineFunction({ name: 'keys', entry: '../functions/keys.ts' });

export const storage = defineStorage({
  name: 'files',
  isDefault: true,
  access: (allow) => ({
    'public/*': [
      allow.guest.to(['read']),
      allow.authenticated.to(['read', 'write', 'delete']),
    ],
    'public/special/*': [allow.authenticated.to(['read'])],
    'drop/*': [allow.guest.to(['write']), allow.authenticated.to(['list'])],
    'shown/*': [allow.guest.to(['get']), allow.authenticated.to(['delete'])],
    'own/{entity_id}/*': [
      allow.entity('identity').to(['read', 'write', 'delete']),
      allow.groups(['Admins']).to(['read']),
    ],
    'team/*': [allow.groups(['Editors']).to(['read', 'write'])],
    'work/*': [allow.resource(keys).to(['read', 'write'])],
  }),
});

export const second = defineStorage({
  name: 'second',
  access: (allow) => ({
    'team/*': [allow.groups(['Admins']).to(['read', 'write', 'delete'])],
  }),
});
