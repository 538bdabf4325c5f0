"""Docker images: built by a tool of the user's, pushed to the bootstrap's repository."""
