"""Cognito's requests: ministack runs them in threads on plain dicts; here one runs at a time.

In ministack a list fails with "dictionary changed size during iteration" while another request
adds a user, and of two requests for the same new name both succeed; on AWS one is refused. Python
runs one thread at a time anyway: taking turns costs nothing. While a trigger's function runs,
others get their turn: it may call Cognito itself.
"""

from __future__ import annotations

import functools
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_lock = threading.Lock()
_mine = threading.local()

_copied_users: dict[str, dict[str, Any]] = {}
"""Each pool's users as they were last copied, by the pool's id."""

_IN_THREADS = (
    "_run_idp_handler",
    "_run_identity_handler",
    "_saml2_idp_response",
    "_oauth2_idp_response",
    "_oauth2_token",
)
_ON_THE_LOOP = (
    "handle_oauth2_authorize",
    "handle_oauth2_userinfo",
    "handle_login_submit",
    "handle_logout",
)
_CALLS_OUT = ("_execute_function", "_execute_function_with_config_scope")


def install() -> None:
    """Put every way into Cognito's records behind one lock."""
    from ministack.services import cognito, lambda_svc
    from ministack.services.cloudformation import provisioners

    for name in (*_IN_THREADS, *_ON_THE_LOOP):
        setattr(cognito, name, in_turn(getattr(cognito, name)))
    for name in _CALLS_OUT:
        setattr(lambda_svc, name, out_of_turn(getattr(lambda_svc, name)))
    for resource_type, handlers in provisioners._RESOURCE_HANDLERS.items():
        if resource_type.startswith("AWS::Cognito::"):
            for verb, handler in handlers.items():
                if callable(handler):
                    handlers[verb] = in_turn(handler)
    # An identity provider outside is asked through this function, imported where it is used.
    urllib.request.urlopen = out_of_turn(urllib.request.urlopen)  # type: ignore[assignment]
    cognito.get_state = lambda: _state(cognito)


def in_turn(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, run while no other request is at Cognito's records."""

    @functools.wraps(function)
    def taking_turns(*args: P.args, **kwargs: P.kwargs) -> R:
        if getattr(_mine, "turn", False):
            return function(*args, **kwargs)
        with _turn():
            return function(*args, **kwargs)

    return taking_turns


def out_of_turn(function: Callable[P, R]) -> Callable[P, R]:
    """``function``, which waits for others: whoever has the turn lets go of it until it returns."""

    @functools.wraps(function)
    def letting_go(*args: P.args, **kwargs: P.kwargs) -> R:
        if not getattr(_mine, "turn", False):
            return function(*args, **kwargs)
        _mine.turn = False
        _lock.release()
        try:
            return function(*args, **kwargs)
        finally:
            _lock.acquire()
            _mine.turn = True

    return letting_go


@contextmanager
def _turn() -> Iterator[None]:
    with _lock:
        _mine.turn = True
        try:
            yield
        finally:
            _mine.turn = False


def _state(cognito: ModuleType) -> Any:
    """The service's state for saving: the emulator's own shape, copied as deep as records change.

    A full copy of 5,000 users takes a second, and all that time nobody could sign in.
    """
    with _turn():
        for gone in _copied_users.keys() - {pool_id for pool_id, _ in cognito._all_pools()}:
            del _copied_users[gone]
        return {
            "user_pools": _scoped_copy(cognito._user_pools, _pool_copy),
            "pool_domain_map": _scoped_copy(cognito._pool_domain_map),
            "identity_pools": _scoped_copy(cognito._identity_pools, _record_copy),
            "identity_tags": _scoped_copy(cognito._identity_tags, _record_copy),
            "authorization_codes": _record_copy(cognito._authorization_codes),
            "refresh_tokens": _record_copy(cognito._refresh_tokens),
            "revoked_tokens": list(cognito._revoked_tokens),
            "auth_codes": _record_copy(cognito._auth_codes),
            # A sign-in that a restart interrupts starts over.
            "challenge_sessions": type(cognito._challenge_sessions)(),
        }


def _scoped_copy(store: Any, copy: Callable[[Any], Any] = lambda value: value) -> Any:
    return type(store).from_dict({key: copy(value) for key, value in store.to_dict().items()})


def _pool_copy(pool: Any) -> Any:
    copied = {name: _record_copy(value) for name, value in pool.items() if name != "_users"}
    last = _copied_users.get(pool["Id"], {})
    users = {}
    for name, user in pool["_users"].items():
        before = last.get(name)
        # 100,000 new dicts at each save would let Python look through all users for garbage,
        # which holds every request for a second; comparing them takes 0.1 s.
        users[name] = before if before == user else dict(user)
    _copied_users[pool["Id"]] = users
    return {**copied, "_users": users}


def _record_copy(value: Any) -> Any:
    """A copy of a record or of a dict of records, whose own values are shared."""
    if not isinstance(value, dict):
        return list(value) if isinstance(value, list) else value
    return {
        key: dict(each)
        if isinstance(each, dict)
        else list(each)
        if isinstance(each, list)
        else each
        for key, each in value.items()
    }
