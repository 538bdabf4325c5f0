"""One process of a Lambda function: which program runs it, its log, its answers, its end."""
