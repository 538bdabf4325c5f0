"""``define_auth`` and ``reference_auth``: sign-in with Cognito."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.backend.argument_types import check_arguments
from workbench.backend.auth_checks import check_access, check_auth
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.auth import (
    AccountRecovery,
    AuthDefinition,
    AuthReference,
    EmailLogin,
    ExternalProviders,
    Multifactor,
    Passkeys,
    PasswordPolicy,
    PhoneLogin,
    SesSender,
    SnsSender,
    Trigger,
    UserAttribute,
)
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.resource_names import check_resource_name
from workbench.backend.schema.errors import calling_place


def define_auth(
    *,
    email: bool | EmailLogin = False,
    phone: bool | PhoneLogin = False,
    passkeys: bool | Passkeys = False,
    preferred_challenge: str = "",
    external: ExternalProviders | None = None,
    multifactor: Multifactor | None = None,
    groups: Sequence[str] = (),
    user_attributes: Mapping[str, UserAttribute] | None = None,
    account_recovery: AccountRecovery | None = None,
    triggers: Mapping[Trigger, FunctionDefinition] | None = None,
    email_sender: SesSender | FunctionDefinition | None = None,
    sms_sender: SnsSender | FunctionDefinition | None = None,
    sender_key_arn: str = "",
    password_policy: PasswordPolicy | None = None,
    access: Sequence[Grant] = (),
    name: str = "amplifyAuth",
) -> AuthDefinition:
    """Define the user pool, its client and the identity pool; email or phone is needed.

    ``groups`` are in the order of their precedence. ``user_attributes`` are named as in Cognito
    (``birthdate``, ``givenName``) or ``custom:NAME``. Raises DefinitionError.
    """
    place = calling_place()
    check_arguments(define_auth, locals(), place)
    definition = AuthDefinition(
        email=EmailLogin() if email is True else email or None,
        phone=PhoneLogin() if phone is True else phone or None,
        passkeys=Passkeys() if passkeys is True else passkeys or None,
        preferred_challenge=preferred_challenge,
        external=external,
        multifactor=multifactor,
        groups=tuple(groups),
        user_attributes=dict(user_attributes or {}),
        account_recovery=account_recovery,
        triggers=dict(triggers or {}),
        email_sender=email_sender,
        sms_sender=sms_sender,
        sender_key_arn=sender_key_arn,
        password_policy=password_policy or PasswordPolicy(),
        access=tuple(access),
        name=name,
        place=place,
    )
    check_auth(definition)
    return definition


def reference_auth(
    *,
    user_pool_id: str,
    user_pool_client_id: str,
    identity_pool_id: str,
    auth_role_arn: str,
    unauth_role_arn: str,
    groups: Mapping[str, str] | None = None,
    access: Sequence[Grant] = (),
    name: str = "amplifyAuth",
) -> AuthReference:
    """Use a user pool that exists; ``groups`` maps a group's name to its role's ARN."""
    place = calling_place()
    check_arguments(reference_auth, locals(), place)
    check_resource_name("auth", name, place)
    check_access(access)
    return AuthReference(
        user_pool_id,
        user_pool_client_id,
        identity_pool_id,
        auth_role_arn,
        unauth_role_arn,
        dict(groups or {}),
        tuple(access),
        name,
        place,
    )
