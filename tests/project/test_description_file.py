"""Every fault of a description is one line that names file and key, says what is wrong and what to write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.declare.promise import Promise
from bench.errors import InputError
from bench.project.description_file import read_project

PROJECT = 'name = "shop"\njob = "job.py"\ninterpreter = "env/bin/python"'
FUNCTIONS = '[functions]\nshipped = "shop.tasks:write"'
WHOLE = f"[project]\n{PROJECT}\n{FUNCTIONS}\n"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a description goes; the variables of the caller do not count."""
    for name in ("BENCH_INTERPRETER", "BENCH_CHECKOUT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "shop.toml"


def test_what_is_left_out_has_a_default(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    project = read_project(file)
    assert (project.name, project.job) == ("shop", f"{file.parent}/job.py")
    assert project.functions == {"shipped": "shop.tasks:write"}
    assert project.migrate == ("migrate",)
    assert (project.roles.app, project.roles.admin) == (("NOBYPASSRLS",), ("BYPASSRLS",))
    assert project.environment().interpreter == f"{file.parent}/env/bin/python"


def test_the_example_has_every_key_and_can_be_read() -> None:
    example = Path("projects/example.toml")
    project = read_project(example)
    assert project.copies["customers"].columns == {"customer_number": "number"}
    assert project.copies["drafts"].skip
    assert project.promises["shipped"] == (Promise.RERUN, Promise.BYSTANDERS)
    assert [str(law) for law in project.laws["shipped"]] == ["constant 14", "20 + 1 per 2,000 rows"]
    assert project.interpreter_for("0123456789ab" + 52 * "0").endswith("/envs/shop-2025/bin/python")
    assert project.interpreter_for(64 * "0") == ""


def test_options_win_over_variables_and_these_over_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_text(WHOLE.replace("[functions]", 'checkout = "clone"\npath = ["{checkout}/api"]\n[functions]'), "utf-8")
    assert read_project(file).environment().path == (f"{file.parent}/clone/api",)
    monkeypatch.setenv("BENCH_INTERPRETER", "/named/python")
    monkeypatch.setenv("BENCH_CHECKOUT", "/named/clone")
    named = read_project(file)
    assert (named.interpreter, named.environment().path) == ("/named/python", ("/named/clone/api",))
    given = read_project(file, interpreter="/given/python", checkout="/given/clone")
    assert (given.interpreter, given.environment().path) == ("/given/python", ("/given/clone/api",))
    assert given.environment(checkout=Path("/revision")).path == ("/revision/api",)


def test_the_link_that_an_environment_names_its_python_by_stays(file: Path) -> None:
    (file.parent / "env" / "bin").mkdir(parents=True)
    (file.parent / "env" / "bin" / "python").symlink_to("/usr/bin/env")
    file.write_text(WHOLE, encoding="utf-8")
    assert read_project(file).interpreter == f"{file.parent}/env/bin/python"


@pytest.mark.parametrize(
    ("main", "rest", "expected"),
    [
        ("", "", r"project\.name is missing; write a short name"),
        ('name = "shop"', "", r"project\.job is missing; write a job, for example job = \"job\.py\""),
        (f"{PROJECT}\nport = 1", "", r"project\.port is an unknown key; known are name, job, interpreter, "),
        (f"{PROJECT}\npath = 3", "", r"project\.path is a number, not a list"),
        (f"{PROJECT}\npath = [3]", "", r"project\.path\[0\] is a number, not a text"),
        (f"{PROJECT}\npath = ['']", "", r"project\.path\[0\] is empty; write a folder"),
        ('name = "two words"\njob = "job.py"', "", r"project\.name is 'two words'; write a name of letters"),
        (f"{PROJECT}\nsettings = 'a/b.py'", "", r"project\.settings is 'a/b\.py'; write a module"),
        (f"{PROJECT}\nset_up = 'warm.py'", "", r"project\.set_up is 'warm\.py'; write FILE\.py:function"),
        (f"{PROJECT}\nsettings = 'a'\nmigrate = []", "", r"project\.migrate is empty; write the management command"),
        (f"{PROJECT}\nskipped_statements = ['(']", "", r"skipped_statements\[0\] is no regular expression: .*escape"),
        (f"{PROJECT}\nskipped_statements = ['']", "", r"skipped_statements\[0\] is empty and would skip every"),
        (PROJECT, f"{FUNCTIONS}\n[unheard]", r"unheard is an unknown key; known are project, functions, "),
        (PROJECT, "[functions]", r"functions is empty; write at least one name and a module"),
        (PROJECT, "[functions]\na = 'module'", r"functions\.a is 'module'; write a module and a function of it"),
        (PROJECT, "[functions]\n'a b' = 'm:f'", r"functions\.\"a b\" is 'a b'; write a name of letters"),
        (PROJECT, "[functions]\na = 1", r"functions\.a is a number, not a text; write a module and a function"),
        (PROJECT, f"{FUNCTIONS}\n[variables]\nPORT = 5432", r"variables\.PORT is a number, not a text; .* in quotes"),
        (PROJECT, f"{FUNCTIONS}\n[variables]\n'A-B' = ''", r"variables\.A-B is 'A-B'; write a variable's name"),
        (PROJECT, f"{FUNCTIONS}\n[variables]\nA = '{{hots}}'", r"variables\.A is the unknown place 'hots'; .*host, "),
        (PROJECT, f'{FUNCTIONS}\n[variables]\nA = "\\u0000"', r"variables\.A holds a NUL character"),
        (PROJECT, f"{FUNCTIONS}\n[roles]\nroot = []", r"roles\.root is an unknown key; known are app, admin"),
        (PROJECT, f"{FUNCTIONS}\n[roles]\napp = ['LOGIN']", r"roles\.app\[0\] is the unknown attribute 'LOGIN'"),
        (PROJECT, f"{FUNCTIONS}\n[targets]\na = 1", r"targets is a table, not a list; write \[\[targets\]\]"),
        (PROJECT, f"{FUNCTIONS}\n[[targets]]\ntable = 'a'", r"targets\[0\]\.own is missing; write the columns"),
        (PROJECT, f"{FUNCTIONS}\n[[targets]]\nown = {{a = 'b'}}", r"targets\[0\]\.table is missing; write the table"),
        (PROJECT, f"{FUNCTIONS}\n[[targets]]\ntable = 'a'\nown = {{}}", r"targets\[0\]\.own is empty"),
        (PROJECT, f"{FUNCTIONS}\n[copy.a]\ncolums = {{}}", r"copy\.a\.colums is an unknown key; known are table, skip"),
        (PROJECT, f"{FUNCTIONS}\n[copy]\na = 1", r"copy\.a is a number, not a table"),
        (PROJECT, f"{FUNCTIONS}\n[copy.a]\ncolumns = {{ b = '' }}", r"copy\.a\.columns\.b is empty; write its source"),
        (PROJECT, f"{FUNCTIONS}\n[copy.a]\nconstants = {{ b = [] }}", r"copy\.a\.constants\.b is a list, not "),
        (
            PROJECT,
            f"{FUNCTIONS}\n[copy.a]\ncolumns = {{ b = 'c' }}\nconstants = {{ b = 1 }}",
            r"copy\.a\.constants\.b names a column that columns fills as well; keep one of the two",
        ),
        (
            PROJECT,
            f"{FUNCTIONS}\n[copy.a]\nconstants = {{ b = 1 }}\ncasts = {{ b = 'text' }}",
            r"copy\.a\.casts\.b has no effect on a column of constants",
        ),
        (PROJECT, f"{FUNCTIONS}\n[laws.other]", r"laws\.other is the unknown function 'other'; known are shipped"),
        (
            PROJECT,
            f"{FUNCTIONS}\n[laws.shipped]\nheap = {{ base = 1 }}",
            r"laws\.shipped\.heap cannot be read: no law knows the metric 'heap'",
        ),
        (PROJECT, f"{FUNCTIONS}\n[laws.shipped]\nstatements_django = 1", r"statements_django is a number, not a table"),
        (PROJECT, f"{FUNCTIONS}\n[promises]\nshipped = ['luck']", r"promises\.shipped\[0\] is the unknown promise"),
        (PROJECT, f"{FUNCTIONS}\n[interpreters]\nabc = 'p'", r"interpreters\.abc is 'abc'; write 8 to 64 hexadecimal"),
    ],
)
def test_a_fault_is_named_with_file_key_and_remedy(file: Path, main: str, rest: str, expected: str) -> None:
    file.write_text(f"[project]\n{main}\n{rest or FUNCTIONS}\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"^{re.escape(str(file))}: .*{expected}") as caught:
        read_project(file)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", r": project is missing; write a table \[project\]"),
        (b"project = 1\nfunctions = 1", r": project is a number, not a table"),
        (b"[project", " is not a project description: not TOML: .*end of document"),
        (b"\xff", "line 1: byte 0xff is not UTF-8"),
        (b"a" + 40 * b".a" + b" = 1", "a key of more than 32 parts"),
        (b"a = " + 200 * b"[" + 200 * b"]", "nested too deeply"),
        (b"a = '" + 5_000 * b"x" + b"'", "a text of 5,000 characters"),
    ],
)
def test_what_is_no_description_is_refused(file: Path, content: bytes, expected: str) -> None:
    file.write_bytes(content)
    with pytest.raises(InputError, match=expected) as caught:
        read_project(file)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_says_how_to_name_one(file: Path) -> None:
    with pytest.raises(InputError, match=r"there is no project description .*shop\.toml; name one by --project"):
        read_project(file)


def test_a_missing_interpreter_says_where_to_give_it(file: Path) -> None:
    file.write_text(WHOLE.replace('interpreter = "env/bin/python"', ""), encoding="utf-8")
    with pytest.raises(InputError, match=r"project\.interpreter is missing; .*--interpreter or BENCH_INTERPRETER"):
        read_project(file).environment()


@pytest.mark.parametrize(
    ("line", "key"),
    [('path = ["{checkout}"]', "project.path"), ('[variables]\nA = "{checkout}"', "variables.A")],
)
def test_a_missing_checkout_says_where_to_give_it(file: Path, line: str, key: str) -> None:
    file.write_text(f"[project]\n{PROJECT}\n{line}\n{FUNCTIONS}\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{key} names {{checkout}}, and project\.checkout is missing; .*--checkout"):
        read_project(file).environment()


def test_reading_tries_and_writes_nothing(file: Path) -> None:
    """An interpreter, a clone and a job that are not there are no fault of the text."""
    file.write_text(WHOLE, encoding="utf-8")
    read_project(file, checkout="/nonexistent")
    assert list(file.parent.iterdir()) == [file]
