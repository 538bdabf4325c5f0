"""Answers the query `greet`."""

import os


def handler(event, context):
    return f"{os.environ['GREETING']}, {event['arguments']['name']}!"
