"""A request to the emulator, as its router and services read it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.iam.wildcards import Values

Query = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Call:
    """One HTTP request; header names in lower case, ``path`` without percent signs.

    ``body`` is empty where nothing that IAM asks about is in it, as with an object.
    """

    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    query: Query
    region: str
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    bucket: str = ""
    key: str = ""
    account: str = field(default=LOCAL_ACCOUNT)

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The body's JSON object; empty without one."""
        try:
            found = json.loads(self.body) if self.body else {}
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def form(self) -> Query:
        """The parameters of a form and of the address, which counts more."""
        if not self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return self.query
        text = self.body.decode("utf-8", "replace")
        return {**parse_qs(text, keep_blank_values=True), **self.query}

    def text(self, *names: str) -> str:
        """The first of these parameters that is given, of a JSON body or a form."""
        for name in names:
            found = self.document.get(name)
            if isinstance(found, str) and found:
                return found
            values = self.form.get(name)
            if values and values[0]:
                return values[0]
        return ""

    def texts(self, name: str) -> list[str]:
        """A parameter with several values, of a JSON body."""
        found = self.document.get(name)
        return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []

    @property
    def operation(self) -> str:
        """What a JSON or query protocol names it."""
        target = self.headers.get("x-amz-target", "")
        return target.rpartition(".")[2] if target else self.text("Action")

    def arn(self, service: str, resource: str) -> str:
        """The name of a resource in the account and region of the call."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"

    @property
    def context(self) -> dict[str, Values]:
        """The condition keys that every request has."""
        # The loopback interface stands for TLS: buckets of Amplify refuse what comes without.
        found: dict[str, Values] = {
            "aws:securetransport": "true",
            "aws:sourceip": self.source_ip,
            "aws:requestedregion": self.region,
            "aws:resourceaccount": self.account,
            "aws:viaawsservice": "false",
        }
        for key, header in (("aws:useragent", "user-agent"), ("aws:referer", "referer")):
            if header in self.headers:
                found[key] = self.headers[header]
        return found
