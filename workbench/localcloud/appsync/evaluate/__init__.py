"""AppSync's own way to try a template or handler without deploying it."""
