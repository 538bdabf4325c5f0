"""What a local pool's Cognito would have sent: invitations and codes, by e-mail and SMS."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime

from workbench.aws.target import LocalTarget
from workbench.localcloud.contract import MESSAGES_PATH
from workbench.project.models import ProjectProblem

_TIMEOUT_SECONDS = 10
_CODE = re.compile(r"\b\d{6}\b")


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

    def __repr__(self) -> str:
        return f"Message({self.kind} by {self.medium} at {self.at:%H:%M:%S})"

    @property
    def text(self) -> str:
        """The body without its markup, in lines."""
        lines = re.sub(r"<br\s*/?>|</p>|</div>", "\n", self.body)
        return re.sub(r"<[^>]+>", "", lines).strip()

    @property
    def code(self) -> str:
        """The code of six digits, "" where it has none."""
        found = _CODE.search(self.text)
        return found.group() if found else ""


def read_inbox(target: LocalTarget, pool_id: str) -> tuple[Message, ...]:
    """The pool's last messages, newest first; blocks. Raises ProjectProblem."""
    query = urllib.parse.urlencode({"userPoolId": pool_id})
    url = f"{target.endpoint.rstrip('/')}{MESSAGES_PATH}?{query}"
    try:
        signed = target.keys.sign("GET", url) if target.keys else {}
        request = urllib.request.Request(url, headers=dict(signed))
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
            found = json.loads(answer.read())["messages"]
    except urllib.error.HTTPError as error:
        raise ProjectProblem(
            f"The inbox of {pool_id} cannot be read (HTTP {error.code}).",
            "Deploy the backend, then look again.",
        ) from None
    except OSError as error:
        raise ProjectProblem(
            f"The local cloud does not answer: {error}.", "Start it with a deployment."
        ) from None
    return tuple(
        Message(**{**each, "at": datetime.fromtimestamp(each["at"], UTC)}) for each in found
    )
