"""DynamoDB's expressions: grammar, checks, evaluation. Pure; it knows no emulator."""
