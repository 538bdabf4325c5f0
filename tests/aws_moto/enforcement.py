"""Lets the AWS under test refuse what a developer's policies do not allow, as IAM would."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.aws_moto.aws import ACCOUNT, Aws, role_of
from tests.aws_moto.faults import Answer, denied_code, error_answer
from tests.aws_moto.iam_actions import UnknownActionError, asks_of
from tests.aws_moto.iam_policies import Ask, allows, managed_statements, role_statements
from tests.aws_moto.requests import Request


@dataclass(frozen=True, slots=True)
class Denied:
    """A refused permission; ``role`` is empty for the developer's own key."""

    ask: Ask
    role: str = ""


class Enforcement:
    """The policies of one developer: the managed one, and what a test adds.

    The bootstrap's roles have the policies of the CDK's template.
    """

    def __init__(self, aws: Aws, more: Iterable[Mapping[str, Any]] = ()) -> None:
        self._own = (*managed_statements(), *more)
        self._lock = threading.Lock()
        self.denied: list[Denied] = []
        self.unknown: list[str] = []
        aws.faults.add("*", self._judge)

    @property
    def actions(self) -> set[str]:
        """The actions that were refused to the developer's own key."""
        return {each.ask.action for each in self.denied if not each.role}

    def assert_nothing_refused(self) -> None:
        """Fail unless all that was asked was allowed, and known."""
        assert (self.unknown, self.denied) == ([], [])

    def _judge(self, request: Request) -> Answer | None:
        role = role_of(request.key)
        try:
            asked = asks_of(request, ACCOUNT)
        except UnknownActionError as unknown:
            with self._lock:
                self.unknown.append(str(unknown))
            return None
        statements = role_statements(role) if role else self._own
        for ask in asked:
            if not allows(statements, ask, ACCOUNT):
                with self._lock:
                    self.denied.append(Denied(ask, role))
                return _refusal(request, ask, role)
        return None


def _refusal(request: Request, ask: Ask, role: str) -> Answer:
    who = f"sts::{ACCOUNT}:assumed-role/{role}/it" if role else f"iam::{ACCOUNT}:user/dev"
    text = (
        f"User: arn:aws:{who} is not authorized to perform: {ask.action} on resource: "
        f"{ask.resource} because no identity-based policy allows the {ask.action} action"
    )
    return error_answer(request, denied_code(request), text, 403)
