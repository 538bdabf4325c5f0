"""The history of a sandbox: an append-only journal in SQLite."""
