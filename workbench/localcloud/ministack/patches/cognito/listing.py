"""ListUsers: ministack skips users between pages and ignores bad filters; Cognito does neither.

ministack counts pages by position, so a deletion in between skips users, and walks over all users
for each page.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_MOST = 60
_SEARCHABLE = ("username", "email", "phone_number", "name", "given_name", "family_name",
               "preferred_username", "cognito:user_status", "status", "sub")  # fmt: skip
_CASE_MATTERS = ("username", "status")
_FILTER = re.compile(r'\s*"?([\w:]+)"?\s*(=|\^=)\s*"((?:[^"\\]|\\.)*)"\s*')

Matches = Callable[[Mapping[str, Any]], bool]


def install() -> None:
    """Take the place of ListUsers."""
    from ministack.services import cognito

    cognito._list_users = _list_users


def _list_users(data: Any) -> Answer:
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused  # type: ignore[no-any-return]
    limit = data.get("Limit", _MOST)
    matches = _matcher(data.get("Filter") or "")
    if isinstance(matches, str):
        return refuse("InvalidParameterException", matches)
    wanted = data.get("AttributesToGet")
    users = pool["_users"]
    start = _start(users, data.get("PaginationToken"))
    if start is None:
        return refuse("InvalidParameterException", "Invalid pagination token given.")
    found: list[Any] = []
    more = False
    last: tuple[int, str] | None = None
    for at, (name, user) in enumerate(islice(users.items(), start, None), start):
        if not matches(user):
            continue
        if len(found) == limit:
            more = True
            break
        shown = cognito._user_out(user)
        if wanted is not None:
            shown["Attributes"] = [each for each in shown["Attributes"] if each["Name"] in wanted]
        found.append(shown)
        last = (at, name)
    told: dict[str, Any] = {"Users": found}
    if more and last is not None:
        told["PaginationToken"] = base64.urlsafe_b64encode(json.dumps(last).encode()).decode()
    answer: Answer = cognito.json_response(told)
    return answer


def _start(users: Mapping[str, Any], token: str | None) -> int | None:
    """The position behind the last user that was told, wherever deletions have moved them."""
    if not token:
        return 0
    try:
        at, name = json.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        return None
    if next(_from(users, at), None) == name:
        return int(at) + 1
    if name not in users:
        # Deleted themselves: those behind have moved up by at least one place.
        return max(0, min(int(at), len(users)))
    return next(position for position, each in enumerate(users) if each == name) + 1


def _from(users: Mapping[str, Any], at: int) -> Iterator[str]:
    return islice(users, at, None)


def _matcher(text: str) -> Matches | str:
    """What a filter finds, or why Cognito would refuse it."""
    if not text.strip():
        return lambda _user: True
    found = _FILTER.fullmatch(text)
    if found is None:
        return "Error while parsing filter."
    if found[1] not in _SEARCHABLE:
        return f"Invalid search attribute: {found[1]}"
    name, sign = found[1], found[2]
    wanted = re.sub(r"\\(.)", r"\1", found[3])
    exact = name in _CASE_MATTERS
    wanted = wanted if exact else wanted.casefold()

    def matches(user: Mapping[str, Any]) -> bool:
        value = _value(user, name)
        value = value if exact else value.casefold()
        # Nobody is found by an empty value: who lacks an attribute has no value at all.
        return bool(wanted) and (value == wanted if sign == "=" else value.startswith(wanted))

    return matches


def _value(user: Mapping[str, Any], name: str) -> str:
    match name:
        case "username":
            return str(user["Username"])
        case "status":
            return "Enabled" if user.get("Enabled", True) else "Disabled"
        case "cognito:user_status":
            return str(user.get("UserStatus", ""))
    for each in user.get("Attributes", ()):
        if each["Name"] == name:
            return str(each.get("Value", ""))
    return ""
