"""The GraphQL playground: editor, variables, results, streams, schema explorer, callers, history."""
