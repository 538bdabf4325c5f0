"""The only place that builds boto3 clients."""
