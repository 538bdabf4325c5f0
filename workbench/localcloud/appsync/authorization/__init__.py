"""Who may call an API: the authorization modes, and the directives of the schema."""
