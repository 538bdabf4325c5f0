"""Who signed a request, with the policies of the role or user, read from the emulator's IAM.

Compiled policies are kept for each role, user and session, and made again when a document,
an attachment or a managed policy's version is another: comparing costs microseconds, as unchanged
documents are the same objects.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.iam.policies import Policies, statements_of
from workbench.localcloud.iam.requests import Principal
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.bridge.issued_credentials import Issued

logger = logging.getLogger("local cloud")

_ADMINISTRATOR = f"arn:aws:iam::{LOCAL_ACCOUNT}:user/local"
_BOOTSTRAP_ROLE = "cdk-hnb659fds-"
_MOST_KEPT = 512
_AWS_MANAGED = "arn:aws:iam::aws:policy/"
_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}

_Documents = Sequence[tuple[str, Any]]
"""Policies' names with their documents, as the emulator has them."""

_compiled: dict[tuple[str, str], tuple[_Documents, Policies]] = {}
_warned: set[str] = set()


def principal_of(issued: Issued) -> Principal | None:
    """The caller with its policies; None for the developer, who may do everything.

    That is the local cloud's own key, sessions made of it (``GetSessionToken``), and the roles of
    the CDK's bootstrap, which stand for it: on AWS they have an administrator's rights.
    """
    if issued.arn in {_ADMINISTRATOR, f"arn:aws:iam::{LOCAL_ACCOUNT}:root"}:
        return None
    resource = issued.arn.split(":", 5)[-1]
    kind, _, rest = resource.partition("/")
    session = issued.session or {}
    if kind == "user":
        return _user(rest.rpartition("/")[2], issued, session)
    if kind != "assumed-role":
        return Principal(issued.arn, issued.account, Policies())
    role_name = rest.partition("/")[0]
    if role_name.startswith(_BOOTSTRAP_ROLE):
        return None
    return _session(role_name, issued, session)


def _session(role_name: str, issued: Issued, session: Mapping[str, Any]) -> Principal | None:
    from ministack.services import iam

    role = iam._roles.get_scoped(issued.account, None, role_name)
    if role is None and session.get("_function_arn"):
        # AWS does not make a function without its role; here one may be made for a try.
        _warn(f"{session['_function_arn']} has no role {role_name}: it may do everything")
        return None
    role = role or {}
    keys = _common_keys(issued, session, [*(role.get("Tags") or ()), *_tags(session)])
    keys |= _cognito_keys(session)
    function = session.get("_function_arn")
    if function:
        keys["lambda:sourcefunctionarn"] = str(function)
    documents = [
        *(role.get("InlinePolicies") or {}).items(),
        *_managed(role.get("AttachedPolicies") or (), issued.account),
    ]
    return Principal(
        issued.arn,
        issued.account,
        _policies("role", role_name, documents),
        str(role.get("Arn") or f"arn:aws:iam::{issued.account}:role/{role_name}"),
        keys,
        _boundary(role, role_name, issued.account),
        _session_policies(issued, session),
    )


def _user(name: str, issued: Issued, session: Mapping[str, Any]) -> Principal:
    from ministack.services import iam

    account = issued.account
    user = iam._users.get_scoped(account, None, name) or {}
    documents = [
        *(iam._user_inline_policies.get_scoped(account, None, name) or {}).items(),
        *_managed(user.get("AttachedPolicies") or (), account),
    ]
    for group_name, group in iam._groups.items():
        if name in group.get("Users", ()):
            inline = iam._group_inline_policies.get_scoped(account, None, group_name) or {}
            documents += [*inline.items(), *_managed(group.get("AttachedPolicies") or (), account)]
    keys = _common_keys(issued, session, [*(user.get("Tags") or ()), *_tags(session)])
    keys["aws:username"] = name
    return Principal(
        issued.arn,
        account,
        _policies("user", name, documents),
        keys=keys,
        boundary=_boundary(user, name, account),
        sessions=_session_policies(issued, session),
    )


def _common_keys(
    issued: Issued, session: Mapping[str, Any], tags: Iterable[Mapping[str, Any]]
) -> dict[str, Values]:
    keys: dict[str, Values] = {"aws:userid": issued.user_id}
    begun = session.get("IssuedAt")
    if isinstance(begun, int | float):
        keys["aws:tokenissuetime"] = _stamp(begun)
        keys["aws:multifactorauthpresent"] = "false"
    for tag in tags:
        keys[f"aws:principaltag/{str(tag.get('Key', '')).lower()}"] = str(tag.get("Value", ""))
    return keys


@lru_cache(maxsize=256)
def _stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tags(session: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = session.get("SessionTags")
    return found if isinstance(found, list) else ()


def _cognito_keys(session: Mapping[str, Any]) -> dict[str, Values]:
    identity = session.get("_identity_id")
    if not identity:
        return {}
    keys: dict[str, Values] = {
        "aws:federatedprovider": "cognito-identity.amazonaws.com",
        "cognito-identity.amazonaws.com:sub": str(identity),
        "cognito-identity.amazonaws.com:aud": str(session.get("_identity_pool_id") or ""),
        "cognito-identity.amazonaws.com:amr": _methods(session),
    }
    return keys


def _methods(session: Mapping[str, Any]) -> Sequence[str]:
    found = session.get("_cognito_amr")
    if isinstance(found, list | tuple) and found:
        return [str(each) for each in found]
    return [str(session.get("_cognito_auth_type") or "unauthenticated")]


def _managed(arns: Iterable[str], account: str) -> Iterable[tuple[str, Any]]:
    """The documents of managed policies, in the version that counts."""
    from ministack.services import iam

    for arn in arns:
        if arn.startswith(_AWS_MANAGED):
            record = iam._lookup_policy(arn)
        else:
            record = iam._policies.get_scoped(account, None, arn)
        if record is not None:
            version = record.get("Versions", {}).get(record.get("DefaultVersionId", "v1"), {})
            yield arn.rpartition("/")[2], version.get("Document")
        elif arn.startswith(_AWS_MANAGED):
            # AWS has more than a thousand of them. One without a document here must not break
            # what works on AWS.
            _warn(f"{arn} is not known here: it is taken to allow everything")
            yield arn.rpartition("/")[2], _EVERYTHING


def _boundary(entity: Mapping[str, Any], name: str, account: str) -> Policies | None:
    arn = entity.get("PermissionsBoundary")
    if not arn:
        return None
    return _policies("boundary", f"{name} {arn}", list(_managed([str(arn)], account)))


def _session_policies(issued: Issued, session: Mapping[str, Any]) -> tuple[Policies, ...]:
    """The policies passed with the session: together they say what it is limited to."""
    passed = session.get("SessionPolicies")
    if not isinstance(passed, Mapping):
        return ()
    inline = passed.get("Policy")
    documents: list[tuple[str, Any]] = [("session policy", inline)] if inline else []
    documents += _managed(passed.get("PolicyArns") or (), issued.account)
    # Guests all have one document: it is compiled once, not for each session.
    name = inline if isinstance(inline, str) and len(documents) == 1 else issued.arn
    return (_policies("session", name, documents),)


def _policies(kind: str, name: str, documents: _Documents) -> Policies:
    kept = _compiled.get((kind, name))
    if kept is not None and kept[0] == documents:
        return kept[1]
    made = Policies(
        [
            each
            for title, document in documents
            for each in statements_of(title, document, _whole_name)
        ]
    )
    if len(_compiled) >= _MOST_KEPT:
        _compiled.clear()
    _compiled[kind, name] = (documents, made)
    return made


def _whole_name(resource: str) -> str:
    """A resource's ARN: of a secret the emulator gives a template the name, AWS the ARN."""
    if resource.startswith(("arn:", "*", "?", "$")):
        return resource
    return f"arn:aws:secretsmanager:*:*:secret:{resource}-??????"


def _warn(text: str) -> None:
    """Once each; what is said is of the developer's own templates."""
    if text not in _warned and len(_warned) < _MOST_KEPT:
        _warned.add(text)
        logger.warning("IAM: %s", text)
