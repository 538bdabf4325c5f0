"""The names of operations and types that Amplify makes for a model."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.backend.definitions.schema import Index, Model, Relation

_UNCOUNTABLE = re.compile(
    r"(?:(?:adult|advice|agenda|aid|aircraft|alcohol|ammo|analytics|anime|athletics|audio|bison|"
    r"blood|bream|buffalo|butter|cash|chassis|chess|clothing|cod|commerce|cooperation|corps|debris|"
    r"diabetes|digestion|elk|energy|equipment|excretion|expertise|firmware|flounder|fun|gallows|"
    r"garbage|graffiti|hardware|headquarters|health|herpes|highjinks|homework|housework|"
    r"information|jeans|justice|kudos|labour|literature|machinery|mackerel|mail|media|mews|moose|"
    r"music|mud|manga|news|only|personnel|pike|plankton|pliers|police|pollution|premises|rain|"
    r"research|rice|salmon|scissors|series|sewage|shambles|shrimp|software|staff|swine|tennis|"
    r"traffic|transportation|trout|tuna|wealth|welfare|whiting|wildebeest|wildlife|you)|"
    r".*(?:pok[eé]mon|[^aeiou]ese|deer|fish|measles|o[iu]s|pox|sheep))",
    re.IGNORECASE,
)
_IRREGULAR = {
    **{"i": "we", "me": "us", "he": "they", "she": "they", "them": "them", "myself": "ourselves"},
    **{"is": "are", "was": "were", "has": "have", "this": "these", "that": "those", "my": "our"},
    **{"echo": "echoes", "dingo": "dingoes", "volcano": "volcanoes", "tornado": "tornadoes"},
    **{"torpedo": "torpedoes", "genus": "genera", "viscus": "viscera", "stigma": "stigmata"},
    **{"stoma": "stomata", "dogma": "dogmata", "lemma": "lemmata", "schema": "schemata"},
    **{"anathema": "anathemata", "ox": "oxen", "axe": "axes", "die": "dice", "yes": "yeses"},
    **{"foot": "feet", "eave": "eaves", "goose": "geese", "tooth": "teeth", "quiz": "quizzes"},
    **{"human": "humans", "proof": "proofs", "carve": "carves", "valve": "valves"},
    **{"looey": "looies", "thief": "thieves", "groove": "grooves", "pickaxe": "pickaxes"},
    "passerby": "passersby",
}
_RULES: tuple[tuple[str, str], ...] = (
    (r"m[ae]n$", "men"),
    (r"eaux$", "eaux"),
    (r"(child)(?:ren)?$", r"\1ren"),
    (r"(pe)(?:rson|ople)$", r"\1ople"),
    (r"\b((?:tit)?m|l)(?:ice|ouse)$", r"\1ice"),
    (r"(matr|cod|mur|sil|vert|ind|append)(?:ix|ex)$", r"\1ices"),
    (r"(x|ch|ss|sh|zz)$", r"\1es"),
    (r"([^ch][ieo][ln])ey$", r"\1ies"),
    (r"([^aeiouy]|qu)y$", r"\1ies"),
    (r"(?:(kni|wi|li)fe|(ar|l|ea|eo|oa|hoo)f)$", r"\1\2ves"),
    (r"sis$", "ses"),
    (
        r"(apheli|hyperbat|periheli|asyndet|noumen|phenomen|criteri|organ|prolegomen|hedr|automat)"
        r"(?:a|on)$",
        r"\1a",
    ),
    (r"(agend|addend|millenni|dat|extrem|bacteri|desiderat|strat|candelabr|errat|ov|symposi|"
     r"curricul|quor)(?:a|um)$", r"\1a"),
    (r"(her|at|gr)o$", r"\1oes"),
    (r"(seraph|cherub)(?:im)?$", r"\1im"),
    (r"(alumn|alg|vertebr)(?:a|ae)$", r"\1ae"),
    (r"(alumn|syllab|vir|radi|nucle|fung|cact|stimul|termin|bacill|foc|uter|loc|strat)(?:us|i)$",
     r"\1i"),
    (r"(e[mn]u)s?$", r"\1s"),
    (r"([^l]ias|[aeiou]las|[ejzr]as|[iu]am)$", r"\1"),
    (r"(alias|[^aou]us|t[lm]as|gas|ris)$", r"\1es"),
    (r"(ax|test)is$", r"\1es"),
    (r"([^aeiou]ese)$", r"\1"),
    (r"s$", "s"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), to) for pattern, to in _RULES)


@lru_cache(2048)
def plural(word: str) -> str:
    """The plural that the npm package ``pluralize`` gives, which Amplify's operations have."""
    if _UNCOUNTABLE.fullmatch(word):
        return word
    lower = word.lower()
    if lower in _IRREGULAR.values():
        return word
    if lower in _IRREGULAR:
        return _cased(word, _IRREGULAR[lower])
    for pattern, to in _COMPILED:
        found = pattern.search(word)
        if found:
            return word[: found.start()] + _cased(found[0], found.expand(to)) + word[found.end() :]
    return word + _cased(word[-1:], "s")


def _cased(model: str, word: str) -> str:
    """A word in capitals, with one, or in small letters, as its model is."""
    if model == model.lower():
        return word.lower()
    if model == model.upper():
        return word.upper()
    return word[:1].upper() + word[1:].lower()


def capital(name: str) -> str:
    """With a capital first letter."""
    return name[:1].upper() + name[1:]


def small(name: str) -> str:
    """With a small first letter."""
    return name[:1].lower() + name[1:]


def list_field(model: str) -> str:
    """``listTodos``."""
    found = plural(model)
    return f"list{capital(found)}"


def index_name(model: Model, index: Index) -> str:
    """The name of a secondary index: ``productsByKindAndPrice``."""
    keys = "And".join(capital(key) for key in (index.partition, *index.sort_keys))
    return index.name or f"{small(plural(model.name))}By{keys}"


def index_field(model: Model, index: Index) -> str:
    """The query of a secondary index: ``listProductByKindAndPrice``."""
    keys = "And".join(capital(key) for key in (index.partition, *index.sort_keys))
    return index.query_field or f"list{model.name}By{keys}"


def heard_of(model: Model) -> tuple[str, ...]:
    """The mutations of a model that its subscriptions follow: some of create, update, delete."""
    off = set(model.disabled)
    verbs = () if "subscriptions" in off else ("create", "update", "delete")
    return tuple(verb for verb in verbs if not off & {verb, f"on{capital(verb)}"})


def relation_index(model: str, relation: Relation) -> str:
    """The index of the related model's table by which a relation finds its items."""
    return f"gsi-{model}.{relation.name}"


def composite(names: tuple[str, ...]) -> str:
    """One argument for several sort keys: ``kindStock``."""
    first, *others = names
    return small(first) + "".join(capital(name) for name in others)


def composite_attribute(names: tuple[str, ...]) -> str:
    """One attribute for several sort keys: ``kind#stock``."""
    return "#".join(names)
