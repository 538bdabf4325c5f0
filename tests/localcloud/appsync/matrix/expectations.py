"""Who may do what with each model, written by hand from Amplify's documentation.

A row has one sign for each of create, get, list, update, delete, subscribe (onCreate): ``+`` is
allowed, ``-`` refused as unauthorized, ``0`` answered without the item. All operations but create
are tried on an item that ``seeder`` made.

Source: docs.amplify.aws, "Customize your auth rules" and its pages of the single strategies. An
owner's or dynamic group's get of another's item is refused rather than empty, a list leaves it
out. A user without any group has nothing that a dynamic group could match. "read" stands for get,
list, sync, listen and search. IAM callers outside of Cognito may do everything in Gen 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OPERATIONS = ("create", "get", "list", "update", "delete", "subscribe")
ALL, NONE = "++++++", "------"
OTHERS = "+-0--0"
"""A user who may make own items and sees nothing of another's."""
FOREIGN = "--0--0"
"""A user whom the item, made the same by everybody, does not name."""

IDENTITIES = (
    "key",
    "user:ann",
    "user:bob",
    "user:cara",
    "user:dan",
    "iam:",
    "iam:ann",
    "lambda:open",
    "lambda:closed",
    "admin",
    "nobody",
)


@dataclass(frozen=True, slots=True)
class Model:
    """A model's rows; who has none may do nothing. ``@NAME`` in ``item`` is that user's owner."""

    seeder: str
    rows: dict[str, str]
    item: dict[str, Any] = field(default_factory=dict)

    def expected(self, who: str, operation: str) -> str:
        """The sign for one cell."""
        row = ALL if who == "admin" else self.rows.get(who, NONE)
        return row[OPERATIONS.index(operation)]


_EVERY_USER = dict.fromkeys(("user:ann", "user:bob", "user:cara", "user:dan"), ALL)
_ANNS = {"user:ann": ALL, "user:bob": OTHERS, "user:cara": OTHERS, "user:dan": OTHERS}

MODELS = {
    "Keyed": Model("key", {"key": ALL}),
    "Guest": Model("iam:", {"iam:": ALL}),
    "Member": Model("user:ann", _EVERY_USER),
    "Pooled": Model("iam:ann", {"iam:ann": ALL}),
    "Owned": Model("user:ann", _ANNS),
    "Authored": Model("user:ann", _ANNS),
    "Shared": Model(
        "user:ann",
        {"user:ann": ALL, "user:bob": ALL, "user:cara": FOREIGN, "user:dan": FOREIGN},
        {"editors": ["@ann", "@bob"]},
    ),
    "Staff": Model("user:cara", {"user:cara": ALL}),
    "Grouped": Model("user:dan", {"user:dan": ALL, "user:cara": FOREIGN}, {"team": "Editors"}),
    "Regrouped": Model(
        "user:dan", {"user:dan": ALL, "user:cara": FOREIGN}, {"teams": ["Editors", "Others"]}
    ),
    "Custom": Model("lambda:open", {"lambda:open": ALL}),
    "Mixed": Model(
        "user:ann",
        {
            "user:ann": ALL,
            "user:bob": "+++--+",
            "user:cara": ALL,
            "user:dan": "+++--+",
            "key": "-++---",
            "iam:": "-+----",
        },
    ),
    "ReadOnly": Model("user:cara", {"user:cara": ALL, "key": "-++--+"}),
    "Writable": Model(
        "user:ann",
        {"user:ann": "+++--+", "user:bob": OTHERS, "user:cara": OTHERS, "user:dan": OTHERS},
    ),
}
