"""GraphQL schemas as AppSync understands them: its scalars, its directives, its coercion."""
