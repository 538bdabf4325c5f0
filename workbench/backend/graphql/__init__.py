"""From a schema's records to GraphQL texts: the API's, the models' own, and their introspection."""
