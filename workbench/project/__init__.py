"""Where a project is, what it is called, and what it needs to start."""
