"""Access to the local cloud: allowed web pages, users of the machine, and keys."""
