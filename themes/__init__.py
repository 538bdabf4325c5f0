"""Style sheets and colour themes, as data."""
