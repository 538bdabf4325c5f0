"""From a schema's records to resolvers in readable APPSYNC_JS, with authorization compiled in."""
