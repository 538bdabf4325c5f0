"""The access rule of Amplify that would have allowed a refused call, as the backend writes it.

Storage rules grant verbs on paths, the user pool's and the data's grants name functions; what no
rule of Amplify's is about needs a statement on the role.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from workbench.model.refused_calls import RefusedCall

Language = Literal["typescript", "python"]
Kind = Literal["storage", "auth", "data", "secret", "function", "statement"]

_VERBS = {
    "s3:GetObject": "get",
    "s3:ListBucket": "list",
    "s3:PutObject": "write",
    "s3:DeleteObject": "delete",
}
_USER_POOL_GRANTS = {
    "AdminAddUserToGroup": "addUserToGroup",
    "AdminConfirmSignUp": "manageUsers",
    "AdminCreateUser": "createUser",
    "AdminDeleteUser": "deleteUser",
    "AdminDeleteUserAttributes": "deleteUserAttributes",
    "AdminDisableUser": "disableUser",
    "AdminEnableUser": "enableUser",
    "AdminForgetDevice": "forgetDevice",
    "AdminGetDevice": "getDevice",
    "AdminGetUser": "getUser",
    "AdminListDevices": "listDevices",
    "AdminListGroupsForUser": "listGroupsForUser",
    "AdminRemoveUserFromGroup": "removeUserFromGroup",
    "AdminResetUserPassword": "resetUserPassword",
    "AdminSetUserMFAPreference": "setUserMfaPreference",
    "AdminSetUserPassword": "setUserPassword",
    "AdminSetUserSettings": "setUserSettings",
    "AdminUpdateDeviceStatus": "updateDeviceStatus",
    "AdminUpdateUserAttributes": "updateUserAttributes",
    "ListGroups": "listGroups",
    "ListUsers": "listUsers",
    "ListUsersInGroup": "listUsersInGroup",
}
_GRANTED = frozenset({"guest", "authenticated", "group", "function"})
"""Those whom rules of Amplify can name."""

_IDENTITY = "${cognito-identity.amazonaws.com:sub}"
_SECRETS = ":parameter/amplify/"
_FIELD = re.compile(r":apis/[^/]+/types/([^/]+)/fields/([^/]+)$")


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and what it belongs to: ``name`` of the storage, or what the code calls it."""

    kind: Kind
    text: str
    name: str = ""


def rule_for(call: RefusedCall, outputs: Mapping[str, Any], language: Language) -> Rule:
    """The rule that would allow a call; ``outputs`` are those of ``amplify_outputs.json``."""
    service, _, operation = call.action.partition(":")
    if service == "s3" and call.caller_kind in _GRANTED:
        found = _storage_rule(call, outputs, language)
        if found is not None:
            return found
    if service == "cognito-idp" and call.caller_kind == "function":
        verb = _USER_POOL_GRANTS.get(operation)
        if verb:
            return Rule("auth", _grant(call, verb, language), "auth")
    if call.action == "appsync:GraphQL":
        return _field_rule(call, language)
    if service == "ssm" and call.caller_kind == "function" and _SECRETS in call.resource:
        name = call.resource.rpartition("/")[2]
        return Rule("secret", f"environment: {{ {name}: secret('{name}') }}", call.caller)
    statement = f"a statement that allows {call.action}"
    if call.resource not in {"", "*"}:
        statement += f" on {call.resource}"
    if call.caller_kind == "function":
        return Rule("function", f"{statement}, for the function's role", call.caller)
    return Rule("statement", f"{statement}, for the role {call.role or call.caller}")


def _storage_rule(call: RefusedCall, outputs: Mapping[str, Any], language: Language) -> Rule | None:
    verb = _VERBS.get(call.action)
    bucket, _, key = call.resource.removeprefix("arn:aws:s3:::").partition("/")
    storage = storage_of(bucket, outputs)
    if verb is None or storage is None:
        return None
    name = str(storage.get("name") or "")
    path, owned = _path_of(key, call.identity, storage.get("paths"))
    by_owner = owned and call.caller_kind in {"authenticated", "group"}
    text = _grant(call, verb, language, owner=by_owner)
    where = f" for '{path}'" if path else ""
    return Rule("storage", f"{text}{where}", name)


def storage_of(bucket: str, outputs: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the outputs say of a bucket of the backend's."""
    storage = outputs.get("storage")
    if not isinstance(storage, Mapping):
        return None
    listed = storage.get("buckets")
    for each in listed if isinstance(listed, list) else [storage]:
        if isinstance(each, Mapping) and each.get("bucket_name") == bucket:
            return each
    return None


def _path_of(key: str, identity: str, paths: Any) -> tuple[str, bool]:
    """The path of a rule that the key is in, or would be, and whether it is the caller's own."""
    known = [str(each) for each in paths] if isinstance(paths, Mapping) else []
    own = identity and f"/{identity}/" in f"/{key}"
    for path in sorted(known, key=len, reverse=True):
        prefix = path.removesuffix("*").replace(_IDENTITY, identity or "?")
        if key.startswith(prefix):
            return path.replace(_IDENTITY, "{entity_id}"), _IDENTITY in path
    if own:
        before = key.partition(identity)[0]
        return f"{before}{{entity_id}}/*", True
    folder = key.partition("/")[0] if "/" in key else ""
    return (f"{folder}/*" if folder else ""), False


def _field_rule(call: RefusedCall, language: Language) -> Rule:
    found = _FIELD.search(call.resource)
    field = f"{found[1]}.{found[2]}" if found else "the field"
    if call.caller_kind == "function":
        name = call.caller
        text = f"allow.resource({name})" if language == "typescript" else f"allow.function({name})"
        return Rule("data", f"{text} on the schema", "data")
    who = {
        "guest": "allow.guest()",
        "authenticated": "allow.authenticated('identityPool')",
        "group": "allow.authenticated('identityPool')",
    }.get(call.caller_kind)
    if who is None:
        return Rule("statement", f"a statement that allows appsync:GraphQL on {field}")
    return Rule("data", f"{who} on the model or operation of {field}", "data")


def _grant(call: RefusedCall, verb: str, language: Language, *, owner: bool = False) -> str:
    """A grant as the language writes it."""
    name = call.caller
    if language == "python":
        who: Sequence[str] = {
            "guest": ("guest",),
            "authenticated": ("authenticated",),
            "group": ("groups", f'["{name}"]'),
            "function": ("function", name),
        }.get(call.caller_kind, ("function", name))
        if owner:
            who = ("owner",)
        return f"grant.{who[0]}({', '.join((*who[1:], f'{chr(34)}{verb}{chr(34)}'))})"
    typescript = {
        "guest": "guest",
        "authenticated": "authenticated",
        "group": f"groups(['{name}'])",
        "function": f"resource({name})",
    }.get(call.caller_kind, f"resource({name})")
    if owner:
        typescript = "entity('identity')"
    return f"allow.{typescript}.to(['{verb}'])"
