"""amplify/ files to a cloud assembly, and the type check beside it."""
