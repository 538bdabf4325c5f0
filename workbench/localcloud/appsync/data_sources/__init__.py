"""AppSync's data sources: they carry out the request objects of templates and handlers."""
