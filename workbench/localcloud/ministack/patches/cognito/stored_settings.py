"""Settings of a pool that ministack does not know: here they are kept and told again.

Risk configuration and log delivery have no effect on the local cloud; terms and managed login
branding are not shown on its sign-in pages. What cannot be served says so.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

import base64
import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.ministack.patches.cognito.served_actions import Handler, serve
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse, reply

NOT_SERVED: Mapping[str, str] = {
    "AddUserPoolClientSecret": "An app client has one secret here.",
    "ListUserPoolClientSecrets": "An app client has one secret here.",
    "DeleteUserPoolClientSecret": "An app client has one secret here.",
    "GetClientToken": "Ask the token endpoint, /oauth2/token, for client credentials.",
    "GetProvisionedLimit": "Nothing is limited here by a plan.",
    "UpdateProvisionedLimit": "Nothing is limited here by a plan.",
    "CreateUserPoolReplica": "A pool is in one region here.",
    "UpdateUserPoolReplica": "A pool is in one region here.",
    "DeleteUserPoolReplica": "A pool is in one region here.",
    "ListUserPoolReplicas": "A pool is in one region here.",
}
"""Actions that stay out, and why."""

_RISK = (
    "CompromisedCredentialsRiskConfiguration",
    "AccountTakeoverRiskConfiguration",
    "RiskExceptionConfiguration",
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource of a pool that belongs to one of its app clients."""

    name: str
    id_member: str
    members: tuple[str, ...]
    one_by: tuple[str, ...]
    """What may exist once: for a client, or a client and a name."""
    listed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Where a pool's record has them."""
        return f"_{self.name}"


TERMS = Kind(
    "Terms",
    "TermsId",
    ("ClientId", "TermsName", "TermsSource", "Enforcement", "Links"),
    ("ClientId", "TermsName"),
    ("TermsId", "TermsName", "Enforcement", "CreationDate", "LastModifiedDate"),
)
BRANDING = Kind(
    "ManagedLoginBranding",
    "ManagedLoginBrandingId",
    ("ClientId", "UseCognitoProvidedValues", "Settings", "Assets"),
    ("ClientId",),
)


def install() -> None:
    """Serve the actions."""
    serve("SetRiskConfiguration", _of_pool(_set_risk))
    serve("DescribeRiskConfiguration", _of_pool(_describe_risk))
    serve("SetLogDeliveryConfiguration", _of_pool(_set_log_delivery))
    serve("GetLogDeliveryConfiguration", _of_pool(_log_delivery))
    serve("GetSigningCertificate", _of_pool(_signing_certificate))
    for kind in (TERMS, BRANDING):
        serve(f"Create{kind.name}", _of_pool(_creating(kind)))
        serve(f"Update{kind.name}", _of_pool(_updating(kind)))
        serve(f"Describe{kind.name}", _of_pool(_describing(kind)))
        serve(f"Describe{kind.name}ByClient", _of_pool(_describing_by_client(kind)))
        serve(f"Delete{kind.name}", _of_pool(_deleting(kind)))
    serve("ListTerms", _of_pool(_list_terms))
    for action, reason in NOT_SERVED.items():
        serve(action, _refusing(action, reason))


def _refusing(action: str, reason: str) -> Handler:
    def refusing(_data: Any) -> Answer:
        return refuse("UnsupportedOperationException", f"The local cloud has no {action}. {reason}")

    return refusing


def _of_pool(handler: Any) -> Handler:
    def of_pool(data: Any) -> Answer:
        from ministack.services import cognito

        pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
        answer: Answer = refused or handler(pool, data)
        return answer

    return of_pool


def _set_risk(pool: Any, data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    client_id = data.get("ClientId")
    if client_id and client_id not in pool["_clients"]:
        return _no_client(client_id)
    pool.setdefault("_risk", {})[client_id or ""] = {
        **{name: data[name] for name in _RISK if name in data},
        "LastModifiedDate": cognito._now_epoch(),
    }
    return _describe_risk(pool, data)


def _describe_risk(pool: Any, data: Mapping[str, Any]) -> Answer:
    client_id = data.get("ClientId")
    told = {"UserPoolId": pool["Id"], **({"ClientId": client_id} if client_id else {})}
    stored = pool.get("_risk", {}).get(client_id or "", {})
    return reply({"RiskConfiguration": {**told, **stored}})


def _set_log_delivery(pool: Any, data: Mapping[str, Any]) -> Answer:
    pool["_log_delivery"] = data.get("LogConfigurations") or []
    return _log_delivery(pool, data)


def _log_delivery(pool: Any, _data: Mapping[str, Any]) -> Answer:
    told = {"UserPoolId": pool["Id"], "LogConfigurations": pool.get("_log_delivery", [])}
    return reply({"LogDeliveryConfiguration": told})


def _signing_certificate(pool: Any, _data: Mapping[str, Any]) -> Answer:
    """The certificate of the pool's own key, as SAML providers want it to check requests."""
    if "_signing_certificate" not in pool:
        pool["_signing_certificate"] = _certificate(pool["Id"])
    return reply({"Certificate": pool["_signing_certificate"]})


def _certificate(pool_id: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from ministack.services import cognito

    key, _ = cognito._pool_signing_key(pool_id, "id")
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, pool_id)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return base64.b64encode(made.public_bytes(serialization.Encoding.DER)).decode()


def _creating(kind: Kind) -> Any:
    def create(pool: Any, data: Mapping[str, Any]) -> Answer:
        from ministack.services import cognito

        if data.get("ClientId") not in pool["_clients"]:
            return _no_client(data.get("ClientId"))
        if _found(pool, kind, {name: data.get(name) for name in kind.one_by}):
            return refuse(f"{kind.name}ExistsException", f"{kind.name} already exists.")
        now = cognito._now_epoch()
        made = {
            kind.id_member: str(uuid.uuid4()),
            "UserPoolId": pool["Id"],
            **{name: data[name] for name in kind.members if name in data},
            "CreationDate": now,
            "LastModifiedDate": now,
        }
        if kind is TERMS:
            made.setdefault("Links", {})
        pool.setdefault(kind.key, {})[made[kind.id_member]] = made
        return reply({kind.name: made})

    return create


def _updating(kind: Kind) -> Any:
    def update(pool: Any, data: Mapping[str, Any]) -> Answer:
        from ministack.services import cognito

        found = pool.get(kind.key, {}).get(data.get(kind.id_member))
        if found is None:
            return _no_such(kind)
        found.update({name: data[name] for name in kind.members if name in data})
        found["LastModifiedDate"] = cognito._now_epoch()
        return reply({kind.name: found})

    return update


def _describing(kind: Kind) -> Any:
    def describe(pool: Any, data: Mapping[str, Any]) -> Answer:
        found = pool.get(kind.key, {}).get(data.get(kind.id_member))
        return _no_such(kind) if found is None else reply({kind.name: found})

    return describe


def _describing_by_client(kind: Kind) -> Any:
    def describe(pool: Any, data: Mapping[str, Any]) -> Answer:
        found = _found(pool, kind, {name: data.get(name) for name in kind.one_by})
        return _no_such(kind) if found is None else reply({kind.name: found})

    return describe


def _deleting(kind: Kind) -> Any:
    def delete(pool: Any, data: Mapping[str, Any]) -> Answer:
        found = pool.get(kind.key, {}).pop(data.get(kind.id_member), None)
        return _no_such(kind) if found is None else reply({})

    return delete


def _list_terms(pool: Any, data: Mapping[str, Any]) -> Answer:
    found = list(pool.get(TERMS.key, {}).values())
    start, most = int(data.get("NextToken") or 0), int(data.get("MaxResults") or 60)
    page = [{name: each[name] for name in TERMS.listed} for each in found[start : start + most]]
    more = {"NextToken": str(start + most)} if start + most < len(found) else {}
    return reply({"Terms": page, **more})


def _found(pool: Any, kind: Kind, wanted: Mapping[str, Any]) -> Any:
    return next(
        (
            each
            for each in pool.get(kind.key, {}).values()
            if all(each.get(name) == value for name, value in wanted.items())
        ),
        None,
    )


def _no_such(kind: Kind) -> Answer:
    return refuse("ResourceNotFoundException", f"{kind.name} does not exist.")


def _no_client(client_id: Any) -> Answer:
    return refuse("ResourceNotFoundException", f"User pool client {client_id} does not exist.")
