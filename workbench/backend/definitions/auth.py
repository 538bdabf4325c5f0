"""Sign-in as the user defined it, in Cognito's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition, Secret
from workbench.backend.definitions.source_location import NOWHERE, Place

MfaMode = Literal["OFF", "OPTIONAL", "REQUIRED"]
AccountRecovery = Literal[
    "EMAIL_ONLY",
    "EMAIL_AND_PHONE_WITHOUT_MFA",
    "PHONE_AND_EMAIL",
    "PHONE_ONLY_WITHOUT_MFA",
    "PHONE_WITHOUT_MFA_AND_EMAIL",
    "NONE",
]
Trigger = Literal[
    "create_auth_challenge",
    "custom_message",
    "define_auth_challenge",
    "post_authentication",
    "post_confirmation",
    "pre_authentication",
    "pre_sign_up",
    "pre_token_generation",
    "user_migration",
    "verify_auth_challenge_response",
]


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a user whom an administrator creates is sent.

    ``{username}`` and ``{code}`` are filled.
    """

    email_subject: str = ""
    email_body: str = ""
    sms_message: str = ""


@dataclass(frozen=True, slots=True)
class EmailLogin:
    """Sign-in by email.

    ``{code}`` in the body is the code, ``{link:Text}`` the link of style LINK.
    """

    subject: str = ""
    body: str = ""
    style: Literal["CODE", "LINK"] = "CODE"
    one_time_password: bool = False
    invitation: Invitation | None = None


@dataclass(frozen=True, slots=True)
class PhoneLogin:
    """Sign-in by phone; ``{code}`` in the message is the code."""

    message: str = ""
    one_time_password: bool = False


@dataclass(frozen=True, slots=True)
class Passkeys:
    """Sign-in by WebAuthn; "AUTO" is localhost in a sandbox and the branch's domain else."""

    relying_party_id: str = "AUTO"
    user_verification: Literal["preferred", "required"] = "preferred"


@dataclass(frozen=True, slots=True)
class SocialProvider:
    """Google, Facebook or Amazon; ``attributes`` maps the pool's attributes to the provider's."""

    client_id: Secret
    client_secret: Secret
    scopes: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AppleProvider:
    """Sign in with Apple."""

    client_id: Secret
    team_id: Secret
    key_id: Secret
    private_key: Secret
    scopes: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An OpenID Connect provider."""

    name: str
    client_id: Secret
    client_secret: Secret
    issuer: str
    scopes: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    attribute_request_method: Literal["GET", "POST"] = "GET"


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """A SAML provider; ``metadata`` is a URL or the document itself."""

    name: str
    metadata: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    sign_out: bool = False


@dataclass(frozen=True, slots=True)
class ExternalProviders:
    """Sign-in by others; ``domain_prefix`` "" is the backend's own hash, as in Amplify."""

    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    google: SocialProvider | None = None
    facebook: SocialProvider | None = None
    amazon: SocialProvider | None = None
    apple: AppleProvider | None = None
    oidc: tuple[OidcProvider, ...] = ()
    saml: SamlProvider | None = None
    scopes: tuple[str, ...] = ("PHONE", "EMAIL", "OPENID", "PROFILE", "COGNITO_ADMIN")
    domain_prefix: str = ""


@dataclass(frozen=True, slots=True)
class Multifactor:
    """A second factor; ``{code}`` in the message is the code."""

    mode: MfaMode
    totp: bool = False
    sms: bool = False
    email: bool = False
    sms_message: str = ""


@dataclass(frozen=True, slots=True)
class UserAttribute:
    """A standard attribute (``birthdate``) or one of your own (``custom:plan``).

    The limits are lengths for String and values for Number; standard attributes have none.
    """

    data_type: Literal["String", "Number", "Boolean", "DateTime"] = "String"
    required: bool = False
    mutable: bool = True
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What a password must have; Amplify's own is eight characters of all four kinds."""

    min_length: int = 8
    lowercase: bool = True
    uppercase: bool = True
    digits: bool = True
    symbols: bool = True
    temporary_days: int | None = None


@dataclass(frozen=True, slots=True)
class SesSender:
    """Mail by SES from a verified address."""

    from_email: str
    from_name: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class SnsSender:
    """Text messages by SNS; without a role Cognito's own is made."""

    role_arn: str = ""
    external_id: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class AuthDefinition:
    """What ``define_auth`` returns."""

    email: EmailLogin | None = None
    phone: PhoneLogin | None = None
    passkeys: Passkeys | None = None
    preferred_challenge: str = ""
    external: ExternalProviders | None = None
    multifactor: Multifactor | None = None
    groups: tuple[str, ...] = ()
    user_attributes: Mapping[str, UserAttribute] = field(default_factory=dict)
    account_recovery: AccountRecovery | None = None
    triggers: Mapping[Trigger, FunctionDefinition] = field(default_factory=dict)
    email_sender: SesSender | FunctionDefinition | None = None
    sms_sender: SnsSender | FunctionDefinition | None = None
    sender_key_arn: str = ""
    password_policy: PasswordPolicy = field(default_factory=PasswordPolicy)
    access: tuple[Grant, ...] = ()
    name: str = "amplifyAuth"
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class AuthReference:
    """What ``reference_auth`` returns: a user pool that exists."""

    user_pool_id: str
    user_pool_client_id: str
    identity_pool_id: str
    auth_role_arn: str
    unauth_role_arn: str
    groups: Mapping[str, str] = field(default_factory=dict)
    access: tuple[Grant, ...] = ()
    name: str = "amplifyAuth"
    place: Place = NOWHERE
