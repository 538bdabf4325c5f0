"""Shouts its argument and says who asked; refuses an empty text."""


def handler(event, context):
    if not event["arguments"].get("text"):
        raise ValueError("nothing to shout")
    identity = event.get("identity") or {}
    return {
        "text": event["arguments"]["text"].upper(),
        "by": identity.get("username") or "nobody",
    }
