"""The user pool of a session's sandbox, or another one of its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.aws.clients import Clients
from workbench.aws.user_pools import UserPool
from workbench.playground.environment import from_outputs
from workbench.playground.opening import OUTPUTS_NAME
from workbench.project.models import ProjectProblem

if TYPE_CHECKING:
    from workbench.startup import Session


@dataclass(frozen=True, slots=True)
class OpenedPool:
    """A pool with the clients that reach it."""

    pool: UserPool
    clients: Clients


def open_pool(session: Session, pool_id: str = "") -> OpenedPool:
    """The pool that the outputs file names, or the one with this id.

    The session's target must answer (``startup.connect``). Raises ProjectProblem where nothing is
    deployed yet, or no auth is.
    """
    found = pool_id or from_outputs(session.project.root / OUTPUTS_NAME).user_pool_id
    if not found:
        raise ProjectProblem(
            "This backend has no user pool.", "Define auth and deploy it, or name one with --pool."
        )
    clients = Clients(session.target)
    return OpenedPool(UserPool(clients, found), clients)
