import { type ClientSchema, a, defineData } from '@aws-amplify/backend';

const schema = a.schema({
    Kind: a.enum(['SMALL', 'LARGE']),
    Place: a.customType({ street: a.string(), number: a.integer() }),
    Todo: a.model({ content: a.string() }).authorization((allow) => [allow.guest()]),
    Note: a
      .model({
        text: a.string().required(),
        kind: a.ref('Kind'),
        place: a.ref('Place'),
        secret: a.string().authorization((allow) => [allow.owner()]),
        editors: a.string().array(),
        team: a.string(),
        teams: a.string().array(),
        postAuthor: a.string(),
        postSlug: a.string(),
        post: a.belongsTo('Post', ['postAuthor', 'postSlug']),
      })
      .authorization((allow) => [
        allow.owner(),
        allow.ownersDefinedIn('editors').to(['read', 'update']),
        allow.group('Admins'),
        allow.groupDefinedIn('team'),
        allow.groupsDefinedIn('teams').to(['read']),
        allow.publicApiKey().to(['read']),
      ]),
    Post: a
      .model({
        author: a.string().required(),
        slug: a.string().required(),
        rating: a.integer(),
        notes: a.hasMany('Note', ['postAuthor', 'postSlug']),
      })
      .identifier(['author', 'slug'])
      .secondaryIndexes((index) => [index('author').sortKeys(['rating']).queryField('byRating')])
      .authorization((allow) => [
        allow.authenticated(),
        allow.authenticated('identityPool').to(['read']),
        allow.guest().to(['read']),
      ]),
    echo: a
      .query()
      .arguments({ text: a.string() })
      .returns(a.string())
      .handler(
        a.handler.custom({ entry: './echo.js', dataSource: a.ref('Todo') }),
      )
      .authorization((allow) => [allow.authenticated(), allow.publicApiKey()]),
});

export type Schema = ClientSchema<typeof schema>;
export const data = defineData({
  schema,
  authorizationModes: {
    defaultAuthorizationMode: 'userPool',
    apiKeyAuthorizationMode: { expiresInDays: 30 },
  },
});
