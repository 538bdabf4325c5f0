"""Messages between the local cloud and a worker: a length of four bytes, then that many bytes.

A job is a marshalled tuple: its kind, then what the kind needs. A reply begins with one byte: ``+``
for a result, ``-`` for a message (UTF-8) of why there is none.
"""

from __future__ import annotations

import marshal
import struct
from typing import Any

LENGTH = struct.Struct("!I")

DONE = b"+"
FAILED = b"-"

HANDLER = "handler"
"""``(HANDLER, key, code or None, function, stash, arguments, rest, auth type)``: a JavaScript
handler over JSON texts; the code is left out where this worker had it under the key before. The
result is the outcome's JSON text."""

MAPPING = "mapping"
"""``(MAPPING, text, pickled context, auth type)``: a mapping template; the result is a pickled
:class:`~workbench.localcloud.appsync.workers.jobs.Mapped`."""

CALL = "call"
"""``(CALL, path, body)``: EvaluateCode or EvaluateMappingTemplate; the result is a pickled status
and answer."""

MOST_REPLY_BYTES = 8 * 1024 * 1024
"""A longer reply is one that fails: AppSync's own limit of an evaluated template is 5 MB."""


def frame(content: bytes) -> bytes:
    """The content with its length in front."""
    return LENGTH.pack(len(content)) + content


def job(*parts: Any) -> bytes:
    """A job as a frame."""
    return frame(marshal.dumps(parts))
