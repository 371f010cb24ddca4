"""A catalogue file gives exactly what it says, and a fault in it is named with its place."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.datasets.catalogue import written as written_module
from bench.datasets.catalogue.record import CATALOGUE_FILE
from bench.datasets.catalogue.source import load_catalogue
from bench.datasets.catalogue.written import file_catalogue
from bench.errors import InputError


def written(folder: Path, content: object) -> Path:
    path = folder / "catalogue.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def fault(folder: Path, content: object) -> str:
    with pytest.raises(InputError) as caught:
        file_catalogue(written(folder, content), "aws")
    message = str(caught.value)
    assert message.startswith(f"catalogue file '{folder}/catalogue.json': ")
    assert message.isprintable()
    return message.partition(".json': ")[2]


def test_a_catalogue_is_read_as_written_in_order(tmp_path: Path) -> None:
    content = {
        "cis": {
            "framework": "CIS",
            "version": "3.0",
            "name": "ignored",
            "requirements": {
                "2.1": {"description": 'é, "x"\n', "checks": ["b", "a", "b"]},
                "1, 1": {"description": "", "checks": {"c": None, "a": {"any": "thing"}}},
                "": {"checks": []},
            },
        },
        "a": {"framework": "A", "version": None, "requirements": {"1": {"description": None, "checks": []}}},
        "b": {"framework": "", "requirements": {}},
    }
    loaded = file_catalogue(written(tmp_path, content), "gcp")
    assert (loaded.provider, loaded.source) == ("gcp", "catalogue.json")
    expected = {
        "cis": {
            "framework": "CIS",
            "version": "3.0",
            "requirements": {
                "2.1": {"description": 'é, "x"\n', "checks": {"b": None, "a": None}},
                "1, 1": {"description": "", "checks": {"c": None, "a": None}},
                "": {"checks": {}},
            },
        },
        "a": {"framework": "A", "requirements": {"1": {"checks": {}}}},
        "b": {"framework": "", "requirements": {}},
    }
    assert loaded.frameworks == expected
    assert list(loaded.frameworks) == ["cis", "a", "b"]
    assert list(loaded.frameworks["cis"]["requirements"]) == ["2.1", "1, 1", ""]
    assert loaded.check_ids == ("b", "a", "c")


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_a_provider_without_frameworks_has_an_empty_catalogue(tmp_path: Path, start: bytes) -> None:
    """With or without the mark that some editors put at the start."""
    assert file_catalogue(written(tmp_path, start + b"{}"), "okta").frameworks == {}


def framework(**changes: Any) -> dict[str, Any]:
    members = {"framework": "F", "requirements": {"1.1": {"checks": ["a"]}}} | changes
    return {"cis": {key: value for key, value in members.items() if value is not ...}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([], "$: expected an object, found a list"),
        ({"cis": "text"}, "$.cis: expected an object, found text"),
        ({"cis-3.0": None}, '$["cis-3.0"]: expected an object, found null'),
        (framework(framework=...), "$.cis: 'framework' is missing; add it"),
        (framework(framework=None), "$.cis.framework: expected text, found null"),
        (framework(version=3.0), "$.cis.version: expected text, found a number"),
        (framework(version=True), "$.cis.version: expected text, found a truth value"),
        (framework(requirements=...), "$.cis: 'requirements' is missing; add it"),
        (framework(requirements=[1]), "$.cis.requirements: expected an object, found a list"),
        (framework(requirements={"1.1": {}}), "$.cis.requirements[\"1.1\"]: 'checks' is missing; add it"),
        (
            framework(requirements={"1.1": {"checks": ["a", "b", "c", 4]}}),
            '$.cis.requirements["1.1"].checks[3]: expected text, found a number',
        ),
        (
            framework(requirements={"1.1": {"checks": "a"}}),
            '$.cis.requirements["1.1"].checks: expected a list, found text',
        ),
        (
            framework(requirements={"1.1": {"checks": [], "description": {}}}),
            '$.cis.requirements["1.1"].description: expected text, found an object',
        ),
        (framework(version="1\0"), "$.cis.version: NUL at character 2, which PostgreSQL cannot store; remove it"),
        (
            framework(requirements={"a\0": {"checks": []}}),
            '$.cis.requirements: key "a\\u0000": NUL at character 2, which PostgreSQL cannot store; remove it',
        ),
        (
            framework(requirements={"1": {"checks": {"a\0": 1}}}),
            '$.cis.requirements["1"].checks: key "a\\u0000": NUL at character 2, which PostgreSQL cannot store; '
            "remove it",
        ),
        (
            framework(framework="\ud83d"),
            "$.cis.framework: half a surrogate pair at character 1, which is no text; write the whole pair",
        ),
    ],
)
def test_another_shape_is_refused_with_its_place(tmp_path: Path, content: object, message: str) -> None:
    assert fault(tmp_path, content) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1, column 1: not JSON: the file ends too early; correct it there"),
        (b'{\n  "cis": {]\n}', "line 2, column 11: not JSON: "),
        (b'{"a": 1}\n{"b": 2}', "line 2, column 1: not JSON: Extra data; correct it there"),
        (b'{\n"a": "\xff"}', "line 2: byte 0xff is not UTF-8; save the file as UTF-8"),
        (b"[" * 100_000, "nested too deeply; correct it there"),
        (b"[1" + b"0" * 5_000 + b"]", "not usable JSON: "),
    ],
)
def test_what_is_not_json_is_refused_with_line_and_column(tmp_path: Path, content: bytes, message: str) -> None:
    assert fault(tmp_path, content).startswith(message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": {}, "b": {}, "a": {}}', '$: key "a" occurs twice; keep one of the two'),
        (
            '{"a": {"framework": "A", "requirements": {"1": {"checks": []}, "1": {"checks": ["x"]}}}}',
            '$.a.requirements: key "1" occurs twice; keep one of the two',
        ),
        (
            '{"a": {"framework": "A", "requirements": {"1": {"checks": {"x": 1, "x": 2}}}}}',
            '$.a.requirements["1"].checks: key "x" occurs twice; keep one of the two',
        ),
    ],
)
def test_a_key_twice_is_refused_for_the_first_would_be_lost(tmp_path: Path, content: str, message: str) -> None:
    assert fault(tmp_path, content.encode()) == message


def test_a_long_or_unprintable_key_stays_one_short_line(tmp_path: Path) -> None:
    assert fault(tmp_path, {"k" * 500: 1}) == '$["' + "k" * 80 + '..."]: expected an object, found a number'
    assert fault(tmp_path, {"line\u2028\n": 1}) == '$["line\\u2028\\n"]: expected an object, found a number'


def test_one_of_prowlers_own_files_is_recognised(tmp_path: Path) -> None:
    for content in ({"Framework": "CIS", "Requirements": []}, {"framework": "CE", "requirements": []}):
        assert "one framework of Prowler's, not a catalogue" in fault(tmp_path, content)


def test_a_file_above_the_bound_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written_module, "CATALOGUE_FILE", replace(CATALOGUE_FILE, most_bytes=1024 * 1024))
    content = b" " * (1024 * 1024 - 2) + b"{}"
    assert file_catalogue(written(tmp_path, content), "aws").frameworks == {}
    with pytest.raises(InputError, match="it has more than 1 MiB, too much for a catalogue file; name another file"):
        file_catalogue(written(tmp_path, content + b" "), "aws")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A pipe too, which would otherwise be waited for."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, message, of_any_source in (
        ("gone", "there is no catalogue file .*gone; check the path", "gone': not found; write synthetic, or"),
        (".", "it is a folder; name a file", "holds no Prowler compliance files"),
        ("pipe", "it is a pipe; save its content as a file", "it is a pipe; save its content as a file"),
        ("x" * 300, ": File name too long; ", ": File name too long; "),
    ):
        with pytest.raises(InputError, match=message):
            file_catalogue(tmp_path / name, "aws")
        with pytest.raises(InputError, match=of_any_source):
            load_catalogue(str(tmp_path / name))
    with pytest.raises(InputError, match="loop"):
        load_catalogue(str(tmp_path / "loop"))


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.dictionaries(
        TEXT,
        st.fixed_dictionaries(
            {
                "framework": TEXT,
                "requirements": st.dictionaries(
                    TEXT,
                    st.fixed_dictionaries(
                        {"checks": st.lists(TEXT, max_size=4, unique=True)}, optional={"description": TEXT}
                    ),
                    max_size=4,
                ),
            },
            optional={"version": TEXT},
        ),
        max_size=3,
    )
)
def test_every_catalogue_of_the_format_is_read_back_whole(tmp_path: Path, content: dict[str, Any]) -> None:
    read: dict[str, Any] = dict(file_catalogue(written(tmp_path, content), "aws").frameworks)
    for members in read.values():
        for requirement in members["requirements"].values():
            requirement["checks"] = list(requirement["checks"])
    assert json.dumps(read, sort_keys=True) == json.dumps(content, sort_keys=True)
    assert list(read) == list(content)
