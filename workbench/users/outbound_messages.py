"""Messages that Cognito would have sent for a local pool: invitations and codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from workbench.aws.target import LocalTarget
from workbench.localcloud.client import ask
from workbench.localcloud.contract import MESSAGES_PATH
from workbench.model.user_problem import UserProblem

_CODE = re.compile(r"\b(?:\d{8}|\d{6})\b")


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``medium`` is ``email`` or ``sms``. ``repr`` hides what it tells."""

    id: str
    at: datetime
    medium: str
    recipient: str
    username: str
    kind: str
    subject: str
    body: str = ""
    sent_code: str = ""
    """The code in it, as the local cloud knows it; "" in messages of an earlier release."""

    def __repr__(self) -> str:
        return f"Message({self.kind} by {self.medium} at {self.at:%H:%M:%S})"

    @property
    def text(self) -> str:
        """The body without its markup, in lines."""
        lines = re.sub(r"<br\s*/?>|</p>|</div>", "\n", self.body)
        return re.sub(r"<[^>]+>", "", lines).strip()

    @property
    def code(self) -> str:
        """The code, of six or eight digits; "" without one."""
        found = _CODE.search(self.text)
        return found.group() if found else ""


def read_inbox(target: LocalTarget, pool_id: str) -> tuple[Message, ...]:
    """The pool's last messages, newest first; blocks. Raises UserProblem."""
    query = urlencode({"userPoolId": pool_id})
    try:
        answer = ask(f"{target.endpoint}{MESSAGES_PATH}?{query}", target.keys)
    except OSError as error:
        raise UserProblem(
            f"The local cloud could not be reached: {error}.", "Start it with a deployment."
        ) from None
    if answer.status != 200:
        raise UserProblem(
            f"The messages of {pool_id} could not be read (HTTP {answer.status}).",
            "Deploy the backend, then look again.",
        )
    return tuple(_message(each) for each in answer.document["messages"])


def _message(found: Mapping[str, Any]) -> Message:
    told = {name: value for name, value in found.items() if name != "code"}
    return Message(
        **{**told, "at": datetime.fromtimestamp(found["at"], UTC)},
        sent_code=str(found.get("code", "")),
    )
