"""Custom domains of an app: which subdomains are mapped to which branches, and their DNS records.

Source: docs.aws.amazon.com/amplify/latest/userguide/custom-domains.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.branches.hosting import Hosting
from workbench.branches.hosting_models import App


@dataclass(frozen=True, slots=True)
class SubDomain:
    """A prefix ("" for the domain itself) that is mapped to a branch, with its DNS record."""

    prefix: str
    branch: str
    record: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain with its state; ``certificate`` is the record that proves whose it is."""

    name: str
    status: str
    reason: str
    certificate: str
    parts: tuple[SubDomain, ...]


def list_domains(hosting: Hosting, app: App) -> tuple[Domain, ...]:
    """The app's domains. Blocks, as all here; raises HostingProblem."""
    return tuple(
        _domain(each)
        for each in hosting.pages("list_domain_associations", "domainAssociations", app)
    )


def add_domain(hosting: Hosting, app: App, name: str, prefix: str, branch: str) -> Domain:
    """Map ``prefix.name`` to a branch."""
    made = hosting.ask(
        lambda: hosting.amplify.create_domain_association(
            appId=app.id,
            domainName=name,
            subDomainSettings=[{"prefix": prefix, "branchName": branch}],
        )
    )
    return _domain(made["domainAssociation"])


def remove_domain(hosting: Hosting, app: App, name: str) -> None:
    """Remove a domain from the app."""
    hosting.ask(lambda: hosting.amplify.delete_domain_association(appId=app.id, domainName=name))


def _domain(found: Mapping[str, Any]) -> Domain:
    parts = tuple(
        SubDomain(
            each["subDomainSetting"]["prefix"],
            each["subDomainSetting"]["branchName"],
            each["dnsRecord"].strip(),
            bool(each["verified"]),
        )
        for each in found["subDomains"]
    )
    return Domain(
        found["domainName"],
        found["domainStatus"],
        found.get("statusReason", ""),
        found.get("certificateVerificationDNSRecord", ""),
        parts,
    )
