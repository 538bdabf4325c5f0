"""Admits the token "open"; with "half" it hides Custom.hidden; anything else is refused."""


def handler(event, context):
    token = event["authorizationToken"]
    return {
        "isAuthorized": token in ("open", "half"),
        "resolverContext": {"token": token},
        "deniedFields": ["Custom.hidden"] if token == "half" else [],
        "ttlOverride": 0,
    }
