"""What AppSync asks IAM about a GraphQL request: ``appsync:GraphQL`` on each field of its root.

Source: "AWS_IAM authorization", AppSync developer guide: a field is
``apis/<id>/types/<Query, Mutation or Subscription>/fields/<name>``, and the policy of who may call
all of an API names ``apis/<id>/*``.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.iam.requests import Request
from workbench.localcloud.ministack.authorization.decisions import refusal_of
from workbench.localcloud.ministack.authorization.enforcement import is_enforced, report
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.bridge.issued_credentials import issued

_CONTEXT = {
    "aws:securetransport": "true",
    "aws:sourceip": "127.0.0.1",
    "aws:resourceaccount": LOCAL_ACCOUNT,
}


def may_request_fields(
    access_key: str,
    api_id: str,
    fields: Iterable[tuple[str, str]],
    region: str = LOCAL_REGION,
) -> bool:
    """Whether IAM allows a signer each of these (type, field); tells of the first refusal.

    True for the local cloud's own key, and while IAM is off. A refusal is of the whole request:
    AppSync answers 401 to it.
    """
    found = issued(access_key) if is_enforced() else None
    principal = principal_of(found) if found is not None else None
    if principal is None:
        return found is not None or not is_enforced()
    prefix = f"arn:aws:appsync:{region}:{LOCAL_ACCOUNT}:apis/{api_id}/types"
    context = {**_CONTEXT, "aws:requestedregion": region}
    refusal = refusal_of(
        principal,
        [
            Request("appsync:GraphQL", f"{prefix}/{kind}/fields/{name}", context)
            for kind, name in fields
        ],
    )
    if refusal is not None:
        report(refusal)
    return refusal is None
