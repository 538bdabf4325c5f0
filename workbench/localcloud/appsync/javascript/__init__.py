"""APPSYNC_JS 1.0.0: JavaScript request and response handlers, in an embedded engine."""
