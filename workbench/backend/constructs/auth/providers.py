"""Sign-in by others: identity providers of the user pool, and its domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aws_cdk import SecretValue, aws_cognito

from workbench.backend.constructs.identity import Identity
from workbench.backend.constructs.secret_fetcher import SecretFetcher
from workbench.backend.definitions.auth import AuthDefinition, ExternalProviders
from workbench.backend.definitions.functions import Secret

_DOMAINS = {
    "facebook": "graph.facebook.com",
    "google": "accounts.google.com",
    "amazon": "www.amazon.com",
    "apple": "appleid.apple.com",
}
_OUTPUT_NAMES = {
    "google": "GOOGLE",
    "facebook": "FACEBOOK",
    "amazon": "LOGIN_WITH_AMAZON",
    "apple": "SIGN_IN_WITH_APPLE",
}


@dataclass(slots=True)
class Providers:
    """What was made: the providers' names for the outputs, login mappings, client settings."""

    names: list[str] = field(default_factory=list)
    logins: dict[str, str] = field(default_factory=dict)
    domain: Any = None
    client: dict[str, Any] = field(default_factory=dict)
    constructs: list[Any] = field(default_factory=list)


def make_providers(
    scope: Any, pool: Any, auth: AuthDefinition, identity: Identity, secrets: SecretFetcher
) -> Providers:
    """Make the providers of ``auth.external``; nothing where it has none."""
    made = Providers()
    external = auth.external
    if external is None:
        return made
    maps_email = bool(auth.email and not auth.phone)
    _social(scope, pool, external, made, secrets, maps_email=maps_email)
    _oidc(scope, pool, external, made, secrets, maps_email=maps_email)
    _saml(scope, pool, external, made)
    made.domain = pool.add_domain(
        "UserPoolDomain",
        cognito_domain=aws_cognito.CognitoDomainOptions(
            domain_prefix=external.domain_prefix or identity.digest
        ),
    )
    made.client = {
        "callback_urls": list(external.callback_urls),
        "logout_urls": list(external.logout_urls),
        "scopes": [getattr(aws_cognito.OAuthScope, scope) for scope in external.scopes],
    }
    return made


def _social(
    scope: Any,
    pool: Any,
    external: ExternalProviders,
    made: Providers,
    secrets: SecretFetcher,
    *,
    maps_email: bool,
) -> None:
    attribute = aws_cognito.ProviderAttribute
    emails = {
        "google": attribute.GOOGLE_EMAIL,
        "facebook": attribute.FACEBOOK_EMAIL,
        "amazon": attribute.AMAZON_EMAIL,
        "apple": attribute.APPLE_EMAIL,
    }

    def common(kind: str, client: Secret, scopes: Sequence[str], own: Mapping[str, str]) -> Any:
        made.names.append(_OUTPUT_NAMES[kind])
        value = secrets.value(client)
        made.logins[_DOMAINS[kind]] = value
        first = {"email": emails[kind]} if maps_email else {}
        return {
            "user_pool": pool,
            "client_id": value,
            "scopes": list(scopes) or None,
            "attribute_mapping": _mapping(own, first),
        }

    if google := external.google:
        settings = common("google", google.client_id, google.scopes, google.attributes)
        made.constructs.append(
            aws_cognito.UserPoolIdentityProviderGoogle(
                scope,
                "GoogleIdP",
                client_secret_value=_secret_value(secrets.value(google.client_secret)),
                **settings,
            )
        )
    if facebook := external.facebook:
        settings = common("facebook", facebook.client_id, facebook.scopes, facebook.attributes)
        made.constructs.append(
            aws_cognito.UserPoolIdentityProviderFacebook(
                scope,
                "FacebookIDP",
                client_secret=secrets.value(facebook.client_secret),
                **settings,
            )
        )
    if amazon := external.amazon:
        settings = common("amazon", amazon.client_id, amazon.scopes, amazon.attributes)
        made.constructs.append(
            aws_cognito.UserPoolIdentityProviderAmazon(
                scope,
                "AmazonIDP",
                client_secret=secrets.value(amazon.client_secret),
                **settings,
            )
        )
    if apple := external.apple:
        settings = common("apple", apple.client_id, apple.scopes, apple.attributes)
        made.constructs.append(
            aws_cognito.UserPoolIdentityProviderApple(
                scope,
                "AppleIDP",
                team_id=secrets.value(apple.team_id),
                key_id=secrets.value(apple.key_id),
                private_key_value=_secret_value(secrets.value(apple.private_key)),
                **settings,
            )
        )


def _oidc(
    scope: Any,
    pool: Any,
    external: ExternalProviders,
    made: Providers,
    secrets: SecretFetcher,
    *,
    maps_email: bool,
) -> None:
    for each in external.oidc:
        made.names.append(each.name)
        first = {"email": aws_cognito.ProviderAttribute.other("email")} if maps_email else {}
        method = getattr(aws_cognito.OidcAttributeRequestMethod, each.attribute_request_method)
        made.constructs.append(
            aws_cognito.UserPoolIdentityProviderOidc(
                scope,
                f"{each.name}OidcIDP",
                user_pool=pool,
                name=each.name,
                client_id=secrets.value(each.client_id),
                client_secret=secrets.value(each.client_secret),
                issuer_url=each.issuer,
                scopes=list(each.scopes) or None,
                identifiers=list(each.identifiers) or None,
                attribute_request_method=method,
                attribute_mapping=_mapping(each.attributes, first),
            )
        )


def _saml(scope: Any, pool: Any, external: ExternalProviders, made: Providers) -> None:
    if not (saml := external.saml):
        return
    made.names.append(saml.name)
    kind = aws_cognito.UserPoolIdentityProviderSamlMetadata
    is_url = saml.metadata.startswith(("http://", "https://"))
    made.constructs.append(
        aws_cognito.UserPoolIdentityProviderSaml(
            scope,
            "SamlIDP",
            user_pool=pool,
            name=saml.name,
            identifiers=list(saml.identifiers) or None,
            idp_signout=saml.sign_out or None,
            metadata=kind.url(saml.metadata) if is_url else kind.file(saml.metadata),
            attribute_mapping=_mapping(saml.attributes, {}),
        )
    )


def _mapping(own: Mapping[str, str], first: Mapping[str, Any]) -> Any:
    """The pool's attributes from the provider's; ``custom:`` ones are a group of their own."""
    standard, custom = dict(first), {}
    for name, source in own.items():
        value = aws_cognito.ProviderAttribute.other(source)
        if name.startswith("custom:"):
            custom[name.removeprefix("custom:")] = value
        else:
            standard[_snake(name)] = value
    if not (standard or custom):
        return None
    return aws_cognito.AttributeMapping(**standard, custom=custom or None)


def _secret_value(token: str) -> Any:
    return SecretValue.unsafe_plain_text(token)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
