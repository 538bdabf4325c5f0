"""A backend with most of what auth, storage, functions and data can have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from amplify_tui import (
    EmailLogin,
    ExternalProviders,
    Id,
    Model,
    Multifactor,
    OidcProvider,
    PasswordPolicy,
    SamlProvider,
    SesSender,
    SocialProvider,
    UserAttribute,
    allow,
    belongs_to,
    define_auth,
    define_data,
    define_function,
    define_storage,
    function,
    grant,
    has_many,
    index,
    query,
    secret,
)
from workbench.backend.definitions.auth import AppleProvider


class Chat(Model, rules=[allow.owner(), allow.guest().to("read")]):
    name: str
    messages: list[Message] = has_many("chat_id")


class Message(Model, rules=[allow.authenticated()], indexes=[index("chat_id", sort="rank")]):
    text: str | None
    rank: int | None
    chat_id: Id
    chat: Chat | None = belongs_to("chat_id")


def wide(folder: Path) -> Any:
    """Define it, its functions' files in ``folder``; handlers that are there already are kept."""
    # It loads the CDK, and with it a Node: not while the tests are only read.
    from amplify_tui import define_backend

    for name in ("pre", "shout"):
        handler = folder / name / "handler.py"
        handler.parent.mkdir(parents=True, exist_ok=True)
        if not handler.exists():
            handler.write_text("def handler(event, context):\n    return event\n")
    pre = define_function(str(folder / "pre" / "handler.py"), resource_group="auth")
    shout = define_function(
        str(folder / "shout" / "handler.py"),
        environment={"PLAIN": "b", "KEY": secret("API_KEY")},
        schedule=["every 5m", "0 9 ? * 2"],
        timeout_seconds=30,
        memory_mb=256,
        layers={"x": "arn:aws:lambda:us-east-1:123456789012:layer:x:3"},
        log_retention_days=7,
        architecture="x86_64",
    )
    auth = define_auth(
        email=EmailLogin(subject="Hi", body="code {code}"),
        phone=True,
        external=ExternalProviders(
            callback_urls=("http://localhost:3000/",),
            logout_urls=("http://localhost:3000/out",),
            google=SocialProvider(secret("G_ID"), secret("G_SECRET"), ("email",)),
            facebook=SocialProvider(secret("F_ID"), secret("F_SECRET")),
            amazon=SocialProvider(secret("A_ID"), secret("A_SECRET")),
            apple=AppleProvider(secret("P_ID"), secret("P_TEAM"), secret("P_KEY"), secret("P_PK")),
            oidc=(
                OidcProvider(
                    "MyOidc", secret("O_ID"), secret("O_SECRET"), "https://issuer.example"
                ),
            ),
            saml=SamlProvider("MySaml", "https://saml.example/m", {"email": "mail"}),
            scopes=("EMAIL", "OPENID"),
        ),
        multifactor=Multifactor("OPTIONAL", totp=True, sms=True, sms_message="mfa {code}"),
        groups=["ADMINS", "EDITORS"],
        user_attributes={
            "birthdate": UserAttribute(required=True),
            "custom:plan": UserAttribute(minimum=1, maximum=10),
            "custom:count": UserAttribute("Number", maximum=5),
        },
        triggers={"pre_sign_up": pre},
        email_sender=SesSender("a@example.com", "A", "r@example.com"),
        password_policy=PasswordPolicy(min_length=12, symbols=False),
        access=[grant.function(shout, "manageUsers", "addUserToGroup")],
    )
    files = define_storage(
        "files",
        is_default=True,
        versioned=True,
        triggers={"on_upload": shout},
        access={
            "public/*": [grant.guest("read"), grant.authenticated("read", "write")],
            "own/{entity_id}/*": [
                grant.owner("read", "write", "delete"),
                grant.groups(["ADMINS"], "read"),
            ],
            "fn/*": [grant.function(shout, "get", "list", "write")],
        },
    )
    more = define_storage("more", cors_origins=["https://example.com"])
    data = define_data(
        models=[Chat, Message],
        operations=[_shouting(shout)],
        rules=[allow.resource(shout).to("query")],
        default_authorization="user_pool",
        api_key_days=30,
    )
    backend = define_backend(auth=auth, data=data, files=files, more=more, pre=pre, shout=shout)
    backend.add_output({"custom": {"hello": "x"}})
    return backend


def _shouting(shout: Any) -> Any:
    @query(handler=function(shout), rules=[allow.authenticated()])
    def shouted(text: str) -> str | None: ...

    return shouted
