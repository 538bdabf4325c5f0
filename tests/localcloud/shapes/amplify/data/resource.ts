import { type ClientSchema, a, defineData, defineFunction } from '@aws-amplify/backend';
import { hello } from '../functions/hello/resource.js';
const schema = a.schema({
  Status: a.enum(['DRAFT', 'LIVE']),
  Post: a.model({ title: a.string().required(), status: a.ref('Status'), comments: a.hasMany('Comment', 'postId'), author: a.string(), views: a.integer(), createdAt: a.datetime() })
    .secondaryIndexes((i) => [i('author').sortKeys(['createdAt']).queryField('byAuthor'), i('title')])
    .authorization((allow) => [allow.owner(), allow.guest().to(['read']), allow.group('ADMINS'), allow.publicApiKey()]),
  Comment: a.model({ text: a.string(), postId: a.id(), post: a.belongsTo('Post', 'postId'), tags: a.hasMany('CommentTag', 'commentId') }).authorization((allow) => [allow.publicApiKey(), allow.authenticated()]),
  Tag: a.model({ name: a.string().required(), comments: a.hasMany('CommentTag', 'tagId') }).identifier(['name']).authorization((allow) => [allow.publicApiKey()]),
  CommentTag: a.model({ commentId: a.id().required(), tagId: a.string().required(), comment: a.belongsTo('Comment', 'commentId'), tag: a.belongsTo('Tag', 'tagId') }).authorization((allow) => [allow.publicApiKey()]),
  sayHello: a.query().arguments({ name: a.string() }).returns(a.json()).authorization((allow) => [allow.publicApiKey()]).handler(a.handler.function(hello)),
  like: a.mutation().arguments({ id: a.id().required() }).returns(a.ref('Post')).authorization((allow) => [allow.publicApiKey()]).handler(a.handler.custom({ dataSource: a.ref('Post'), entry: './like.js' })),
  onLike: a.subscription().for(a.ref('like')).authorization((allow) => [allow.publicApiKey()]).handler(a.handler.custom({ entry: './sub.js' })),
}).authorization((allow) => [allow.resource(hello)]);
export type Schema = ClientSchema<typeof schema>;
export const data = defineData({ schema, authorizationModes: { defaultAuthorizationMode: 'userPool', apiKeyAuthorizationMode: { expiresInDays: 30 } } });
