from __future__ import annotations

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.loop.sandbox_secrets import Secrets, read_secrets
from workbench.project.identity import secret_path, shared_secret_path
from workbench.project.models import BackendIdentity


def test_the_sandboxs_own_secrets_give_time_and_values(local_cloud: LocalTarget) -> None:
    identity = BackendIdentity("app", "me")
    clients = Clients(local_cloud)
    folder = secret_path(identity)
    assert read_secrets(clients, folder) == Secrets(None)
    for number in range(12):  # more than one page of ten
        clients.ssm.put_parameter(
            Name=secret_path(identity, f"KEY{number}"),
            Value=f"value-{number}",
            Type="SecureString",
        )
    clients.ssm.put_parameter(
        Name=shared_secret_path(identity, "SHARED"), Value="shared", Type="SecureString"
    )
    first = read_secrets(clients, folder)
    assert sorted(first.values) == sorted(f"value-{number}" for number in range(12))
    assert first.last_changed is not None
    clients.ssm.put_parameter(
        Name=secret_path(identity, "KEY3"), Value="newer", Type="SecureString", Overwrite=True
    )
    again = read_secrets(clients, folder)
    assert again.last_changed is not None
    assert again.last_changed > first.last_changed
    assert "newer" in again.values
