"""What a backend's Lambda functions log, read from CloudWatch while it is written."""
