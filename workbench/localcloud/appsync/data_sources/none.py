"""The NONE data source: gives back what it is given."""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.data_sources.request import request_object


def invoke(request: Any) -> Any:
    """The request's ``payload``; null without one."""
    return request_object(request).get("payload")
