"""How a diff is deployed, and what would be lost by it."""
