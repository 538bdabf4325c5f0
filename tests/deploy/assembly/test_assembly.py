from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.deploy.hand_made import STACK, Writer
from workbench.deploy.assembly.assembly import AssemblyProblem, read_assembly
from workbench.deploy.assembly.construct_paths import readable

if TYPE_CHECKING:
    from workbench.deploy.assembly.assembly import Assembly


def test_nested_stacks_assets_and_construct_paths_are_read(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "out")
    key = writer.asset("$util.toJson({})")
    inner = {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}}}
    middle = {"Resources": {"todo": {"Nested": inner}}}
    assembly = writer.write({"Resources": {"data": {"Nested": middle}}})
    assert [stack.path for stack in assembly.root.walk()] == [(), ("data",), ("data", "todo")]
    assert assembly.construct_paths["data", "todo"]["Table"] == "data/todo/Table"
    assert assembly.construct_paths[()]["data"] == "data"
    assert assembly.by_object_key[key].path.read_text() == "$util.toJson({})"
    assert [a.is_template for a in assembly.assets.values()] == [False, True, True, True]
    assert assembly.tags == {"created-by": "amplify"}


def test_an_unchanged_template_is_parsed_once(tmp_path: Path) -> None:
    template = {"Resources": {"data": {"Nested": {"Resources": {"T": {"Type": "A::B::C"}}}}}}
    first = Writer(tmp_path / "1").write(template)
    second = Writer(tmp_path / "2").write(template)
    assert first.root.nested["data"].template is second.root.nested["data"].template


@pytest.mark.parametrize("broken", ["missing", "half", "other"])
def test_an_unusable_assembly_is_told(tmp_path: Path, broken: str) -> None:
    folder = tmp_path / "out"
    if broken != "missing":
        Writer(folder).write({"Resources": {}})
    if broken == "half":
        file = folder / "manifest.json"
        file.write_text(file.read_text()[:40])
    with pytest.raises(AssemblyProblem) as problem:
        read_assembly(folder, "another" if broken == "other" else STACK)
    if broken == "other":
        assert STACK in str(problem.value)


def test_construct_paths_lose_what_cdk_adds() -> None:
    assert readable("a/X.NestedStack/X.NestedStackResource") == "a/X"
    assert readable("a/Table/Default/Default") == "a/Table"
    assert readable("a/F/F.AppSyncFunction") == "a/F"
    assert readable("a/Deployment/CustomResource-1536MiB/Default") == "a/Deployment"


@pytest.mark.npm
def test_every_resource_of_the_quickstart_has_a_construct_path(quickstart: Assembly) -> None:
    assembly: Assembly = quickstart
    stacks = list(assembly.root.walk())
    assert len(stacks) == 5
    for stack in stacks:
        assert set(stack.template.resources) <= set(assembly.construct_paths[stack.path])
