"""The names of a backend as ampx makes them: stack name, SSM paths, CDK context.

The rules are those of ampx's ``BackendIdentifierConversions`` and ``ParameterPathConversions``
(@aws-amplify/platform-core 1.11), so that either tool can drive the same sandbox.
"""

from __future__ import annotations

import getpass
import hashlib
import os
import re
import sys
from typing import Literal, cast

from workbench.project.models import BackendIdentity, Project, ProjectProblem

STACK_NAME_LIMIT = 128
NAME_LIMIT = 50
HASH_LENGTH = 10
_IDENTIFIER = re.compile(r"[a-zA-Z0-9-]{1,15}")
_UNSAFE = re.compile(r"[^A-Za-z0-9]")


def sandbox_identity(project: Project, identifier: str | None) -> BackendIdentity:
    """Identify the project's sandbox: ``identifier``, or the operating system's user name.

    Raises ``ProjectProblem`` if ampx would not accept the identifier. The user name is used
    unchecked, as ampx does.
    """
    name = validate_identifier(identifier) if identifier is not None else _user_name()
    return BackendIdentity(namespace=project.package_name, name=name, type="sandbox")


def validate_identifier(identifier: str) -> str:
    """Return the identifier if ampx accepts it: 1 to 15 letters, digits or dashes."""
    if not _IDENTIFIER.fullmatch(identifier):
        raise ProjectProblem(
            f"The identifier {identifier!r} is not allowed.",
            "Use 1 to 15 letters, digits or dashes, for example --identifier feature-x.",
        )
    return identifier


def stack_name(identity: BackendIdentity) -> str:
    """Return the root stack's name: ``amplify-{namespace}-{name}-{type}-{hash}``, at most 128."""
    return "-".join(("amplify", *_parts(identity)))


def parse_stack_name(name: str) -> BackendIdentity | None:
    """Parse the name of an Amplify root stack into its sanitised parts; None for other stacks."""
    parts = name.split("-")
    if (
        len(parts) != 5
        or parts[0] != "amplify"
        or parts[3] not in {"sandbox", "branch", "standalone"}
    ):
        return None
    kind = cast("Literal['sandbox', 'branch', 'standalone']", parts[3])
    return BackendIdentity(namespace=parts[1], name=parts[2], type=kind)


def secret_path(identity: BackendIdentity, key: str = "") -> str:
    """Return the SSM parameter of the backend's own secret; without ``key``, of their folder."""
    return _join(f"/amplify/{_path_part(identity)}", key)


def shared_secret_path(identity: BackendIdentity, key: str = "") -> str:
    """Return the SSM parameter of a secret that all backends of the namespace share."""
    return _join(f"/amplify/shared/{identity.namespace}", key)


def resource_reference_path(identity: BackendIdentity, key: str = "") -> str:
    """Return the SSM parameter by which functions find another resource of the backend."""
    return _join(f"/amplify/resource_reference/{_path_part(identity)}", key)


def cdk_context(identity: BackendIdentity, secret_last_updated: int | None) -> dict[str, object]:
    """Return the CDK context for synth; ``secret_last_updated`` in milliseconds (sandbox only).

    A changed time changes the secret fetcher's custom resource, so that deploy-time secrets are
    read again; it is left out if the sandbox has no secret.
    """
    context: dict[str, object] = {
        "amplify-backend-namespace": identity.namespace,
        "amplify-backend-name": identity.name,
        "amplify-backend-type": identity.type,
    }
    if secret_last_updated is not None:
        context["secretLastUpdated"] = secret_last_updated
    return context


def _parts(identity: BackendIdentity) -> tuple[str, str, str, str]:
    digest = hashlib.sha512((identity.namespace + identity.name).encode()).hexdigest()[:HASH_LENGTH]
    name = _UNSAFE.sub("", identity.name)[:NAME_LIMIT]
    room = STACK_NAME_LIMIT - len("amplify") - len(identity.type) - len(name) - 4 - HASH_LENGTH
    namespace = _UNSAFE.sub("", identity.namespace)[: room - 1]
    return namespace, name, identity.type, digest


def _path_part(identity: BackendIdentity) -> str:
    namespace, name, kind, digest = _parts(identity)
    return f"{namespace}/{name}-{kind}-{digest}"


def _join(folder: str, key: str) -> str:
    return f"{folder}/{key}" if key else folder


def _user_name() -> str:
    # Node's os.userInfo() asks the password database, not $USER, so sudo and containers agree
    # with ampx only when we do the same.
    if sys.platform != "win32":
        import pwd

        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            pass
    return getpass.getuser()
