"""The answers to what an app and its user ask for: pages, and the ways back to the app."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from workbench.localcloud.hosted_sign_in.pages import Field, Form, page
from workbench.localcloud.ministack.bridge.external_users import mapped_attributes
from workbench.localcloud.ministack.bridge.hosted_sign_in import (
    Asked,
    SignInClient,
    code_for,
    tokens_for,
)
from workbench.localcloud.service_error import ServiceError

CODES = {
    "SOFTWARE_TOKEN_MFA": ("SOFTWARE_TOKEN_MFA_CODE", "Code of your authenticator app"),
    "SMS_MFA": ("SMS_MFA_CODE", "Code from the text message"),
    "SMS_OTP": ("SMS_OTP_CODE", "Code from the text message"),
    "EMAIL_OTP": ("EMAIL_OTP_CODE", "Code from the e-mail"),
}
"""The challenges that ask for a code: what its answer is called, and what the page calls it."""

_CHOICES = {
    "SOFTWARE_TOKEN_MFA": "Authenticator app",
    "SMS_MFA": "Text message",
    "EMAIL_OTP": "E-mail",
    "SMS_OTP": "Text message",
}
_TYPES = {"email": "email", "phone_number": "tel", "birthdate": "date", "website": "url"}


@dataclass(frozen=True, slots=True)
class Answered:
    """A page, or the address that the browser goes to."""

    page: str = ""
    location: str = ""
    status: int = 200
    pool_id: str = ""
    """The pool whose session begins here, for ``username``, or ends, where that is empty."""
    username: str = ""


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages for one app's request; ``prefix`` is where the pool's host stands in the path."""

    asked: Asked
    client: SignInClient
    prefix: str

    def sign_in(self, username: str = "", *, problem: str = "", notice: str = "") -> Answered:
        """Name and password."""
        fields = (
            self._name(username),
            Field("password", "Password", "password", required=not self.client.codes),
        )
        codes = {code: f"Send a code by {_CHOICES[code].lower()}" for code in self.client.codes}
        form = self._form("/login", fields, {"sign-in": "Sign in", **codes})
        links = {
            f"Sign in with {provider}": f"{self._to('/login')}&identity_provider={quote(provider)}"
            for provider in self.client.providers
            if provider != "COGNITO"
        }
        links["Forgot your password?"] = self._to("/forgotPassword")
        if self.client.open_to_new_users:
            links["Sign up"] = self._to("/signup")
        return Answered(page("Sign in", (form,), problem=problem, notice=notice, links=links))

    def stand_in(self, provider: str, *, problem: str = "") -> Answered:
        """In place of another provider's page, which the local cloud does not reach."""
        links = {"Sign in with a password": self._to("/login")}
        names = mapped_attributes(self.client.pool_id, provider)
        if not names or provider not in self.client.providers:
            text = (f"The app client does not sign in with {provider}.",)
            return Answered(page("Not available", text=text, links=links), status=400)
        text = (
            f"{provider}'s own page is not reached from here. This one stands in for it: whoever "
            "you say you are is signed in.",
        )
        fields = [_attribute(name, required=name == "email") for name in names]
        form = self._form("/login", fields, {"sign-in": "Sign in"}, {"provider": provider})
        title = f"Sign in with {provider}"
        return Answered(page(title, (form,), problem=problem, text=text, links=links))

    def sign_up(self, given: Mapping[str, str], *, problem: str = "") -> Answered:
        """A new user."""
        fields = [
            self._name(given.get("username", "")),
            *(_attribute(name, given.get(name, "")) for name in self.client.attributes),
            Field("new_password", "Password", "password"),
        ]
        form = self._form("/signup", fields, {"sign-up": "Sign up"})
        links = {"Sign in": self._to("/login")}
        return Answered(page("Sign up", (form,), problem=problem, links=links))

    def confirm(self, username: str, sent: object = None, *, problem: str = "") -> Answered:
        """The code that was sent to a new user."""
        hidden = {"username": username}
        fields = (Field("code", "Code"),)
        form = self._form("/confirm", fields, {"confirm": "Confirm"}, hidden)
        again = self._form("/confirm", (), {"again": "Send a new code"}, hidden)
        text = (f"A code was sent to {sent}.",) if sent else ()
        return Answered(page("Confirm your address", (form, again), problem=problem, text=text))

    def forgot(self, username: str = "", *, problem: str = "") -> Answered:
        """Whose password is forgotten."""
        form = self._form("/forgotPassword", (self._name(username),), {"send": "Send a code"})
        links = {"Sign in": self._to("/login")}
        return Answered(page("Forgot your password?", (form,), problem=problem, links=links))

    def new_password(self, username: str, *, problem: str = "", notice: str = "") -> Answered:
        """The code that was sent, and a new password."""
        fields = (Field("code", "Code"), Field("new_password", "New password", "password"))
        hidden = {"username": username}
        form = self._form("/forgotPassword", fields, {"change": "Change password"}, hidden)
        return Answered(page("Choose a new password", (form,), problem=problem, notice=notice))

    def challenge(
        self,
        name: str,
        session: str,
        username: str,
        parameters: Mapping[str, Any],
        *,
        problem: str = "",
    ) -> Answered:
        """What the pool asks for besides the password."""
        hidden = {
            "challenge": name,
            "session": session,
            "username": username,
            "parameters": json.dumps(dict(parameters)),
        }
        text: tuple[str, ...] = ()
        if name in CODES:
            title, fields = "Enter your code", [Field("code", CODES[name][1])]
            buttons = {"code": "Sign in"}
        elif name == "NEW_PASSWORD_REQUIRED":
            title, buttons = "Choose a new password", {"new": "Change password"}
            fields = [Field("new_password", "New password", "password")]
            for each in json.loads(str(parameters.get("requiredAttributes") or "[]")):
                attribute = str(each).removeprefix("userAttributes.")
                fields.append(Field(f"userAttributes.{attribute}", _label(attribute)))
        elif name == "SELECT_MFA_TYPE":
            title, fields = "Choose how to get your code", []
            can = json.loads(str(parameters.get("MFAS_CAN_CHOOSE") or "[]"))
            buttons = {each: _CHOICES.get(each, each) for each in can}
        elif name == "MFA_SETUP":
            title, buttons = "Set up your authenticator app", {"code": "Sign in"}
            fields = [Field("code", "Code of the app")]
            text = (f"Add this key to the app: {parameters['secret']}",)
        else:
            said = f"The pool asks for {name}, which this page cannot do."
            return self.sign_in(username, problem=said)
        form = self._form("/login", fields, buttons, hidden)
        return Answered(page(title, (form,), problem=problem, text=text))

    async def done(self, username: str) -> Answered:
        """Back to the app, with a code or tokens."""
        if self.asked.response_type == "token":
            try:
                tokens = await tokens_for(self.asked, self.client.pool_id, username)
            except ServiceError as problem:
                return self.refused(problem)
        else:
            tokens = {"code": code_for(self.asked, self.client.pool_id, username)}
        location = self.asked.back(tokens)
        return Answered(location=location, pool_id=self.client.pool_id, username=username)

    def refused(self, problem: ServiceError) -> Answered:
        """Back to the app, with what a trigger's function says."""
        return Answered(location=self.asked.with_errors("invalid_request", problem.message))

    def _name(self, username: str) -> Field:
        kind = {"Email": "email", "Phone number": "tel"}.get(self.client.names_are, "text")
        return Field("username", self.client.names_are, kind, value=username)

    def _form(
        self,
        path: str,
        fields: tuple[Field, ...] | list[Field],
        buttons: Mapping[str, str],
        hidden: Mapping[str, str] | None = None,
    ) -> Form:
        carried = {**asdict(self.asked), **(hidden or {})}
        return Form(f"{self.prefix}{path}", fields, buttons, carried)

    def _to(self, path: str) -> str:
        return f"{self.prefix}{path}?{_query(self.asked)}"


def _attribute(name: str, value: str = "", *, required: bool = True) -> Field:
    return Field(name, _label(name), _TYPES.get(name, "text"), required, value)


def _label(attribute: str) -> str:
    return attribute.removeprefix("custom:").replace("_", " ").capitalize()


def _query(asked: Asked) -> str:
    return urlencode({name: value for name, value in asdict(asked).items() if value})


def error_page(code: str, *text: str) -> Answered:
    """An error of the app's, told to whoever sits before the browser."""
    return Answered(page(code, text=text), status=400)
