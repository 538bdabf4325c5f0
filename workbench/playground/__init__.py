"""The GraphQL playground without a screen: editing aids, identities, requests, streams, history."""
