"""A project's Git repository: what is checked out, and what Git itself is asked."""
