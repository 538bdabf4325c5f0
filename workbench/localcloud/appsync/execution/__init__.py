"""Executes GraphQL operations: parses, validates, runs resolvers, shapes data and errors."""
