"""What happened, append-only, on disk."""
