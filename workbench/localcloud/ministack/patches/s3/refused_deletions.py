"""DeleteObjects: ministack deletes all that a list names; S3 refuses each object by itself.

Which ones IAM refuses to the caller is decided before the request is served.
Source: docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from workbench.localcloud.iam.denials import Refusal, denial_message

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_END = b"</DeleteResult>"

Refused = Mapping[tuple[str, str], Refusal]
"""By key and version."""

_refused: ContextVar[Refused | None] = ContextVar("refused deletions", default=None)


def install() -> None:
    """Leave out what is refused, and say so in the answer."""
    from ministack.services import s3

    delete = s3._delete_objects

    @functools.wraps(delete)
    def delete_allowed(bucket_name: str, body: bytes, headers: Any = None) -> Any:
        refused = _refused.get()
        if not refused:
            return delete(bucket_name, body, headers)
        _refused.set(None)
        left = _without(body, refused)
        errors = "".join(_error(key, version, why) for (key, version), why in refused.items())
        if left is None:
            content = f'<DeleteResult xmlns="{_NAMESPACE}">{errors}'.encode() + _END
            return 200, {"Content-Type": "application/xml"}, content
        status, answered, content = delete(bucket_name, left, headers)
        if status == 200:
            content = _bytes(content)
            if _END not in content:
                content = f'<DeleteResult xmlns="{_NAMESPACE}">'.encode() + _END
            content = content.replace(_END, errors.encode() + _END)
        return status, answered, content

    s3._delete_objects = delete_allowed


def refusing(refused: Refused) -> None:
    """Say what this request's caller may not delete."""
    _refused.set(refused)


def _without(body: bytes, refused: Refused) -> bytes | None:
    """The list without these; None where none is left."""
    root = ElementTree.fromstring(body)
    left = 0
    for entry in [each for each in root if each.tag.rpartition("}")[2] == "Object"]:
        values = {child.tag.rpartition("}")[2]: child.text or "" for child in entry}
        if (values.get("Key", ""), values.get("VersionId", "")) in refused:
            root.remove(entry)
        else:
            left += 1
    return ElementTree.tostring(root) if left else None


def _error(key: str, version: str, why: Refusal) -> str:
    message = denial_message(why, resource=f'"{why.request.resource}"')
    named = f"<VersionId>{escape(version)}</VersionId>" if version else ""
    return (
        f"<Error><Key>{escape(key)}</Key>{named}<Code>AccessDenied</Code>"
        f"<Message>{escape(message)}</Message></Error>"
    )


def _bytes(content: Any) -> bytes:
    return content.encode() if isinstance(content, str) else bytes(content)
