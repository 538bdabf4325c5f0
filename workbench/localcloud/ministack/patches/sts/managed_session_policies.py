"""AWS's own policies of a session: ministack refuses those of the thousand that it has no text of.

One that is attached to a role is taken without its text, too: see ``authorization.principals``.
"""

from __future__ import annotations

_AWS_MANAGED = "arn:aws:iam::aws:policy/"


def install() -> None:
    """Let each ARN of an AWS managed policy name one."""
    from ministack.services import sts

    known = sts.policy_known

    def policy_known(arn: str, account: str | None = None) -> bool:
        return arn.startswith(_AWS_MANAGED) or bool(known(arn, account))

    sts.policy_known = policy_known
