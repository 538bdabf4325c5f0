"""The operations that are served, by the API's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.localcloud.hosting import apps, branches, environments, jobs, webhooks
from workbench.localcloud.hosting.lookup import Jobs, Members
from workbench.localcloud.hosting.state import Document, HostingState

Operation = Callable[[HostingState, Jobs, Members], Document]

_VERBS = ("create", "get", "update", "delete", "list", "start", "stop", "tag", "untag", "generate")


def operations() -> Mapping[str, Operation]:
    """Every operation: a function ``create_app`` of these modules is ``CreateApp``."""
    return {
        "".join(part.capitalize() for part in name.split("_")): function
        for module in (apps, branches, jobs, environments, webhooks)
        for name, function in vars(module).items()
        if name.partition("_")[0] in _VERBS and callable(function)
    }
