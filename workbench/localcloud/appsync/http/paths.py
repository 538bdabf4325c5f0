"""The addresses of the data plane."""

from __future__ import annotations

import re

GRAPHQL_PREFIX = "/v1/apis/"

_GRAPHQL = re.compile(r"/v1/apis/([^/]+)/graphql(/realtime/?)?")


def is_graphql_path(path: str) -> bool:
    """Whether a path below ``GRAPHQL_PREFIX`` is an API's own, and not the control plane's."""
    return _GRAPHQL.fullmatch(path) is not None


def api_id_of(path: str) -> str:
    """The API that a path addresses; empty where it addresses none."""
    match = _GRAPHQL.fullmatch(path)
    return match[1] if match else ""
