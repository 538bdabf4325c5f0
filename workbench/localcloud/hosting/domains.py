"""Domain associations: kept with the records that a real domain would need; nothing is served."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any


def domain_association(app: Mapping[str, Any], members: Mapping[str, Any]) -> dict[str, Any]:
    """The association with its certificate's record and a CNAME for each sub-domain.

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
