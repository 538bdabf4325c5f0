"""``AWS::Cognito::UserPoolIdentityProvider``: ministack has the API, but refuses it in a template.

AWS deploys it, and ``defineAuth`` with Google, Apple, OIDC or SAML needs it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]

_TYPE = "AWS::Cognito::UserPoolIdentityProvider"
_UPDATABLE = ("ProviderDetails", "AttributeMapping", "IdpIdentifiers")


def install() -> None:
    """Register the type; pool, name and kind are create-only, as in CloudFormation's schema."""
    from ministack.services.cloudformation import provisioners

    provisioners._RESOURCE_HANDLERS[_TYPE] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[_TYPE] = ("UserPoolId", "ProviderName", "ProviderType")


def create(_logical_id: str, props: Properties, _stack: str) -> Provisioned:
    """CreateIdentityProvider; ``Ref`` is the provider's name."""
    from ministack.services import cognito

    _accept(cognito._create_identity_provider(_request(props, "ProviderType", *_UPDATABLE)))
    return str(props["ProviderName"]), {}


def update(physical_id: str, _old: Properties, props: Properties, _stack: str) -> Provisioned:
    """UpdateIdentityProvider."""
    from ministack.services import cognito

    _accept(cognito._update_identity_provider(_request(props, *_UPDATABLE)))
    return physical_id, {}


def delete(_physical_id: str, props: Properties) -> None:
    """DeleteIdentityProvider; what was deleted with its pool counts as deleted."""
    from ministack.services import cognito

    cognito._delete_identity_provider(_request(props))


def _request(props: Properties, *members: str) -> dict[str, Any]:
    names = ("UserPoolId", "ProviderName", *members)
    return {name: props[name] for name in names if props.get(name) is not None}


def _accept(reply: Any) -> None:
    status, _, content = reply
    if status >= 400:
        raise ValueError(json.loads(content).get("message", content))
