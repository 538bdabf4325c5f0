"""Authorization of an API's callers: the modes, and the directives of the schema."""
