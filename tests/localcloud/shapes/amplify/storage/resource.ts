import { defineStorage } from '@aws-amplify/backend';
import { onup } from '../functions/onup/resource.js';
import { hello } from '../functions/hello/resource.js';
export const storage = defineStorage({ name: 'files', isDefault: true, versioned: true, triggers: { onUpload: onup, onDelete: onup },
  access: (allow) => ({ 'public/*': [allow.guest.to(['read']), allow.authenticated.to(['read', 'write', 'delete']), allow.groups(['ADMINS']).to(['read','write'])], 'private/{entity_id}/*': [allow.entity('identity').to(['read', 'write', 'delete'])] }) });
export const second = defineStorage({ name: 'second', access: (allow) => ({ 'x/*': [allow.resource(hello).to(['read'])] }) });
