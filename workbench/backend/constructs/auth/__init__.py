"""Auth: the user pool, its providers, the identity pool, and a referenced pool."""
