"""Encodes events as JSON and back, for the journal and ``--json``."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from workbench.model.events import AnyEvent

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def encode(event: AnyEvent) -> str:
    """Return an event as one line of JSON; its ``kind`` names its class."""
    return json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":"))


@cache
def _adapter() -> TypeAdapter[AnyEvent]:
    # Built on first use: pydantic takes 60 ms to import and build this, and a session without
    # history never decodes an event before its first paint.
    from typing import Annotated

    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[AnyEvent, Field(discriminator="kind")])


def decode(text: str) -> AnyEvent:
    """Return the event that ``encode`` wrote; raises ``ValueError`` for anything else."""
    return _adapter().validate_json(text)
