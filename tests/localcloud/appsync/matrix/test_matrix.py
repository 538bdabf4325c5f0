"""Every strategy of authorization, every caller, every operation: as Amplify documents it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.localcloud.appsync.matrix.callers import Answer, Callers
from tests.localcloud.appsync.matrix.expectations import IDENTITIES, MODELS, OPERATIONS
from tests.localcloud.appsync.realtime.socket_client import Refused

pytestmark = pytest.mark.npm

DELIVERY_SECONDS = 10
PLURALS = {"Staff": "Staff", "ReadOnly": "ReadOnlies"}


def _input(callers: Callers, name: str) -> dict[str, Any]:
    """What a model's item is made of."""

    def value(found: Any) -> Any:
        if isinstance(found, list):
            return [value(one) for one in found]
        return callers.owner(found[1:]) if str(found).startswith("@") else found

    return {"text": "made", **{key: value(one) for key, one in MODELS[name].item.items()}}


def _create(callers: Callers, who: str, name: str, item: dict[str, Any]) -> Answer:
    fields = " ".join(["id", *item])
    if name in ("Owned", "Mixed", "Writable"):
        fields += " owner"
    if name == "Authored":
        fields += " author"
    query = f"mutation($input: Create{name}Input!) {{ create{name}(input: $input) {{ {fields} }} }}"
    return callers.run(who, query, input=item)


def _seeded(callers: Callers, name: str) -> str:
    """The id of a new item of the model's seeder."""
    made = _create(callers, MODELS[name].seeder, name, _input(callers, name))
    assert not made.errors, made.errors
    return str(made.data[f"create{name}"]["id"])


def _sign(answer: Answer, seen: bool) -> str:
    """A cell's sign; any error but a refusal shows itself in full."""
    if answer.refused:
        assert not seen, answer
        return "-"
    assert not answer.errors, answer.errors
    return "+" if seen else "0"


def _tried(callers: Callers, who: str, name: str, operation: str, item_id: str) -> str:
    if operation == "create":
        answer = _create(callers, who, name, _input(callers, name))
        return _sign(answer, bool(answer.data.get(f"create{name}")))
    if operation == "get":
        query = f"query($id: ID!) {{ get{name}(id: $id) {{ id text }} }}"
        answer = callers.run(who, query, id=item_id)
        return _sign(answer, bool(answer.data.get(f"get{name}")))
    if operation == "list":
        plural = PLURALS.get(name, f"{name}s")
        query = f"query {{ list{plural}(limit: 1000) {{ items {{ id text }} }} }}"
        answer = callers.run(who, query)
        items = (answer.data.get(f"list{plural}") or {}).get("items") or []
        return _sign(answer, item_id in {item["id"] for item in items})
    changes = {"id": item_id, **({"text": "changed"} if operation == "update" else {})}
    kind = f"{operation.title()}{name}Input!"
    query = f"mutation($input: {kind}) {{ {operation}{name}(input: $input) {{ id text }} }}"
    answer = callers.run(who, query, input=changes)
    return _sign(answer, bool(answer.data.get(f"{operation}{name}")))


@pytest.mark.parametrize("who", IDENTITIES)
@pytest.mark.parametrize("name", MODELS)
def test_each_caller_may_do_what_the_rules_say(callers: Callers, name: str, who: str) -> None:
    item_id = _seeded(callers, name)
    tried = [operation for operation in OPERATIONS if operation != "subscribe"]
    seen = {operation: _tried(callers, who, name, operation, item_id) for operation in tried}
    assert seen == {operation: MODELS[name].expected(who, operation) for operation in tried}
    query = f"query($id: ID!) {{ get{name}(id: $id) {{ text }} }}"
    left = callers.value("admin", query, id=item_id)
    # What was refused has not happened; what was allowed has.
    if seen["delete"] == "+":
        assert left is None
    else:
        assert left == {"text": "changed" if seen["update"] == "+" else "made"}


CHANGES: dict[str, dict[str, Any]] = {
    "name": {"name": "new"},
    "no name": {"name": None},
    "about": {"about": "new"},
    "no about": {"about": None},
    "nothing": {},
    "all": {"about": None, "name": None},
}
"""What an update changes, by the words for it."""

_ABOUT = "Unauthorized on [about]"
_NAME = "Unauthorized on [name]"
_BOTH = "Unauthorized on [name, about]"
_NOT_GRANTED = "Permission denied"
"""The guests' role has no grant to update: IAM refuses before any resolver does."""

_READ_AND_UPDATE = {"no name": _NAME, "about": _ABOUT, "no about": _ABOUT, "all": _BOTH}
REFUSALS = {
    "admin": {},
    "user:ann": {"no about": _ABOUT, "all": _ABOUT},
    "user:bob": _READ_AND_UPDATE,
    # The group Editors may delete, every user may update: together, they may take the name away.
    "user:dan": {"about": _ABOUT, "no about": _ABOUT, "all": _ABOUT},
    "key": _READ_AND_UPDATE,
    "iam:": dict.fromkeys(CHANGES, _NOT_GRANTED),
}


@pytest.mark.parametrize("who", REFUSALS)
def test_taking_a_field_away_needs_delete_on_it(callers: Callers, who: str) -> None:
    """A null in an update clears a field, which who may only update may not."""
    made = "mutation($i: CreateProfileInput!) { createProfile(input: $i) { id } }"
    change = "mutation($i: UpdateProfileInput!) { updateProfile(input: $i) { id } }"
    look = "query($id: ID!) { getProfile(id: $id) { name about } }"
    seen = {}
    for words, changed in CHANGES.items():
        before = {"name": "old", "about": "old"}
        row = callers.value("user:ann", made, i=before)["id"]
        answer = callers.run(who, change, i={"id": row, **changed})
        if answer.errors:
            seen[words] = answer.errors[0]["message"]
        after = before if answer.errors else {**before, **changed}
        assert callers.value("admin", look, id=row) == after
    assert seen == REFUSALS[who]


async def _listened(
    callers: Callers, who: str, name: str, ready: asyncio.Event, made: asyncio.Future[str]
) -> str:
    """What a subscriber saw of the item that its seeder made after all had subscribed."""
    query = f"subscription {{ onCreate{name} {{ id text }} }}"
    try:
        async with callers.socket(who) as socket:
            await socket.say({"type": "connection_init"})
            said = await socket.hear()
            if said["type"] == "connection_error":
                assert "UnauthorizedException" in str(said), said
                return "-"
            assert said["type"] == "connection_ack", said
            await socket.say(callers.start(who, "one", query))
            said = await socket.hear()
            if said["type"] == "error":
                types = {error["errorType"] for error in said["payload"]["errors"]}
                assert types <= {"Unauthorized", "UnauthorizedException"}, said
                return "-"
            assert said["type"] == "start_ack", said
            ready.set()
            item_id = await made
            # "0" is silence until the item that all but the refused may see has come.
            wait = DELIVERY_SECONDS if MODELS[name].expected(who, "subscribe") == "+" else 0.3
            try:
                async with asyncio.timeout(wait):
                    said = await socket.hear()
            except TimeoutError:
                return "0"
            assert said["payload"]["data"] == {f"onCreate{name}": {"id": item_id, "text": "made"}}
            return "+"
    except (Refused, EOFError):
        return "-"
    finally:
        ready.set()


@pytest.mark.parametrize("name", MODELS)
async def test_each_caller_hears_what_the_rules_say(callers: Callers, name: str) -> None:
    made: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    listening = []
    for who in IDENTITIES:
        ready = asyncio.Event()
        listening.append(asyncio.create_task(_listened(callers, who, name, ready, made)))
        await ready.wait()
    made.set_result(await asyncio.to_thread(_seeded, callers, name))
    seen = dict(zip(IDENTITIES, await asyncio.gather(*listening), strict=True))
    assert seen == {who: MODELS[name].expected(who, "subscribe") for who in IDENTITIES}


@pytest.mark.parametrize(
    ("who", "field", "status", "said"),
    [
        ("iam:", "listGuests", 200, None),
        ("iam:", "listPooleds", 401, _NOT_GRANTED),
        ("iam:", "listMembers", 401, _NOT_GRANTED),
        ("iam:ann", "listPooleds", 200, None),
        # Amplify grants guests' fields to everybody, and the resolver refuses.
        ("iam:ann", "listGuests", 200, "Not Authorized to access listGuests on type Query"),
        # It grants the roles of groups nothing of an API.
        ("iam:cara", "listPooleds", 401, _NOT_GRANTED),
    ],
)
def test_iam_refuses_before_resolvers_do(
    callers: Callers, who: str, field: str, status: int, said: str | None
) -> None:
    answer = callers.run(who, f"{{ {field} {{ items {{ id }} }} }}")
    messages = [error["message"] for error in answer.errors]
    assert (answer.status, messages) == (status, [said] if said else [])
