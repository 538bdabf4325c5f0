"""Tells the credentials that it runs with, for a test to ask with them."""

import os


def handler(event, context):
    return {
        "access_key": os.environ["AWS_ACCESS_KEY_ID"],
        "secret_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "token": os.environ["AWS_SESSION_TOKEN"],
    }
