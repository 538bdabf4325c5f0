"""``define_storage``: a bucket with access by path."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.backend.constructs.storage.access import check_access
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.definitions.storage import StorageDefinition, StorageEvent
from workbench.backend.schema.errors import calling_place


def define_storage(
    name: str,
    *,
    access: Mapping[str, Sequence[Grant]] | None = None,
    triggers: Mapping[StorageEvent, FunctionDefinition] | None = None,
    is_default: bool = False,
    versioned: bool = False,
    keep_on_delete: bool = False,
    cors_origins: Sequence[str] = ("*",),
    existing_bucket: str = "",
) -> StorageDefinition:
    """Define a bucket, or connect the one named ``existing_bucket``.

    ``access`` grants by path: ``{"photos/{entity_id}/*": [grant.owner("read", "write")]}``.
    A sandbox's bucket goes with the sandbox, ``keep_on_delete`` or not. Raises DefinitionError.
    """
    place = calling_place()
    if not re.fullmatch(r"[a-zA-Z][a-zA-Z0-9_-]*", name):
        raise DefinitionError(
            f"The storage {name!r} cannot have that name.",
            "Begin with a letter; then letters, digits, - and _.",
            place,
        )
    unknown = set(triggers or {}) - {"on_upload", "on_delete"}
    if unknown:
        raise DefinitionError(
            f"Storage has no trigger {sorted(unknown)[0]!r}.", "Use on_upload or on_delete.", place
        )
    rules = {path: tuple(grants) for path, grants in (access or {}).items()}
    check_access(rules, place)
    return StorageDefinition(
        name,
        rules,
        dict(triggers or {}),
        is_default,
        versioned,
        keep_on_delete,
        tuple(cors_origins),
        existing_bucket,
        place,
    )
