"""The GraphQL endpoint over HTTP: ``/v1/apis/<api id>/graphql``."""
