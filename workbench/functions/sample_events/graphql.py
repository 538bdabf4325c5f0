"""Events of a GraphQL field's resolver, and the caller's identity in them. Pure.

Source: AppSync developer guide, "Context reference" and "Direct Lambda resolvers"; Amplify's
resolver of a field that a function answers.
"""

from __future__ import annotations

from typing import Any

from workbench.functions.sample_events.cognito import PoolUser
from workbench.functions.sample_events.services import Event, Place

_IDENTITY_POOL = "00000000-1111-2222-3333-444455556666"


def resolver_event(type_name: str, field: str, arguments: dict[str, Any], caller: Any) -> Event:
    """The payload of Amplify's resolver."""
    return {
        "typeName": type_name,
        "fieldName": field,
        "arguments": arguments,
        "identity": caller,
        "source": None,
        "request": {"headers": {}, "domainName": None},
        "prev": {"result": {}},
    }


def direct_event(type_name: str, field: str, arguments: dict[str, Any], caller: Any) -> Event:
    """What a function gets without any mapping: the whole context."""
    return {
        "arguments": arguments,
        "identity": caller,
        "source": None,
        "request": {"headers": {}, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": [],
            "selectionSetGraphQL": "",
            "parentTypeName": type_name,
            "fieldName": field,
            "variables": {},
        },
        "stash": {},
    }


def identity(place: Place, mode: str, user: PoolUser) -> dict[str, Any] | None:
    """Who asks, by the API's authorization mode; an API key is nobody."""
    match mode:
        case "AMAZON_COGNITO_USER_POOLS":
            issuer = f"https://cognito-idp.{place.region}.amazonaws.com/{user.pool_id}"
            sub = user.attributes.get("sub", user.name)
            groups = list(user.groups) or None
            claims: dict[str, Any] = {
                "sub": sub,
                "iss": issuer,
                "client_id": user.client_id,
                "token_use": "access",
                "username": user.name,
                "iat": place.at_ms // 1000,
                "exp": place.at_ms // 1000 + 3600,
            }
            if groups:
                claims["cognito:groups"] = groups
            return {
                "claims": claims,
                "defaultAuthStrategy": "ALLOW",
                "groups": groups,
                "issuer": issuer,
                "sourceIp": ["127.0.0.1"],
                "sub": sub,
                "username": user.name,
            }
        case "OPENID_CONNECT":
            return {"claims": {"sub": user.name}, "issuer": "https://example.com", "sub": user.name}
        case "AWS_LAMBDA":
            return {"resolverContext": {}}
        case "AWS_IAM":
            return {
                "accountId": place.account,
                "cognitoIdentityAuthProvider": None,
                "cognitoIdentityAuthType": "unauthenticated",
                "cognitoIdentityId": f"{place.region}:{_IDENTITY_POOL}",
                "cognitoIdentityPoolId": f"{place.region}:{_IDENTITY_POOL}",
                "sourceIp": ["127.0.0.1"],
                "userArn": f"arn:{place.partition}:sts::{place.account}:assumed-role/guest/x",
                "username": "AROAEXAMPLE:CognitoIdentityCredentials",
            }
    return None
