"""What IAM refused on the local cloud, in the project's words: who, what, and the rule for it."""
