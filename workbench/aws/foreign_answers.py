"""Recognises answers that do not come from AWS: a proxy's or a gateway's web page.

botocore's parsers fail on such a page with an exception outside both of its families, or find
nothing in it, and the caller stumbles later. Here a page becomes an error of botocore's own, so
that whoever expects AWS to refuse, or to be out of reach, meets this too. With a 5xx status it is
sent again first, like AWS's own errors.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.parsers import ResponseParserError, ResponseParserFactory

from workbench.aws.client_errors import FOREIGN_ANSWER, ForeignAnswerError
from workbench.terminal_text import safe_line

if TYPE_CHECKING:
    from botocore.session import Session

_TITLE = re.compile(rb"<title[^>]*>([^<]{1,80})", re.IGNORECASE)
_PAGE = re.compile(rb"\s*(?:<!doctype html|<html)", re.IGNORECASE)


def recognise_foreign_answers(session: Session) -> None:
    """Have all clients of the session tell such answers as errors of botocore's families."""
    session.register_component("response_parser_factory", _Factory())


class _Factory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _Parser(super().create_parser(protocol_name))


class _Parser:
    def __init__(self, parser: Any) -> None:
        self._parser = parser

    def parse(self, response: dict[str, Any], shape: Any) -> Any:
        """What botocore reads in a response, or an error for one that is not AWS's."""
        body = response["body"]
        if isinstance(body, bytes) and _PAGE.match(body):
            return _foreign(response, body)
        try:
            return self._parser.parse(response, shape)
        except ResponseParserError:
            return _foreign(response, body if isinstance(body, bytes) else b"")


def _foreign(response: dict[str, Any], body: bytes) -> dict[str, Any]:
    status = int(response["status_code"])
    answer = _described(status, body)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        raise ForeignAnswerError(answer=answer)
    return {
        "Error": {"Code": str(status), "Message": f"{FOREIGN_ANSWER}: {answer}"},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }


def _described(status: int, body: bytes) -> str:
    title = _TITLE.search(body)
    if title:
        return safe_line(title[1].decode("utf-8", "replace").strip())
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"status {status} {phrase}".rstrip()
