"""Executes GraphQL operations: parses, limits, validates, runs resolvers, shapes data and errors."""
