"""ministack's state, captured while it changes and brought back at a start."""
