"""Operations on backend environments and on domain associations."""

from __future__ import annotations

import hashlib
import time

from workbench.localcloud.hosting.lookup import Jobs, Members, find, find_app
from workbench.localcloud.hosting.pages import page
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import Document, HostingState


def create_backend_environment(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """CreateBackendEnvironment."""
    found = find_app(state, members)
    name, now = members["environmentName"], time.time()
    if name in found["environments"]:
        raise RefusalError("BadRequestException", f"The environment {name} already exists.")
    made = {
        **{key: value for key, value in members.items() if key != "appId"},
        "backendEnvironmentArn": f"{found['app']['appArn']}/backendenvironments/{name}",
        "createTime": now,
        "updateTime": now,
    }
    found["environments"][name] = made
    return {"backendEnvironment": made}


def get_backend_environment(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetBackendEnvironment."""
    environments = find_app(state, members)["environments"]
    return {"backendEnvironment": find(environments, members["environmentName"], "Environment")}


def delete_backend_environment(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """DeleteBackendEnvironment."""
    found = get_backend_environment(state, _jobs, members)
    del find_app(state, members)["environments"][members["environmentName"]]
    return found


def list_backend_environments(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListBackendEnvironments."""
    found = find_app(state, members)["environments"]
    wanted = members.get("environmentName")
    entries = [(k, each) for k, each in sorted(found.items()) if wanted in (None, k)]
    return page(entries, members, "backendEnvironments")


def create_domain_association(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """CreateDomainAssociation."""
    found = find_app(state, members)
    name = members["domainName"]
    if name in found["domains"]:
        raise RefusalError("BadRequestException", f"The domain {name} is associated already.")
    _known_branches(found, members)
    found["domains"][name] = _domain_association(found["app"], members)
    return {"domainAssociation": found["domains"][name]}


def get_domain_association(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetDomainAssociation."""
    domains = find_app(state, members)["domains"]
    return {"domainAssociation": find(domains, members["domainName"], "Domain association")}


def update_domain_association(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """UpdateDomainAssociation."""
    old = get_domain_association(state, _jobs, members)["domainAssociation"]
    found = find_app(state, members)
    _known_branches(found, members)
    settings = [each["subDomainSetting"] for each in old["subDomains"]]
    merged = {**old, "subDomainSettings": settings, **members}
    found["domains"][members["domainName"]] = _domain_association(found["app"], merged)
    return {"domainAssociation": found["domains"][members["domainName"]]}


def delete_domain_association(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """DeleteDomainAssociation."""
    found = get_domain_association(state, _jobs, members)
    del find_app(state, members)["domains"][members["domainName"]]
    return found


def list_domain_associations(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListDomainAssociations."""
    found = find_app(state, members)["domains"]
    return page(sorted(found.items()), members, "domainAssociations")


def _known_branches(found: Document, members: Members) -> None:
    for each in members.get("subDomainSettings", ()):
        find(found["branches"], each["branchName"], "Branch")


def _domain_association(app: Members, members: Members) -> Document:
    """With the certificate's record and a CNAME for each sub-domain; nothing is served.

    The records are made of the names alone, so that the same domain always has the same ones.
    """
    name = members["domainName"]
    proof = hashlib.sha256(f"{app['appId']}.{name}".encode()).hexdigest()[:32]
    target = app["defaultDomain"]
    return {
        "domainAssociationArn": f"{app['appArn']}/domains/{name}",
        "domainName": name,
        "enableAutoSubDomain": members.get("enableAutoSubDomain", False),
        "autoSubDomainCreationPatterns": members.get("autoSubDomainCreationPatterns"),
        "domainStatus": "PENDING_VERIFICATION",
        "statusReason": "The local cloud asks no DNS: on AWS, set these records and wait.",
        "certificateVerificationDNSRecord": f"_{proof}.{name}. CNAME _{proof[:16]}.{target}.",
        "subDomains": [
            {
                "subDomainSetting": dict(each),
                "verified": False,
                "dnsRecord": f"{each['prefix'] or '@'} CNAME {target}",
            }
            for each in members["subDomainSettings"]
        ],
    }
