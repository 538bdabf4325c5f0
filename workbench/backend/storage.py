"""``define_storage``: a bucket with access by path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.backend.argument_types import check_arguments
from workbench.backend.constructs.storage.access import check_access
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.storage import StorageDefinition, StorageEvent
from workbench.backend.resource_names import check_resource_name
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
    check_arguments(define_storage, locals(), place)
    check_resource_name("storage", name, place)
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
