"""Data: the API, its tables and resolvers, and who may call it."""
