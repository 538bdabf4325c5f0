"""IAM: whether a caller's policies, and a resource's own, allow a request."""
