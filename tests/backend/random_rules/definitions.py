"""Random models with random rules, from a seed, written in TypeScript and in Python."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

OWNED = ("owner", "holder", "editors")
RULES = {
    "key": ("allow.publicApiKey()", "allow.public_api_key()"),
    "guest": ("allow.guest()", "allow.guest()"),
    "signed in": ("allow.authenticated()", "allow.authenticated()"),
    "pooled": ("allow.authenticated('identityPool')", 'allow.authenticated("identityPool")'),
    "owner": ("allow.owner()", "allow.owner()"),
    "holder": ("allow.ownerDefinedIn('holder')", 'allow.owner_defined_in("holder")'),
    "editors": ("allow.ownersDefinedIn('editors')", 'allow.owners_defined_in("editors")'),
    "admins": ("allow.group('Admins')", 'allow.group("Admins")'),
    "staff": ("allow.groups(['Admins', 'Editors'])", 'allow.groups(["Admins", "Editors"])'),
    "team": ("allow.groupDefinedIn('team')", 'allow.group_defined_in("team")'),
    "teams": ("allow.groupsDefinedIn('teams')", 'allow.groups_defined_in("teams")'),
    "lambda": ("allow.custom()", "allow.custom()"),
}
TEXTS = ("a", "b", "c", "holder", "team")
LISTS = ("editors", "teams")
_CHANGES = ("create", "update", "delete")
_READS = (("read",), ("read",), ("get",), ("list",), ("listen",), ("get", "list"))


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom it lets in, by a name of RULES, and the operations; none is all of them."""

    kind: str
    operations: tuple[str, ...] = ()

    @property
    def typescript(self) -> str:
        to = ", ".join(f"'{each}'" for each in self.operations)
        return RULES[self.kind][0] + (f".to([{to}])" if to else "")

    @property
    def python(self) -> str:
        to = ", ".join(json.dumps(each) for each in self.operations)
        return RULES[self.kind][1] + (f".to({to})" if to else "")


@dataclass(frozen=True, slots=True)
class Model:
    """A model with the fields of TEXTS and LISTS; ``fields`` are those with rules of their own."""

    name: str
    identifier: tuple[str, ...]
    rules: tuple[Rule, ...]
    fields: dict[str, tuple[Rule, ...]]

    @property
    def has_owner(self) -> bool:
        """Whether the API adds ``owner``."""
        every = (*self.rules, *(rule for rules in self.fields.values() for rule in rules))
        return any(rule.kind == "owner" for rule in every)

    @property
    def typescript(self) -> str:
        keys = "".join(f"      {key}: a.string().required(),\n" for key in self.identifier)
        texts = "".join(self._typescript_field(name, "a.string()") for name in TEXTS)
        lists = "".join(self._typescript_field(name, "a.string().array()") for name in LISTS)
        named = ", ".join(f"'{key}'" for key in self.identifier)
        identifier = f"\n    .identifier([{named}])" if self.identifier else ""
        rules = ", ".join(rule.typescript for rule in self.rules)
        return (
            f"  {self.name}: a\n    .model({{\n{keys}{texts}{lists}    }}){identifier}\n"
            f"    .authorization((allow) => [{rules}]),\n"
        )

    @property
    def python(self) -> str:
        named = ", ".join(json.dumps(key) for key in self.identifier)
        identifier = f", identifier=({named},)" if self.identifier else ""
        rules = ", ".join(rule.python for rule in self.rules)
        lines = [f"class {self.name}(Model, rules=[{rules}]{identifier}):"]
        lines += [f"    {key}: str" for key in self.identifier]
        for name in (*TEXTS, *LISTS):
            own = ", ".join(rule.python for rule in self.fields.get(name, ()))
            kind = "list[str | None] | None" if name in LISTS else "str | None"
            lines.append(f"    {name}: {kind}" + (f" = field(rules=[{own}])" if own else ""))
        return "\n".join(lines) + "\n"

    def _typescript_field(self, name: str, kind: str) -> str:
        own = ", ".join(rule.typescript for rule in self.fields.get(name, ()))
        rules = f".authorization((allow) => [{own}])" if own else ""
        return f"      {name}: {kind}{rules},\n"


def random_models(seed: int, count: int) -> tuple[Model, ...]:
    """The models of a seed."""
    random = Random(seed)
    return tuple(_model(random, f"Thing{_letters(number)}") for number in range(count))


def typescript_of(models: Sequence[Model]) -> str:
    """``data/resource.ts``."""
    return f"""import {{
  type ClientSchema, a, defineData, defineFunction,
}} from '@aws-amplify/backend';

const authorizer = defineFunction({{ name: 'authorizer', entry: '../functions/authorizer.ts' }});

const schema = a.schema({{
{"".join(model.typescript for model in models)}}});

export type Schema = ClientSchema<typeof schema>;
export const data = defineData({{
  schema,
  authorizationModes: {{
    defaultAuthorizationMode: 'userPool',
    apiKeyAuthorizationMode: {{ expiresInDays: 30 }},
    lambdaAuthorizationMode: {{ function: authorizer, timeToLiveInSeconds: 0 }},
  }},
}});
"""


def python_of(models: Sequence[Model]) -> str:
    """``data/resource.py``."""
    classes = "\n\n".join(model.python for model in models)
    names = ", ".join(model.name for model in models)
    return f"""from functions.resource import authorizer

from amplify_tui import LambdaAuthorizer, Model, allow, define_data, field


{classes}

data = define_data(
    models=[{names}],
    default_authorization="user_pool",
    api_key_days=30,
    lambda_authorizer=LambdaAuthorizer(authorizer, ttl_seconds=0),
)
"""


def _model(random: Random, name: str) -> Model:
    identifier = random.choices(((), ("code",), ("zone", "code")), (7, 2, 1))[0]
    if identifier:
        # Amplify wants rules on required fields wherever others have some.
        return Model(name, identifier, _rules(random, random.randint(1, 4)), {})
    guarded = [each for each in (*TEXTS, *LISTS) if random.random() < 0.25]
    fields = {each: _rules(random, random.randint(1, 2), of_field=True) for each in guarded}
    return Model(name, identifier, _rules(random, random.randint(1, 4)), fields)


def _rules(random: Random, count: int, *, of_field: bool = False) -> tuple[Rule, ...]:
    kinds = random.sample(sorted(RULES), count)
    if "admins" in kinds and "staff" in kinds:
        kinds.remove("admins")  # Amplify refuses two rules for one group.
    return tuple(Rule(kind, _operations(random, of_field=of_field)) for kind in kinds)


def _operations(random: Random, *, of_field: bool) -> tuple[str, ...]:
    if random.random() < 0.3:
        return ()
    found = tuple(each for each in _CHANGES if random.random() < 0.5)
    if random.random() < 0.6 or not found:
        found += ("read",) if of_field else random.choice(_READS)
    return found


def _letters(number: int) -> str:
    first, second = divmod(number, 26)
    return f"{chr(65 + first)}{chr(97 + second)}"
