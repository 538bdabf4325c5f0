"""Opens the user pool of a session's sandbox, or another one of its target."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.aws.clients import Clients
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import OWN_NAME, AuthResources
from workbench.printed_commands import aim, aim_at
from workbench.users.token_store import FILE_NAME
from workbench.users.user_pools import UserPool

if TYPE_CHECKING:
    from workbench.startup import Session


@dataclass(frozen=True, slots=True)
class OpenedPool:
    """A pool with the clients that reach it.

    ``client_id`` is the app client that users sign in with, "" for the pool's first;
    ``sign_ins_file`` is where sign-ins are saved; ``name`` is that of a pool that is not the
    sandbox's own; ``identity_pool_id`` is of the identity pool that gives its users AWS
    credentials, "" for none or an unknown one.
    """

    pool: UserPool
    clients: Clients
    client_id: str = ""
    sign_ins_file: Path | None = None
    name: str = ""
    identity_pool_id: str = ""


@dataclass(frozen=True, slots=True)
class PoolName:
    """A pool of the target's account and region."""

    id: str
    name: str


def open_pool(session: Session, pool_id: str = "") -> OpenedPool:
    """The pool that the outputs file names, or the one with this id.

    The session's target must answer (``startup.connect``). Raises UserProblem where nothing is
    deployed yet, or no auth is.
    """
    aim_at(replace(aim(), pool=pool_id))
    file = sign_ins_file(session)
    clients = Clients(session.target)
    if pool_id:
        try:
            own = sandbox_auth(session, clients)
        except UserProblem:
            own = None
        if own is None or own.user_pool_id != pool_id:
            return OpenedPool(UserPool(clients, pool_id), clients, "", file, pool_id)
    own = sandbox_auth(session, clients)
    found = own.user_pool_id
    if not found:
        raise UserProblem(
            "This backend has no user pool.", "Define auth and deploy it, or name one with --pool."
        )
    pool = UserPool(clients, found)
    return OpenedPool(pool, clients, own.client_id, file, identity_pool_id=own.identity_pool_id)


def sandbox_auth(session: Session, clients: Clients) -> AuthResources:
    """The pools of the sandbox on its target; raises UserProblem."""
    from workbench.deploy.outputs.own_outputs import own_auth

    root, folder = session.project.root, session.sandbox_dir
    return own_auth(clients, session.stack_name, root, folder)


def callers_auth(opened: OpenedPool) -> AuthResources:
    """The same for whoever asks for its users' credentials; raises UserPoolProblem."""
    from workbench.users.user_sign_in import app_client

    pool_id, clients = opened.pool.pool_id, opened.clients
    client = opened.client_id or app_client(clients.cognito_idp, pool_id).client_id
    name = opened.name or OWN_NAME
    return AuthResources(name, clients.region, pool_id, client, opened.identity_pool_id)


def other_pool(opened: OpenedPool, chosen: PoolName) -> OpenedPool:
    """Another pool of the same target; the sandbox's own is itself."""
    if chosen.id == opened.pool.pool_id:
        return opened
    aim_at(replace(aim(), pool=chosen.id))
    pool = UserPool(opened.clients, chosen.id)
    return replace(opened, pool=pool, client_id="", name=chosen.name, identity_pool_id="")


def list_pools(opened: OpenedPool) -> tuple[PoolName, ...]:
    """All pools of the target's account and region, by name; raises UserPoolProblem."""
    cognito = opened.clients.cognito_idp
    pages = opened.pool.ask(
        lambda: list(
            cognito.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 60})
        )
    )
    found = [PoolName(each["Id"], each["Name"]) for page in pages for each in page["UserPools"]]
    return tuple(sorted(found, key=lambda each: (each.name, each.id)))


def sign_ins_file(session: Session) -> Path:
    """The file of the session's saved sign-ins, in a folder that Git ignores."""
    return session.sandbox_dir / FILE_NAME
