"""GraphQL subscriptions: AppSync's real-time WebSocket protocol and the fan-out behind it."""
