"""Grants: who may do what with storage paths or with the user pool."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import NOWHERE, Place

Who = Literal["guest", "authenticated", "owner", "groups", "function"]


@dataclass(frozen=True, slots=True)
class Grant:
    """One grant: ``groups`` for groups, ``function`` for a function.

    Actions as Amplify names them.
    """

    who: Who
    actions: tuple[str, ...]
    groups: tuple[str, ...] = ()
    function: FunctionDefinition | None = None
    place: Place = NOWHERE
