"""An app client's attributes: ministack lets any client read and write all; Cognito asks its lists.

A client without lists may read all attributes, and write all but those that only Cognito or an
administrator sets. What it may not read is in no answer and in no ID token of its own.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-attributes.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_OF_COGNITO = frozenset(("identities", "email_verified", "phone_number_verified"))
_ALWAYS_READ = frozenset(("sub", "identities"))
_WRITING = ("SignUp", "UpdateUserAttributes", "DeleteUserAttributes")


def install() -> None:
    """Ask a client's lists in the calls of users, and for ID tokens."""
    from ministack.services import cognito

    run, get = cognito._run_idp_handler, cognito._get_user
    finish = cognito._apply_pretoken_trigger
    create, update = cognito._create_user_pool_client, cognito._update_user_pool_client

    def run_permitted(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in _WRITING:
            given = [each.get("Name", "") for each in data.get("UserAttributes") or ()]
            given += data.get("UserAttributeNames") or ()
            if not may_write(_client_of(data), given):
                return refuse(
                    "NotAuthorizedException", "A client attempted to write unauthorized attribute"
                )
        answer: Answer = run(handler, action, data)
        return answer

    def get_readable(data: Any) -> Answer:
        answer: Answer = get(data)
        if answer[0] != 200:
            return answer
        told, client = json.loads(answer[2]), _client_of(data)
        told["UserAttributes"] = [
            each for each in told["UserAttributes"] if may_read(client, each["Name"])
        ]
        changed: Answer = cognito.json_response(told)
        return changed

    def finish_readable(
        pool_id: str, claims: dict[str, Any], token_type: str, **named: Any
    ) -> dict[str, Any]:
        if token_type == "id":
            own = named.get("user_attrs") or {}
            if "email" in own:
                claims["email_verified"] = own.get("email_verified") == "true"
            client = _client(pool_id, named.get("client_id"))
            claims = {
                name: value
                for name, value in claims.items()
                if name not in own or may_read(client, name)
            }
        finished: dict[str, Any] = finish(
            pool_id=pool_id, claims=claims, token_type=token_type, **named
        )
        return finished

    cognito._run_idp_handler = run_permitted
    cognito._get_user = get_readable
    cognito._apply_pretoken_trigger = finish_readable
    cognito._create_user_pool_client = _with_known_attributes(create, "creating")
    cognito._update_user_pool_client = _with_known_attributes(update, "updating")


def may_read(client: Mapping[str, Any], name: str) -> bool:
    """Whether the client's list of attributes to read has this one, or it has no list."""
    names = client.get("ReadAttributes")
    return not names or name in names or name in _ALWAYS_READ


def may_write(client: Mapping[str, Any], given: Iterable[str]) -> bool:
    """Whether the client may write all of these attributes."""
    names = client.get("WriteAttributes")
    return not any(
        name in _OF_COGNITO or name.startswith("dev:") or (names and name not in names)
        for name in given
    )


def _client_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The app client of a call: the one that it names, or that its access token is of."""
    from ministack.services import cognito

    if "AccessToken" not in data:
        pool, pool_id = cognito._pool_for_client(data.get("ClientId"))
        return _client(pool_id, data.get("ClientId")) if pool else {}
    claims = cognito._token_claims(data["AccessToken"])
    return _client(str(claims.get("iss", "")).rpartition("/")[2], claims.get("client_id"))


def _client(pool_id: str, client_id: Any) -> Mapping[str, Any]:
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id) or {}
    found: Mapping[str, Any] = (pool.get("_clients") or {}).get(client_id) or {}
    return found


def _with_known_attributes(change: Callable[[Any], Answer], doing: str) -> Callable[[Any], Answer]:
    """A client's lists name attributes of the schema, and none to write that Cognito sets."""

    def checked(data: Any) -> Answer:
        from ministack.services import cognito

        pool = cognito._user_pools.get(data.get("UserPoolId"))
        if pool is None:
            return change(data)
        schema = cognito._ensure_schema_attributes(pool)["SchemaAttributes"]
        known = {each["Name"] for each in schema} | {"identities"}
        for member, what, names in (
            ("ReadAttributes", "read", known),
            ("WriteAttributes", "write", known - _OF_COGNITO - {"sub"}),
        ):
            if not names.issuperset(data.get(member) or ()):
                return refuse(
                    "InvalidParameterException",
                    f"Invalid {what} attributes specified while {doing} a client",
                )
        return change(data)

    return checked
