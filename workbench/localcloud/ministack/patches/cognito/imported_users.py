"""The lines of a CSV file of users, and how each becomes a user of a local pool.

Source: docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-using-import-tool.html
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from workbench.localcloud.ministack.patches.cognito.attributes import wrong_attributes
from workbench.localcloud.ministack.patches.cognito.new_users import (
    as_stored,
    name_refused,
    taken_alias,
)
from workbench.localcloud.ministack.patches.cognito.sessions import missing_attributes
from workbench.localcloud.ministack.patches.cognito.user_index import is_case_sensitive, users_of

NAME, MFA = "cognito:username", "cognito:mfa_enabled"
_NEEDED = (NAME, MFA, "email_verified", "phone_number_verified")
_OF_COGNITO = ("sub", "identities")

Outcome = Literal["SUCCEEDED", "SKIPPED", "FAILED"]


def header(pool: Any) -> list[str]:
    """The columns that a pool's file may have."""
    from ministack.services import cognito

    schema = cognito._ensure_schema_attributes(pool)["SchemaAttributes"]
    return [*(each["Name"] for each in schema if each["Name"] not in _OF_COGNITO), MFA, NAME]


def read_rows(pool: Any, text: str) -> Iterator[Mapping[str, str] | None]:
    """Each line's values by column, None for a line of another length.

    Raises ValueError where the header is not one of the pool's.
    """
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    columns = [name.strip() for name in next(lines, [])]
    unknown = sorted(set(columns) - set(header(pool)))
    missing = [name for name in _NEEDED if name not in columns]
    if unknown or missing or len(set(columns)) != len(columns):
        wrong = ", ".join(unknown or missing) or "a column twice"
        raise ValueError(f"The header of the CSV file does not match the pool's: {wrong}")
    return (
        dict(zip(columns, values, strict=True)) if len(values) == len(columns) else None
        for values in lines
        if values
    )


def import_user(pool: Any, row: Mapping[str, str] | None) -> tuple[Outcome, str]:
    """Make a line's user, who has to set a password; what became of it, in Cognito's words."""
    from ministack.services import cognito

    if row is None:
        return "FAILED", "The line does not have as many values as the header."
    name = row[NAME].strip()
    if not is_case_sensitive(pool):
        name = name.lower()
    given = {k: v.strip() for k, v in row.items() if v.strip() and k not in (NAME, MFA)}
    by = cognito._username_alias_attribute(pool, name)
    if by:
        given.setdefault(by, name)
    own = cognito._attr_list_to_dict(as_stored(pool, cognito._dict_to_attr_list(given)))
    problem = _problem(pool, name, own)
    if problem:
        return "FAILED", problem
    if name_refused(pool, name, "") or taken_alias(pool, own):
        return "SKIPPED", "The user already exists."
    sub, now = str(uuid.uuid4()), cognito._now_epoch()
    stored = sub if by else name
    users_of(pool)[stored] = {
        "Username": stored,
        "Attributes": cognito._dict_to_attr_list({"sub": sub, **own}),
        "UserCreateDate": now,
        "UserLastModifiedDate": now,
        "Enabled": True,
        "UserStatus": "RESET_REQUIRED",
        "MFAOptions": [],
        "_password": "",
        "_groups": [],
        "_tokens": [],
        "_mfa_enabled": ["SMS_MFA"] if row[MFA].strip().lower() == "true" else [],
    }
    pool["EstimatedNumberOfUsers"] = len(pool["_users"])
    return "SUCCEEDED", "The import succeeded."


def _problem(pool: Any, name: str, own: Mapping[str, str]) -> str:
    from ministack.services import cognito

    if not name:
        return "The user has no cognito:username."
    pairs = cognito._dict_to_attr_list(own)
    wrong = wrong_attributes(pool, "AdminCreateUser", {"UserAttributes": pairs})
    if wrong:
        return wrong
    missing = missing_attributes(pool, {"Attributes": pairs})
    if missing:
        return f"The user has no {missing[0]}, which the pool requires."
    verified = pool.get("AutoVerifiedAttributes") or ()
    if verified and not any(own.get(f"{each}_verified") == "true" for each in verified):
        return (
            "The User Record does not set any of the auto verified attributes to true. "
            "(Example: email_verified to true)."
        )
    return ""
