"""The GraphQL data plane of AppSync: what answers the requests that a deployed API gets."""
