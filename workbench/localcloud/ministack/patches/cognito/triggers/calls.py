"""Refusals of triggers: ministack prints Lambda's answer or ignores it; Cognito has its own text.

Also remembers the API call that a trigger runs for: its app client and its metadata are part of
the event.
Source:
docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

NO_CLIENT = "CLIENT_ID_NOT_APPLICABLE"
"""The client in the event of a call that names none, such as AdminCreateUser."""

_SIGN_INS = ("InitiateAuth", "AdminInitiateAuth")


@dataclass(frozen=True, slots=True)
class Call:
    """An API call, and what its triggers get of it."""

    action: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def client_id(self) -> str:
        """The app client that it names, or that its access token is of."""
        from ministack.services import cognito

        named = self.data.get("ClientId")
        if not named and self.data.get("AccessToken"):
            named = cognito._token_claims(self.data["AccessToken"]).get("client_id")
        return str(named or NO_CLIENT)

    @property
    def metadata(self) -> Mapping[str, str]:
        """Its ClientMetadata, which Cognito does not pass on from the start of a sign-in."""
        return {} if self.action in _SIGN_INS else self.data.get("ClientMetadata") or {}

    @property
    def validation_data(self) -> Mapping[str, str] | None:
        """A sign-up's ValidationData; of the start of a sign-in, its ClientMetadata."""
        if self.action in _SIGN_INS:
            return self.data.get("ClientMetadata") or None
        given = self.data.get("ValidationData") or ()
        return {each["Name"]: each.get("Value", "") for each in given} or None


class TriggerRefusedError(Exception):
    """A trigger's function refused, failed or answered what Cognito cannot read."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def answer(self) -> Answer:
        """What the caller of the API sees."""
        return refuse(self.code, str(self))


_NONE = Call()
_current: ContextVar[Call | None] = ContextVar("cognito_call", default=None)


def install() -> None:
    """Stand before every call of the API."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_with_triggers(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        with of_call(action, data):
            try:
                answer: Answer = run(handler, action, data)
            except TriggerRefusedError as refused:
                return refused.answer
        return answer

    cognito._run_idp_handler = run_with_triggers


def current_call() -> Call:
    """The API call that is being answered; an empty one outside of any, as in the hosted UI."""
    return _current.get() or _NONE


@contextmanager
def of_call(action: str, data: Mapping[str, Any]) -> Iterator[None]:
    """Answer a call: its triggers get what it brought."""
    token = _current.set(Call(action, data))
    try:
        yield
    finally:
        _current.reset(token)
