"""``Custom::AmplifySecretFetcherResource``: reads sandbox and branch secrets into attributes.

After Amplify's backend-secret fetcher: the backend's own parameter first, then the one shared by
the whole app; a missing secret fails the resource and names it.
"""

from __future__ import annotations

import uuid
from typing import Literal, cast

from workbench.localcloud.providers.request import (
    Properties,
    ProviderAnswer,
    ProviderError,
    ProviderRequest,
)
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.service_error import ServiceError
from workbench.project.identity import secret_path, shared_secret_path
from workbench.project.models import BackendIdentity


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; the attributes are the secrets' values by name."""
    physical_id = str(uuid.uuid4()) if request.kind == "Create" else request.physical_id
    if request.kind == "Delete":
        return ProviderAnswer(physical_id)
    names = [str(name) for name in request.properties.get("secretNames", [])]
    return ProviderAnswer(
        physical_id, {name: _fetch(name, request.properties, services) for name in names}
    )


def _fetch(name: str, properties: Properties, services: ProviderServices) -> str:
    namespace, backend = str(properties["namespace"]), str(properties["name"])
    kind = cast("Literal['sandbox', 'branch', 'standalone']", properties.get("type", "sandbox"))
    identity = BackendIdentity(namespace=namespace, name=backend, type=kind)
    problem = ""
    for path in (secret_path(identity, name), shared_secret_path(identity, name)):
        try:
            answer = services.call("ssm", "GetParameter", {"Name": path, "WithDecryption": True})
        except ServiceError as caught:
            if caught.status >= 500:
                raise ProviderError(
                    f"Failed to retrieve backend secret '{name}' for "
                    f"'{namespace}/{backend}'. Reason: {caught.code}"
                ) from caught
            problem = caught.code
            continue
        if value := str(answer["Parameter"].get("Value") or ""):
            return value
    raise ProviderError(
        f"Failed to retrieve backend secret '{name}' for '{namespace}'. "
        f"Reason: {problem or 'it is empty'}"
    )
