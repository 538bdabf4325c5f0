import { a, defineData, type ClientSchema } from '@aws-amplify/backend';

// A list holds todos. Try it: add a field such as `due: a.date(),` to Todo and save.
const schema = a
  .schema({
    List: a.model({
      name: a.string().required(),
      todos: a.hasMany('Todo', 'listId'),
    }),
    Todo: a.model({
      content: a.string().required(),
      done: a.boolean().default(false),
      listId: a.id(),
      list: a.belongsTo('List', 'listId'),
    }),
  })
  // Open to everyone to begin with, signed in or not. Narrow it before you go live.
  .authorization((allow) => [allow.authenticated('identityPool'), allow.guest()]);

// The front end's client takes its types from here: generateClient<Schema>().
export type Schema = ClientSchema<typeof schema>;

export const data = defineData({
  schema,
  authorizationModes: { defaultAuthorizationMode: 'identityPool' },
});
