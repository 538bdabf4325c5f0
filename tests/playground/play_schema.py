"""A schema in the shape that Amplify generates, for the tests of the editing aids."""

from graphql import GraphQLSchema, build_schema

TEXT = """
scalar AWSDateTime
scalar AWSJSON
enum Priority { LOW HIGH }
"Something to do."
type Todo { id: ID! content: String! done: Boolean priority: Priority createdAt: AWSDateTime!
  list: List comments(filter: CommentFilter, limit: Int): CommentConnection
  old: String @deprecated(reason: "use content") }
type Comment { id: ID! text: String todo: Todo }
type CommentConnection { items: [Comment]! nextToken: String }
type List { id: ID! name: String! todos: TodoConnection }
type TodoConnection { items: [Todo]! nextToken: String }
input CommentFilter { text: StringInput }
input StringInput { eq: String contains: String }
input CreateTodoInput { id: ID content: String! priority: Priority done: Boolean }
input TodoFilter { priority: PriorityInput and: [TodoFilter] not: TodoFilter }
input PriorityInput { eq: Priority }
union Found = Todo | List
type Query { getTodo(id: ID!): Todo
  listTodos(filter: TodoFilter, limit: Int, nextToken: String): TodoConnection
  search(text: String!): [Found] }
type Mutation { createTodo(input: CreateTodoInput!): Todo deleteTodo(id: ID!): Todo }
type Subscription { onCreateTodo(priority: Priority): Todo }
"""


def schema() -> GraphQLSchema:
    return build_schema(TEXT)
