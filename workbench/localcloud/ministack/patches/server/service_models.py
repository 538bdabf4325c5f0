"""botocore's service models: ministack loads whole ones on the event loop; here only their heads.

The head says how a service's answers look and what it is called. ministack loads each model with a
botocore session of its own at a service's first request (30 to 70 ms, and the model stays in
memory), and all 430 of them (6 s) at the first request that is signed for a service it does not
have.
"""

from __future__ import annotations

import functools
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore

if TYPE_CHECKING:
    from botocore.model import ServiceModel

_DATA = Path(botocore.__file__).parent / "data"
_METADATA = '"metadata":'
_HEAD = 4096
"""Bytes; ``metadata`` is the second entry of every model and ends before the 700th."""


class Model:
    """botocore's model of a service; all but ``metadata`` is read when it is first asked for."""

    def __init__(self, name: str, metadata: dict[str, Any]) -> None:
        self._name = name
        self.metadata = metadata

    @functools.cached_property
    def _whole(self) -> ServiceModel:
        from botocore.session import Session

        return Session().get_service_model(self._name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)


def install() -> None:
    """Replace the look-ups, also where they were imported by name."""
    import ministack.core.responses
    import ministack.core.router
    import ministack.services.stepfunctions

    renamed: dict[str, str] = ministack.core.responses._BOTOCORE_NAME

    @functools.cache
    def model_of(service: str) -> Model | None:
        name = renamed.get(service, service)
        return Model(name, read_metadata(name)) if name in folders() else None

    ministack.core.responses._service_model = model_of
    ministack.services.stepfunctions._service_model = model_of
    ministack.core.router._is_aws_service_name = is_service_name


def is_service_name(name: str) -> bool:
    """Whether AWS has a service with this client name, endpoint prefix or signing name."""
    return name in folders() or name in _other_names()


@functools.cache
def folders() -> frozenset[str]:
    """The services that botocore has a model of, by its own name for them."""
    return frozenset(
        each.name for each in _DATA.iterdir() if not each.name.startswith("_") and each.is_dir()
    )


def read_metadata(name: str) -> dict[str, Any]:
    """The ``metadata`` of a service's newest model."""
    newest = max((_DATA / name).iterdir())
    with gzip.open(newest / "service-2.json.gz") as file:
        head = file.read(_HEAD).decode("utf-8", "ignore")
    text = head[head.index(_METADATA) + len(_METADATA) :].lstrip()
    found: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return found


@functools.cache
def _other_names() -> frozenset[str]:
    found = (read_metadata(name) for name in folders())
    return frozenset(
        metadata[key]
        for metadata in found
        for key in ("endpointPrefix", "signingName")
        if metadata.get(key)
    )
