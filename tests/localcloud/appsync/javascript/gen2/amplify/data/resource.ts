import { a, defineData } from "@aws-amplify/backend";

const schema = a.schema({
  Post: a
    .model({ content: a.string(), likes: a.integer().default(0), tags: a.string().array() })
    .authorization((allow) => [allow.authenticated()]),

  likePost: a
    .mutation()
    .arguments({ postId: a.id().required() })
    .returns(a.ref("Post"))
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.custom({ dataSource: a.ref("Post"), entry: "./increment-like.js" })),

  postsByTag: a
    .query()
    .arguments({ tag: a.string().required(), limit: a.integer() })
    .returns(a.ref("Post").array())
    .authorization((allow) => [allow.authenticated()])
    .handler([
      a.handler.custom({ dataSource: a.ref("Post"), entry: "./list-posts.js" }),
      a.handler.custom({ entry: "./only-liked.js" }),
    ]),

  receive: a
    .subscription()
    .for(a.ref("likePost"))
    .arguments({ tag: a.string() })
    .authorization((allow) => [allow.authenticated()])
    .handler(a.handler.custom({ entry: "./receive.js" })),

  recipe: a
    .generation({
      aiModel: a.ai.model("Claude 3.5 Sonnet"),
      systemPrompt: "You write recipes.",
    })
    .arguments({ description: a.string() })
    .returns(a.customType({ name: a.string(), instructions: a.string() }))
    .authorization((allow) => allow.authenticated()),

  chat: a
    .conversation({
      aiModel: a.ai.model("Claude 3.5 Sonnet"),
      systemPrompt: "You are helpful.",
    })
    .authorization((allow) => allow.owner()),
});

export const data = defineData({
  schema,
  authorizationModes: { defaultAuthorizationMode: "userPool" },
});
