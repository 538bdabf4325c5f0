"""What only a real AWS account can show, step by step: ``python -m scripts.aws_checklist``."""
