"""How a TypeScript backend's data reads in Python."""
