"""Users as rows of a table: its columns, their widths, their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len

from screens.widgets.columns import column as in_column
from screens.widgets.text_styles import FAIL, MUTED, OK, STRONG, TEXT, WARN, Span, Spans
from workbench.terminal_text import safe_line
from workbench.users.user_pools import User, UserDetails
from workbench.users.user_security import UserSecurity, linked_identities
from workbench.wording import plural

STANDARD: Final = ("user", "status", "created")
KNOWN: Final = ("user", "status", "created", "modified", "username", "groups", "MFA")
"""What every user has; all other columns are attributes."""

ASKED: Final = ("groups", "MFA")
"""Columns that only a request for each user can fill: they are asked for as they are looked at."""

_STATUS: Final = {
    "CONFIRMED": ("confirmed", OK),
    "UNCONFIRMED": ("unconfirmed", WARN),
    "FORCE_CHANGE_PASSWORD": ("invited", WARN),
    "RESET_REQUIRED": ("must reset", WARN),
    "EXTERNAL_PROVIDER": ("external", OK),
    "ARCHIVED": ("archived", MUTED),
    "COMPROMISED": ("compromised", FAIL),
}
_REMEMBERED: Final = {True: "remembered", False: "not remembered", None: ""}
_VERIFIABLE: Final = ("email", "phone_number")
_MARKS, _BETWEEN = 4, 2
"""Cells before the first column, and between two."""

_LEAST, _NARROWEST, _MOST = 6, 12, 60
"""Cells of a column: of an empty one, of one that is cut, of the widest."""

_MEASURED = 500
"""Loaded users that a column's width is measured by."""


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and which way."""

    column: str = ""
    descending: bool = False


def column_widths(
    columns: Sequence[str],
    users: Sequence[User],
    details: Mapping[str, UserDetails],
    room: int,
) -> Mapping[str, int]:
    """As wide as what they hold, the widest cut first where that is more than ``room`` cells."""
    widths = {name: max(_LEAST, cell_len(name) + 1) for name in columns}
    for user in users[:_MEASURED]:
        for name in columns:
            found = details.get(user.username)
            words = _asked(found, name)[0] if name in ASKED else _shown(user, name)[0]
            widths[name] = max(widths[name], min(_MOST, cell_len(safe_line(words))))
    left = sum(widths.values()) + _BETWEEN * len(widths) + _MARKS - room
    while left > 0:
        widest = max(widths, key=lambda name: widths[name])
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
        left -= 1
    return widths


def header(columns: Sequence[str], order: Order, widths: Mapping[str, int]) -> Spans:
    """The names of the columns, the sorted one with an arrow."""
    spans: list[Span] = [("    ", TEXT)]
    for name in columns:
        arrow = ("▾" if order.descending else "▴") if name == order.column else ""
        spans.append((_cell(f"{name}{arrow}", widths[name]), MUTED))
    return tuple(spans)


def row(
    user: User,
    columns: Sequence[str],
    details: UserDetails | None,
    widths: Mapping[str, int],
    *,
    marked: bool,
) -> Spans:
    """One user; marks and states have a sign of their own, not colour alone."""
    spans: list[Span] = [("● " if marked else "  ", STRONG)]
    spans.append(("✓ ", OK) if user.enabled else ("✗ ", FAIL))
    for name in columns:
        words, tone = _asked(details, name) if name in ASKED else _shown(user, name)
        spans.append((_cell(words, widths[name]), tone if user.enabled else MUTED))
    return tuple(spans)


def _asked(details: UserDetails | None, column: str) -> Span:
    if details is None:
        return "…", MUTED
    if column == "groups" and details.no_groups:
        return "?", WARN
    words = details.groups if column == "groups" else details.mfa
    return ", ".join(words) or "–", TEXT if words else MUTED


def in_order(users: Sequence[User], order: Order) -> list[User]:
    """Sorted by a column; as Cognito gave them without one."""
    if not order.column:
        return list(users)
    return sorted(users, key=lambda user: _sortable(user, order.column), reverse=order.descending)


def status_words(user: User) -> str:
    """The status as the table says it; a disabled user is that first."""
    words = _STATUS.get(user.status, (user.status.lower(), TEXT))[0]
    return words if user.enabled else f"{words}, disabled"


def security_rows(user: User, security: UserSecurity) -> list[tuple[str, Spans]]:
    """Waiting addresses, role, identities, passkeys, devices and sign-ins, under headings."""
    found: list[tuple[str, Spans]] = []

    def heading(words: str) -> None:
        found.extend([("", ()), ("", ((words, MUTED),))])

    if security.waiting:
        heading("wait for their code")
        for name, value in security.waiting.items():
            found.append((value, ((f"  {name}  ", MUTED), (value, WARN))))
    if security.role is not None:
        heading("AWS role")
        found.append((security.role.arn, ((f"  {security.role.text}", TEXT),)))
    if linked := linked_identities(user.attributes):
        heading("linked identities")
        found.extend((each, ((f"  {each}", TEXT),)) for each in linked)
    if security.passkeys:
        heading(plural(len(security.passkeys), "passkey"))
        for each in security.passkeys:
            told = f" for {each.site}  {_time(each.created)}"
            found.append((each.id, ((f"  {each.name}", TEXT), (told, MUTED))))
    if security.devices:
        heading("devices")
        for device in security.devices:
            status = _REMEMBERED[device.remembered]
            found.append(
                (
                    device.key,
                    (
                        (f"  {device.label}", TEXT),
                        (f"  {status}" if status else "", OK if device.remembered else WARN),
                        (f"  {_time(device.last_used)}", MUTED),
                    ),
                )
            )
    if security.events:
        heading("sign-ins")
        for event in security.events:
            words = f"  {_time(event.at)}  {event.kind} "
            tone = OK if event.result == "Pass" else FAIL
            more = "  ".join(
                part for part in (event.place, event.risk and f"risk {event.risk}") if part
            )
            found.append((words, ((words, TEXT), (event.result, tone), (f"  {more}", MUTED))))
    return found


def denied_rows(sentences: Sequence[str]) -> list[tuple[str, Spans]]:
    """What the credentials may not read."""
    rows: list[tuple[str, Spans]] = [(each, (("! ", WARN), (each, MUTED))) for each in sentences]
    return [("", ()), *rows] if rows else []


def detail_rows(details: UserDetails) -> list[tuple[str, Spans]]:
    """What is known of one user: the value to copy, and the row."""
    user = details.user
    facts = [
        ("username", user.username),
        ("status", status_words(user)),
        ("created", _time(user.created)),
        ("modified", _time(user.modified)),
        ("groups", "not known" if details.no_groups else ", ".join(details.groups) or "none"),
        ("MFA", ", ".join(details.mfa) or "none"),
    ]
    if details.preferred_mfa:
        facts.append(("preferred MFA", details.preferred_mfa))
    width = max(
        cell_len(safe_line(name)) for name in (*(each for each, _ in facts), *user.attributes)
    )
    found: list[tuple[str, Spans]] = [
        (value, ((f"{name:>{width}}  ", MUTED), (value, TEXT))) for name, value in facts
    ]
    found.append(("", ()))
    for name, value in sorted(user.attributes.items()):
        if name.endswith("_verified") or name == "identities":
            continue
        verified = user.attributes.get(f"{name}_verified")
        mark: Spans = ()
        if verified is not None or name in _VERIFIABLE:
            mark = (("  ✓ verified", OK),) if verified == "true" else (("  ✗ not verified", WARN),)
        found.append((value, ((f"{name:>{width}}  ", MUTED), (value, TEXT), *mark)))
    return found


def _shown(user: User, column: str) -> Span:
    if column == "user":
        return user.label, STRONG
    if column == "status":
        return (
            _STATUS.get(user.status, (user.status.lower(), TEXT))
            if user.enabled
            else (
                "disabled",
                FAIL,
            )
        )
    if column in ("created", "modified"):
        at = user.created if column == "created" else user.modified
        return (at.astimezone().strftime("%Y-%m-%d") if at else ""), MUTED
    if column == "username":
        return user.username, MUTED
    return user.attributes.get(column, ""), TEXT


def _sortable(user: User, column: str) -> tuple[int, str]:
    if column in ("created", "modified"):
        at = user.created if column == "created" else user.modified
        return (0, f"{at.timestamp():020.6f}") if at else (1, "")
    words = _shown(user, column)[0].casefold()
    return (0, words) if words else (1, "")


def _cell(words: str, width: int) -> str:
    return in_column(words, width) + " " * _BETWEEN


def _time(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""
