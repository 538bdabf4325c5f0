"""Events to invoke a function with, as AWS's services send them, made from what the project has."""
