"""The editor for GraphQL and JSON that panes share."""
