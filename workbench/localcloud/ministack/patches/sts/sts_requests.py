"""STS's requests and refusals as ministack reads and writes them: of a form, or of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from workbench.localcloud.ministack.bridge.model_constraints import violations

_NUMBERS = ("DurationSeconds", "MinimumSessionTokenSize")


@dataclass(frozen=True, slots=True)
class StsRequest:
    """One call; ``parameters`` in ministack's form, each name with a list of values."""

    parameters: Mapping[str, Any]
    as_json: bool

    @property
    def action(self) -> str:
        """The operation's name."""
        return self.text("Action")

    def text(self, name: str) -> str:
        """A parameter; empty where it is not given."""
        from ministack.services import sts

        return str(sts._p(self.parameters, name) or "")

    def refuse(self, status: int, code: str, message: str) -> Any:
        """A refusal in the protocol of the request."""
        from xml.sax.saxutils import escape

        from ministack.services import sts

        if self.as_json:
            return sts.error_response_json(code, message, status)
        return sts._error(status, code, escape(message), ns="sts")

    def wrong(self) -> str:
        """What breaks the model's constraints; empty where nothing does."""
        given: dict[str, Any] = {}
        for name in self.parameters:
            value = self.text(name)
            if "." not in name and value:
                given[name] = int(value) if name in _NUMBERS and value.isdecimal() else value
        return violations("sts", self.action, given)


def request_of(
    method: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
) -> StsRequest:
    """The parameters: of the form, else of the address, or JSON."""
    found = dict(query)
    target = headers.get("x-amz-target", "")
    as_json = "amz-json" in headers.get("content-type", "")
    if as_json and target:
        found["Action"] = [target.rpartition(".")[2]]
        try:
            given = json.loads(body or b"{}")
        except ValueError:
            given = {}
        if isinstance(given, dict):
            found.update(
                {
                    name: value if isinstance(value, list) else [str(value)]
                    for name, value in given.items()
                }
            )
    elif method == "POST":
        found.update(parse_qs(body.decode("utf-8", errors="replace")))
    return StsRequest(found, as_json)


def role_of(arn: str) -> Any:
    """The role of an ARN, path included; None where there is none."""
    from ministack.services import iam

    parts = arn.split(":")
    if len(parts) < 6:
        return None
    role = iam._roles.get_scoped(parts[4], None, arn.rpartition("/")[2])
    return role if role is not None and role.get("Arn") == arn else None


def too_long(request: StsRequest, role: Mapping[str, Any]) -> str:
    """What is wrong with the duration that is asked for; empty where nothing is."""
    asked = request.text("DurationSeconds")
    if asked.isdecimal() and int(asked) > int(role.get("MaxSessionDuration") or 3600):
        return "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return ""
