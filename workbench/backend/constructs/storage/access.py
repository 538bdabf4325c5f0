"""Storage grants as IAM statements: what Amplify's access rules mean.

A path below another one is denied to whom only the upper one was granted, except where its own
rules allow it; source: @aws-amplify/backend-storage, ``storage_access_orchestrator``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError, Place

ENTITY = "{entity_id}"
IDENTITY = "${cognito-identity.amazonaws.com:sub}"
_ACTIONS = {
    "get": "s3:GetObject",
    "list": "s3:ListBucket",
    "write": "s3:PutObject",
    "delete": "s3:DeleteObject",
}
Rules = Mapping[str, Sequence[Grant]]


@dataclass(frozen=True, slots=True)
class Grantee:
    """Whose role gets a policy: "authenticated", "guest", "group:NAME" or a function's."""

    role: str
    function: FunctionDefinition | None = None


@dataclass(slots=True)
class _Paths:
    allow: list[str] = field(default_factory=list)
    deny: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class StorageAccess:
    """Compiled grants: each grantee's statements, and what the outputs say about the paths."""

    grants: tuple[tuple[Grantee, tuple[tuple[str, str, tuple[str, ...]], ...]], ...]
    outputs: Mapping[str, Mapping[str, Sequence[str]]]


def check_access(rules: Rules, place: Place) -> None:
    """Raise DefinitionError for a path or a grant that Amplify would not take."""
    for path in rules:
        _check_path(path, [other for other in rules if other != path], place)
    for path, grants in rules.items():
        seen: set[str] = set()
        for grant in grants:
            for action in grant.actions:
                if action not in ("read", *_ACTIONS):
                    raise DefinitionError(
                        f"Storage has no action {action!r}.",
                        "Use read, get, list, write or delete.",
                        grant.place,
                    )
            if "read" in grant.actions and {"get", "list"} & set(grant.actions):
                raise DefinitionError(
                    f"{path} grants read together with get or list, which read includes.",
                    "Name read alone, or get and list.",
                    grant.place,
                )
            if grant.who == "owner" and ENTITY not in path:
                raise DefinitionError(
                    f"{path} is granted to its owner, but has no {ENTITY}: every signed-in user "
                    "would own it.",
                    f"Write {path[:-1]}{ENTITY}/*, or grant.authenticated(…).",
                    grant.place,
                )
            for label in _labels(grant):
                if label in seen:
                    raise DefinitionError(
                        f"{path} is granted twice to the same users ({label}).",
                        "Put their actions into one grant.",
                        grant.place,
                    )
                seen.add(label)


def compile_access(rules: Rules) -> StorageAccess:
    """Compile the rules of one bucket; a statement is (effect, action, prefixes)."""
    wanted: dict[Grantee, dict[str, _Paths]] = {}
    outputs: dict[str, dict[str, Sequence[str]]] = {}
    for path, grants in rules.items():
        for grant in grants:
            actions = _single_actions(grant.actions)
            prefix = _substituted(path, IDENTITY if grant.who == "owner" else "*")
            entry = outputs.setdefault(prefix, {})
            entry.update(dict.fromkeys(_labels(grant), actions))
            for grantee in _grantees(grant):
                for action in actions:
                    paths = wanted.setdefault(grantee, {}).setdefault(action, _Paths())
                    if prefix not in paths.allow:
                        paths.allow.append(prefix)
    _deny_below(wanted, list(outputs))
    return StorageAccess(
        tuple((grantee, _statements(by_action)) for grantee, by_action in wanted.items()), outputs
    )


def place_of(grantee: Grantee, rules: Rules) -> Place | None:
    """Where the first grant to the grantee is written."""
    grants = (grant for each in rules.values() for grant in each)
    return next((grant.place for grant in grants if grantee in _grantees(grant)), None)


def policy_statements(
    statements: Sequence[tuple[str, str, tuple[str, ...]]], bucket_arn: str
) -> list[dict[str, Any]]:
    """Statements of an IAM policy document for the bucket."""
    found: list[dict[str, Any]] = []
    for effect, action, prefixes in statements:
        statement: dict[str, Any] = {"Effect": effect, "Action": _ACTIONS[action]}
        if action == "list":
            both = [each for prefix in prefixes for each in (prefix, prefix[:-1])]
            statement["Resource"] = bucket_arn
            statement["Condition"] = {"StringLike": {"s3:prefix": both}}
        else:
            statement["Resource"] = [f"{bucket_arn}/{prefix}" for prefix in prefixes]
        found.append(statement)
    return found


def _deny_below(wanted: Mapping[Grantee, Mapping[str, _Paths]], prefixes: Sequence[str]) -> None:
    for prefix in prefixes:
        parent = _parent(prefix, prefixes)
        if parent is None or parent == prefix.replace(f"{IDENTITY}/", ""):
            continue
        for by_action in wanted.values():
            for paths in by_action.values():
                if parent in paths.allow and prefix not in paths.allow:
                    paths.deny.append(prefix)


def _statements(by_action: Mapping[str, _Paths]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    found = []
    for action, paths in by_action.items():
        widest = tuple(each for each in paths.allow if _parent(each, paths.allow) is None)
        found.append(("Allow", action, widest))
        if paths.deny:
            found.append(("Deny", action, tuple(paths.deny)))
    return tuple(found)


def _parent(path: str, paths: Sequence[str]) -> str | None:
    return next((p for p in paths if p != path and path.startswith(p.replace("*", ""))), None)


def _grantees(grant: Grant) -> list[Grantee]:
    if grant.who == "groups":
        return [Grantee(f"group:{group}") for group in grant.groups]
    if grant.who == "function":
        return [Grantee("function", grant.function)]
    return [Grantee("guest" if grant.who == "guest" else "authenticated")]


def _labels(grant: Grant) -> list[str]:
    """Who a grant is for, as ``amplify_outputs.json`` says it; functions are not told there."""
    if grant.who == "groups":
        return [f"groups{group}" for group in grant.groups]
    named = {"owner": ["entityidentity"], "function": []}
    return named.get(grant.who, [grant.who])


def _single_actions(actions: Sequence[str]) -> list[str]:
    singles = [one for each in actions for one in (("get", "list") if each == "read" else (each,))]
    return list(dict.fromkeys(singles))


def _substituted(path: str, entity: str) -> str:
    prefix = path.replace(ENTITY, entity)
    return prefix[:-2] if prefix.endswith("/*/*") else prefix


def _check_path(path: str, others: Sequence[str], place: Place) -> None:
    def wrong(what: str, fix: str) -> DefinitionError:
        return DefinitionError(f"The storage path {path!r} {what}.", fix, place)

    if path.startswith("/"):
        raise wrong("begins with a slash", "Leave the first slash out.")
    if not path.endswith("/*"):
        raise wrong("does not end with /*", f"Write {path.rstrip('/*')}/*.")
    if "//" in path:
        raise wrong("has two slashes together", "Leave one out.")
    if "*" in path[:-1]:
        raise wrong("has a wildcard before its end", "Only the last part may be *.")
    above = [other for other in others if path.startswith(other.replace("*", ""))]
    if len(above) > 1:
        raise wrong(f"lies below {' and '.join(above)}", "At most one other path may be above.")
    if ENTITY not in path:
        return
    before, _, after = path.partition(ENTITY)
    if above:
        raise wrong(f"has {ENTITY} and lies below {above[0]}", "Take it out of the other path.")
    if after != "/*" or not before.endswith("/"):
        raise wrong(
            f"has {ENTITY} in the wrong place", f"It is the last part before /*: photos/{ENTITY}/*."
        )
