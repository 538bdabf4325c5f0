"""The names of a model's operations are Amplify's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from workbench.backend.definitions.schema import Index, Model
from workbench.backend.graphql.names import composite, index_field, index_name, list_field, plural
from workbench.project.node_runtime import NodeRuntime

WORDS = (
    *("Todo", "Category", "Staff", "ReadOnly", "Mixed", "Box", "Class", "Wish", "Match", "Quiz"),
    *("Person", "Child", "Man", "Woman", "Mouse", "Goose", "Foot", "Fish", "Sheep", "Series"),
    *("Analysis", "Crisis", "Index", "Matrix", "Vertex", "Datum", "Criterion", "Phenomenon"),
    *("Leaf", "Knife", "Wolf", "Roof", "Belief", "Chief", "Key", "Toy", "Money", "Survey"),
    *("Hero", "Potato", "Photo", "Piano", "Status", "Virus", "Bus", "Gas", "Alias", "Atlas"),
    *("News", "Media", "Data", "Equipment", "Information", "Post", "Comment", "OrderItem"),
    *("UserProfile", "PostTag", "BlogPost", "Address", "Access", "Tax", "Axis", "Lens", "Canvas"),
    *("Cactus", "Focus", "Octopus", "Campus", "Menu", "Tableau", "Movie", "Shoe", "House", "Day"),
    *("Company", "Country", "Activity", "API", "URL", "Schema", "Curriculum", "Stimulus", "Owned"),
)


@pytest.mark.npm
def test_plurals_are_those_of_the_npm_package(npm_modules: Path, node_runtime: NodeRuntime) -> None:
    script = (
        "const plural = require('pluralize');"
        "console.log(JSON.stringify(JSON.parse(process.argv[1]).map(word => plural(word))));"
    )
    done = subprocess.run(
        [str(node_runtime.executable), "-e", script, json.dumps(WORDS)],
        cwd=npm_modules,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    theirs = dict(zip(WORDS, json.loads(done.stdout), strict=True))
    assert {word: plural(word) for word in WORDS} == theirs


def test_indexes_have_amplifys_default_names() -> None:
    model = Model("Product", ())
    index = Index("maker", ("kind", "stock"))
    assert index_name(model, index) == "productsByMakerAndKindAndStock"
    assert index_field(model, index) == "listProductByMakerAndKindAndStock"
    assert composite(("kind", "stock")) == "kindStock"
    assert list_field("Category") == "listCategories"
