"""Words of refusals: ministack has its own for what is not there, or there already; here AWS's.

Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from typing import Any

_WORDS = (
    (re.compile(r"Client (\S+) not found\."), r"User pool client \1 does not exist."),
    (re.compile(r"Group .+ not found\."), "Group not found."),
    (re.compile(r"Group .+ already exists\."), "A group with the name already exists."),
    (re.compile(r"User account already exists\."), "User account already exists"),
    (re.compile(r"User already exists\."), "User already exists"),
)


def install() -> None:
    """Put AWS's words in the place of ministack's."""
    from ministack.services import cognito

    answer = cognito.error_response_json
    create_server = cognito._create_resource_server
    describe_server = cognito._resource_server_dict

    def in_awss_words(code: str, message: str, *more: Any, **named: Any) -> Any:
        for pattern, words in _WORDS:
            if pattern.fullmatch(message):
                return answer(code, pattern.sub(words, message), *more, **named)
        return answer(code, message, *more, **named)

    def create_server_once(data: Any) -> Any:
        pool = cognito._user_pools.get(data.get("UserPoolId")) or {}
        identifier = data.get("Identifier")
        if identifier and identifier in pool.get("_resource_servers", {}):
            return answer(
                "InvalidParameterException",
                f"{identifier} already exists in user pool {pool['Id']}.",
                400,
            )
        return create_server(data)

    def describe_scopes(pool_id: str, identifier: str, name: str, scopes: Any) -> Any:
        described = describe_server(pool_id, identifier, name, scopes)
        if not described.get("Scopes"):
            described.pop("Scopes", None)
        return described

    cognito.error_response_json = in_awss_words
    cognito._create_resource_server = create_server_once
    cognito._resource_server_dict = describe_scopes
