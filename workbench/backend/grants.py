"""``grant``: who may do what with a path of a bucket, or with the user pool."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from workbench.backend.argument_types import check_arguments
from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.schema.errors import calling_place

Action = Literal["read", "get", "list", "write", "delete"]


class _Granting:
    """The ways to grant; use the one object ``grant``."""

    def guest(self, *actions: Action) -> Grant:
        """Grant to users who are not signed in."""
        return Grant("guest", _some(actions), place=calling_place())

    def authenticated(self, *actions: Action) -> Grant:
        """Grant to every signed-in user."""
        return Grant("authenticated", _some(actions), place=calling_place())

    def owner(self, *actions: Action) -> Grant:
        """Grant to the signed-in user whose identity stands for ``{entity_id}`` in the path."""
        return Grant("owner", _some(actions), place=calling_place())

    def groups(self, groups: Sequence[str], *actions: Action) -> Grant:
        """Grant to the users of these groups."""
        place = calling_place()
        check_arguments(_Granting.groups, {"groups": groups}, place, name="grant.groups")
        if not groups:
            raise DefinitionError(
                "A grant to no groups grants nothing.",
                'Name them: grant.groups(["Admins"], "read").',
                place,
            )
        return Grant("groups", _some(actions), groups=tuple(groups), place=place)

    def function(self, function: FunctionDefinition, *actions: str) -> Grant:
        """Grant to a function: of a bucket's path, or of the user pool (``manageUsers``, …)."""
        place = calling_place()
        check_arguments(_Granting.function, {"function": function}, place, name="grant.function")
        return Grant("function", _some(actions), function=function, place=place)


def _some(actions: Sequence[str]) -> tuple[str, ...]:
    if not actions:
        raise DefinitionError(
            "A grant without actions grants nothing.",
            'Name them: grant.authenticated("read", "write").',
            calling_place(2),
        )
    return tuple(actions)


grant = _Granting()
