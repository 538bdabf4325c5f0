// One model for each way of authorization, and one for each feature of queries.
import { type ClientSchema, a, defineData, defineFunction } from '@aws-amplify/backend';

const authorizer = defineFunction({ name: 'authorizer', entry: '../functions/authorizer.ts' });
const shout = defineFunction({ name: 'shout', entry: '../functions/shout.ts' });

const schema = a.schema({
  Keyed: a.model({ text: a.string() }).authorization((allow) => [allow.publicApiKey()]),
  Guest: a.model({ text: a.string() }).authorization((allow) => [allow.guest()]),
  Member: a.model({ text: a.string() }).authorization((allow) => [allow.authenticated()]),
  Pooled: a
    .model({ text: a.string() })
    .authorization((allow) => [allow.authenticated('identityPool')]),
  Owned: a.model({ text: a.string() }).authorization((allow) => [allow.owner()]),
  Authored: a
    .model({ text: a.string(), author: a.string() })
    .authorization((allow) => [allow.ownerDefinedIn('author')]),
  Shared: a
    .model({ text: a.string(), editors: a.string().array() })
    .authorization((allow) => [allow.ownersDefinedIn('editors')]),
  Staff: a.model({ text: a.string() }).authorization((allow) => [allow.groups(['Admins'])]),
  Grouped: a
    .model({ text: a.string(), team: a.string() })
    .authorization((allow) => [allow.groupDefinedIn('team')]),
  Regrouped: a
    .model({ text: a.string(), teams: a.string().array() })
    .authorization((allow) => [allow.groupsDefinedIn('teams')]),
  Custom: a
    .model({ text: a.string(), hidden: a.string() })
    .authorization((allow) => [allow.custom()]),
  Fielded: a
    .model({
      text: a.string(),
      secret: a.string().authorization((allow) => [allow.owner()]),
      rank: a.string().authorization((allow) => [
        allow.authenticated().to(['read']),
        allow.group('Admins').to(['create', 'read', 'update']),
      ]),
    })
    .authorization((allow) => [allow.authenticated(), allow.owner()]),
  Mixed: a.model({ text: a.string() }).authorization((allow) => [
    allow.owner(),
    allow.authenticated().to(['read']),
    allow.publicApiKey().to(['get', 'list']),
    allow.guest().to(['get']),
    allow.group('Admins').to(['update', 'delete']),
  ]),
  ReadOnly: a
    .model({ text: a.string() })
    .authorization((allow) => [allow.publicApiKey().to(['read']), allow.group('Admins')]),
  Writable: a
    .model({ text: a.string() })
    .authorization((allow) => [allow.owner().to(['create', 'read'])]),
  Profile: a
    .model({
      name: a.string(),
      about: a.string().authorization((allow) => [allow.owner().to(['create', 'read', 'update'])]),
    })
    .authorization((allow) => [
      allow.owner(),
      allow.authenticated().to(['read', 'update']),
      allow.group('Editors').to(['read', 'delete']),
      allow.publicApiKey().to(['read', 'update']),
    ]),

  Post: a
    .model({ title: a.string().required(), comments: a.hasMany('Comment', 'postId') })
    .authorization((allow) => [allow.authenticated(), allow.publicApiKey().to(['read'])]),
  Comment: a
    .model({ text: a.string(), postId: a.id(), post: a.belongsTo('Post', 'postId') })
    .authorization((allow) => [allow.owner(), allow.group('Admins')]),

  Product: a
    .model({
      maker: a.string().required(),
      code: a.string().required(),
      price: a.float(),
      stock: a.integer(),
      kind: a.enum(['BOOK', 'TOY']),
      tags: a.string().array(),
      size: a.customType({ width: a.integer(), height: a.integer() }),
      seen: a.datetime(),
      extra: a.json(),
    })
    .identifier(['maker', 'code'])
    .secondaryIndexes((index) => [
      index('kind').sortKeys(['price']).queryField('productsByPrice'),
      index('maker').sortKeys(['kind', 'stock']).queryField('productsByStock'),
    ])
    .authorization((allow) => [allow.publicApiKey(), allow.authenticated()]),

  cheapest: a
    .query()
    .arguments({ maker: a.string().required(), below: a.float(), limit: a.integer() })
    .returns(a.string().array())
    .handler(a.handler.custom({ entry: './cheapest.js', dataSource: a.ref('Product') }))
    .authorization((allow) => [allow.publicApiKey(), allow.group('Admins')]),
  whoAmI: a
    .query()
    .returns(a.customType({ sub: a.string(), mode: a.string() }))
    .handler(a.handler.custom({ entry: './whoami.js' }))
    .authorization((allow) => [allow.authenticated(), allow.publicApiKey()]),
  shout: a
    .mutation()
    .arguments({ text: a.string() })
    .returns(a.customType({ text: a.string(), by: a.string() }))
    .handler(a.handler.function(shout))
    .authorization((allow) => [allow.authenticated(), allow.guest()]),
});

export type Schema = ClientSchema<typeof schema>;
export const data = defineData({
  schema,
  authorizationModes: {
    defaultAuthorizationMode: 'userPool',
    apiKeyAuthorizationMode: { expiresInDays: 30 },
    lambdaAuthorizationMode: { function: authorizer, timeToLiveInSeconds: 0 },
  },
});
