"""The user pool's own settings, from the definition to CDK's user pool."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration, aws_cognito, aws_iam

from workbench.backend.constructs.identity import Identity
from workbench.backend.definitions.auth import AuthDefinition, Passkeys, SesSender, SnsSender
from workbench.backend.definitions.source_location import DefinitionError

_CODE, _USERNAME, _LINK = "{####}", "{username}", "{##Verify Email##}"
_RECOVERY = {
    (True, True): "EMAIL_ONLY",
    (True, False): "EMAIL_ONLY",
    (False, True): "PHONE_ONLY_WITHOUT_MFA",
}


def make_user_pool(scope: Any, auth: AuthDefinition, identity: Identity, sender_key: Any) -> Any:
    """Make the ``aws_cognito.UserPool``, with Amplify's defaults."""
    email, phone = auth.email is not None, auth.phone is not None
    recovery = auth.account_recovery or _RECOVERY[email, phone]
    sms = auth.sms_sender if isinstance(auth.sms_sender, SnsSender) else None
    policy = auth.password_policy
    return aws_cognito.UserPool(
        scope,
        "UserPool",
        sign_in_case_sensitive=False,
        sign_in_aliases=aws_cognito.SignInAliases(phone=phone, email=email),
        keep_original=aws_cognito.KeepOriginalAttrs(email=email, phone=phone),
        auto_verify=aws_cognito.AutoVerifiedAttrs(email=email, phone=phone),
        user_verification=_verification(auth),
        user_invitation=_invitation(auth),
        password_policy=aws_cognito.PasswordPolicy(
            min_length=policy.min_length,
            require_lowercase=policy.lowercase,
            require_uppercase=policy.uppercase,
            require_digits=policy.digits,
            require_symbols=policy.symbols,
            temp_password_validity=Duration.days(policy.temporary_days)
            if policy.temporary_days
            else None,
        ),
        standard_attributes=_standard_attributes(auth),
        custom_attributes=_custom_attributes(auth),
        email=_ses(scope, auth),
        sms_role=aws_iam.Role.from_role_arn(scope, "SmsSenderRole", sms.role_arn)
        if sms and sms.role_arn
        else None,
        sms_role_external_id=(sms.external_id or None) if sms else None,
        sns_region=(sms.region or None) if sms else None,
        enable_sms_role=True if sms else None,
        self_sign_up_enabled=True,
        account_recovery=getattr(aws_cognito.AccountRecovery, recovery),
        custom_sender_kms_key=sender_key,
        **_multifactor(auth),
        **_first_factors(auth, identity),
    )


def relying_party(passkeys: Passkeys, identity: Identity) -> str:
    """The domain of the passkeys; raises DefinitionError where "AUTO" has none."""
    if passkeys.relying_party_id != "AUTO":
        return passkeys.relying_party_id
    if identity.kind == "branch":
        return f"{identity.name}.{identity.namespace}.amplifyapp.com"
    if identity.kind == "standalone":
        raise DefinitionError(
            "A standalone backend has no domain of its own for passkeys.",
            'Name yours: Passkeys("app.example.com").',
        )
    return "localhost"


def filled(text: str) -> str | None:
    """A message with Cognito's own placeholders for ``{code}``, ``{username}`` and ``{link:…}``."""
    if not text:
        return None
    text = text.replace("{code}", _CODE).replace("{link}", _LINK)
    return re.sub(r"\{link:([^}]+)\}", r"{##\1##}", text)


def _verification(auth: AuthDefinition) -> Any:
    email, phone = auth.email, auth.phone
    return aws_cognito.UserVerificationConfig(
        email_subject=(email.subject or None) if email else None,
        email_body=filled(email.body) if email else None,
        email_style=getattr(aws_cognito.VerificationEmailStyle, email.style) if email else None,
        sms_message=filled(phone.message) if phone else None,
    )


def _invitation(auth: AuthDefinition) -> Any:
    invitation = auth.email.invitation if auth.email else None
    if invitation is None:
        return None
    return aws_cognito.UserInvitationConfig(
        email_subject=invitation.email_subject or None,
        email_body=filled(invitation.email_body),
        sms_message=filled(invitation.sms_message),
    )


def _standard_attributes(auth: AuthDefinition) -> Any:
    required = aws_cognito.StandardAttribute(required=True, mutable=True)
    attributes: dict[str, Any] = {}
    if auth.email:
        attributes["email"] = required
    if auth.phone:
        attributes["phone_number"] = required
    for name, attribute in auth.user_attributes.items():
        if not name.startswith("custom:"):
            attributes[_snake(name)] = aws_cognito.StandardAttribute(
                required=attribute.required, mutable=attribute.mutable
            )
    try:
        return aws_cognito.StandardAttributes(**attributes)
    except TypeError as error:
        raise DefinitionError(
            f"Cognito has no such standard attribute: {error}.",
            "Write your own attributes as custom:NAME.",
            auth.place,
        ) from error


def _custom_attributes(auth: AuthDefinition) -> Mapping[str, Any]:
    found = {}
    for name, each in auth.user_attributes.items():
        if not name.startswith("custom:"):
            continue
        limits: dict[str, Any] = {"mutable": each.mutable}
        if each.data_type == "String":
            limits |= {"min_len": each.minimum, "max_len": each.maximum}
            made = aws_cognito.StringAttribute(**limits)
        elif each.data_type == "Number":
            made = aws_cognito.NumberAttribute(min=each.minimum, max=each.maximum, **limits)
        elif each.data_type == "Boolean":
            made = aws_cognito.BooleanAttribute(**limits)
        else:
            made = aws_cognito.DateTimeAttribute(**limits)
        found[name.removeprefix("custom:")] = made
    return found


def _multifactor(auth: AuthDefinition) -> dict[str, Any]:
    mfa = auth.multifactor
    if mfa is None:
        return {}
    settings: dict[str, Any] = {"mfa": getattr(aws_cognito.Mfa, mfa.mode)}
    if mfa.mode != "OFF":
        settings["mfa_second_factor"] = aws_cognito.MfaSecondFactor(
            sms=mfa.sms, otp=mfa.totp, email=mfa.email
        )
        settings["mfa_message"] = filled(mfa.sms_message)
    return settings


def _first_factors(auth: AuthDefinition, identity: Identity) -> dict[str, Any]:
    email = bool(auth.email and auth.email.one_time_password)
    sms = bool(auth.phone and auth.phone.one_time_password)
    if not (email or sms or auth.passkeys):
        return {}
    settings: dict[str, Any] = {
        "sign_in_policy": aws_cognito.SignInPolicy(
            allowed_first_auth_factors=aws_cognito.AllowedFirstAuthFactors(
                password=True, email_otp=email, sms_otp=sms, passkey=auth.passkeys is not None
            )
        )
    }
    if auth.passkeys:
        required = auth.passkeys.user_verification == "required"
        verification = aws_cognito.PasskeyUserVerification
        settings["passkey_relying_party_id"] = relying_party(auth.passkeys, identity)
        settings["passkey_user_verification"] = (
            verification.REQUIRED if required else verification.PREFERRED
        )
    return settings


def _ses(scope: Any, auth: AuthDefinition) -> Any:
    sender = auth.email_sender
    if not isinstance(sender, SesSender):
        return None
    return aws_cognito.UserPoolEmail.with_ses(
        from_email=sender.from_email,
        from_name=sender.from_name or None,
        reply_to=sender.reply_to or None,
        ses_region=_region(scope),
    )


def _region(scope: Any) -> Any:
    from aws_cdk import Stack

    return Stack.of(scope).region


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
