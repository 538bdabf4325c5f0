import { defineAuth, secret } from '@aws-amplify/backend';
import { trig } from '../functions/trig/resource.js';
import { hello } from '../functions/hello/resource.js';
export const auth = defineAuth({
  loginWith: { email: true, phone: true, externalProviders: {
    google: { clientId: secret('GOOGLE_ID'), clientSecret: secret('GOOGLE_SECRET'), scopes: ['email'] },
    oidc: [{ name: 'MyOidc', clientId: secret('GOOGLE_ID'), clientSecret: secret('GOOGLE_SECRET'), issuerUrl: 'https://example.com' }],
    callbackUrls: ['http://localhost:3000/'], logoutUrls: ['http://localhost:3000/'], domainPrefix: 'l2test' } },
  groups: ['ADMINS', 'EDITORS'],
  multifactor: { mode: 'OPTIONAL', totp: true, sms: true },
  userAttributes: { 'custom:plan': { dataType: 'String', mutable: true } },
  triggers: { postConfirmation: trig, preSignUp: trig, customMessage: trig },
  access: (allow) => [allow.resource(hello).to(['addUserToGroup', 'manageUsers'])],
});
