"""Seeds test users: the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from workbench.users.pool_schema import Schema, SchemaAttribute
from workbench.users.user_files import FileUser

_GIVEN = (
    *("Ada", "Alan", "Amara", "Ben", "Chidi", "Chiara", "Dmitri", "Elif", "Emma", "Farah", "Grace"),
    *("Hana", "Igor", "Ines", "Jonas", "Kenji", "Lars", "Lin", "Mara", "Mateo", "Nadia", "Noah"),
    *("Olga", "Priya", "Quinn", "Rosa", "Sami", "Tove", "Umar", "Vera", "Wei", "Yara", "Zoe"),
)
_FAMILY = (
    *("Adeyemi", "Almeida", "Berg", "Castro", "Chen", "Dubois", "Eriksson", "Fischer", "Garcia"),
    *("Haddad", "Ito", "Jensen", "Kaya", "Kowalski", "Lopez", "Meyer", "Nguyen", "Okafor", "Patel"),
    *("Rossi", "Sato", "Silva", "Smith", "Tanaka", "Usman", "Virtanen", "Weber", "Yilmaz", "Zhang"),
)
_OLDEST, _DAYS = date(1950, 1, 1), 20_000
_NEVER = ("sub", "identities", "email_verified", "phone_number_verified")


def seed_users(
    schema: Schema,
    count: int,
    seed: int,
    *,
    locale: str = "en-US",
    groups: Mapping[str, float],
    password: str = "",
) -> Iterator[FileUser]:
    """``count`` users with a name, an address under example.com, and all that the pool requires.

    ``password`` is everybody's; ``{n}`` in it stands for the user's number.

    ``groups`` are shares from 0 to 1: each user is in a group with that probability. Phone numbers
    are of the range kept for fiction, as nobody must ever be called.
    """
    required = [each for each in schema if each.is_required and each.name not in _NEVER]
    has_name = {each.name for each in schema}
    for number in range(1, count + 1):
        # A source for each user and one for groups: more users or other groups change nobody.
        source = random.Random(f"{seed}:{number}")
        of_groups = random.Random(f"groups:{seed}:{number}")
        given, family = source.choice(_GIVEN), source.choice(_FAMILY)
        email = f"{given}.{family}.{number}@example.com".lower()
        attributes = {"email": email, "email_verified": "true"}
        known = {
            "given_name": given,
            "family_name": family,
            "name": f"{given} {family}",
            "locale": locale,
        }
        attributes |= {name: value for name, value in known.items() if name in has_name}
        for attribute in required:
            if attribute.name not in attributes:
                attributes[attribute.name] = _value(attribute, number, source)
        member = tuple(name for name, share in groups.items() if of_groups.random() < share)
        own = password.replace("{n}", str(number))
        yield FileUser(email, attributes, member, f"user {number}", password=own)


def _value(attribute: SchemaAttribute, number: int, source: random.Random) -> str:
    if attribute.name == "phone_number":
        return f"+1{200 + number // 100 % 800}55501{number % 100:02}"
    if attribute.name == "birthdate":
        return (_OLDEST + timedelta(days=source.randrange(_DAYS))).isoformat()
    if attribute.kind == "Boolean":
        return source.choice(("true", "false"))
    if attribute.kind == "Number":
        least = attribute.minimum or 0
        most = attribute.maximum if attribute.maximum is not None else least + 100
        return str(source.randint(least, most))
    words = f"{attribute.name.rpartition(':')[2]} {number}"
    return words.ljust(attribute.minimum or 0, "x")[: attribute.maximum]
