"""``define_auth`` and ``reference_auth``: sign-in with Cognito."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from workbench.backend.constructs.auth.actions import ACTIONS
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
from workbench.backend.definitions.source_location import DefinitionError, Place
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
        place=calling_place(),
    )
    _check(definition)
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
    _check_access(access)
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


def _check(auth: AuthDefinition) -> None:
    place = auth.place
    if auth.email is None and auth.phone is None:
        raise DefinitionError(
            "Users can sign in with nothing.", "Give define_auth email=True or phone=True.", place
        )
    doubled = sorted({group for group in auth.groups if auth.groups.count(group) > 1})
    if doubled:
        raise DefinitionError(f"The group {doubled[0]} is there twice.", "Name it once.", place)
    for trigger in auth.triggers:
        if trigger not in get_args(Trigger):
            raise DefinitionError(
                f"Cognito has no trigger {trigger!r}.",
                f"Use one of {', '.join(get_args(Trigger))}.",
                place,
            )
    if auth.account_recovery not in (None, *get_args(AccountRecovery)):
        raise DefinitionError(
            f"There is no account recovery {auth.account_recovery!r}.",
            f"Use one of {', '.join(get_args(AccountRecovery))}.",
            place,
        )
    mfa = auth.multifactor
    if mfa and mfa.mode != "OFF":
        if not (mfa.totp or mfa.sms or mfa.email):
            raise DefinitionError(
                "Multifactor sign-in has no second factor.",
                "Give Multifactor totp=True, sms=True or email=True.",
                place,
            )
        if auth.phone and not mfa.sms:
            raise DefinitionError(
                "With sign-in by phone, the second factor needs SMS.",
                "Give Multifactor sms=True.",
                place,
            )
        _needs_code(mfa.sms_message, "Multifactor's sms_message", place)
    if auth.email and auth.email.style == "CODE":
        _needs_code(auth.email.body, "EmailLogin's body", place)
    elif auth.email and auth.email.body and "{link" not in auth.email.body:
        raise DefinitionError(
            "EmailLogin's body has no link.", "Write {link:Verify} where it belongs.", place
        )
    if auth.phone:
        _needs_code(auth.phone.message, "PhoneLogin's message", place)
    if auth.external and not (auth.external.callback_urls and auth.external.logout_urls):
        raise DefinitionError(
            "Sign-in by others needs an address to come back to.",
            "Give ExternalProviders callback_urls and logout_urls.",
            place,
        )
    _check_challenge(auth)
    _check_access(auth.access)


def _check_challenge(auth: AuthDefinition) -> None:
    enabled = ["PASSWORD"]
    if auth.email and auth.email.one_time_password:
        enabled.append("EMAIL_OTP")
    if auth.phone and auth.phone.one_time_password:
        enabled.append("SMS_OTP")
    if auth.passkeys:
        enabled.append("WEB_AUTHN")
    if auth.preferred_challenge not in ("", *enabled):
        raise DefinitionError(
            f"The preferred challenge {auth.preferred_challenge} is not one of this pool's.",
            f"Use one of {', '.join(enabled)}, or enable it.",
            auth.place,
        )


def _check_access(access: Sequence[Grant]) -> None:
    for each in access:
        if each.who != "function":
            raise DefinitionError(
                "The user pool can be granted to functions only.",
                'Write grant.function(my_function, "manageUsers").',
                each.place,
            )
        for action in each.actions:
            if action not in ACTIONS:
                raise DefinitionError(
                    f"The user pool has no action {action!r}.",
                    f"Use one of {', '.join(ACTIONS)}.",
                    each.place,
                )


def _needs_code(text: str, subject: str, place: Place) -> None:
    if text and "{code}" not in text:
        raise DefinitionError(
            f"{subject} has no code in it.", "Write {code} where the code belongs.", place
        )
