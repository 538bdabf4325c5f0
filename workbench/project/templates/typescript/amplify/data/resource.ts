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
  // Signed-in people own what they create; visitors may read it.
  .authorization((allow) => [allow.owner(), allow.guest().to(['read'])]);

// The front end's client takes its types from here: generateClient<Schema>().
export type Schema = ClientSchema<typeof schema>;

export const data = defineData({
  schema,
  authorizationModes: { defaultAuthorizationMode: 'userPool' },
});
