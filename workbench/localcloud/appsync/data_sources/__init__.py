"""AppSync's data sources: what the request object of a template or a handler does, and its result."""
