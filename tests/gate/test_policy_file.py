"""A policy is read strictly: an unknown key is an error that says where it is and which keys are known there."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from bench.compliance.job import JOB
from bench.errors import InputError
from bench.gate.policy import Rule
from bench.gate.policy_file import read_policy
from bench.results.metrics import METRICS, NEAR_EXACT_TOLERANCE
from tests.support.gate_runs import policy, policy_text

WHOLE = """
samples = 6
laws = true
[gate.ceilings.peak_heap_bytes]
"10k/20" = { streaming = "46.5 MB" }
[gate.ceilings.statements_django]
"100/3" = { streaming = 18 }
[gate.growth.peak_heap_bytes]
streaming = "300 B"
[gate.ratios.wall_seconds]
"1k/8" = { "streaming / materializing" = 1.1 }
[gate.tolerance]
near-exact = "3 %"
wal_bytes = "1 %"
wall_seconds = 0.1
"""


def test_every_rule_is_read_with_its_place(tmp_path: Path) -> None:
    found = policy(tmp_path, WHOLE)
    root = f"{tmp_path / 'policy.toml'}: tool.bench.gate"
    assert (found.scans, found.implementations, found.samples) == (
        ("100/3", "1k/8", "10k/20"),
        ("materializing", "streaming"),
        6,
    )
    assert found.of_kind("ceiling") == (
        Rule(
            kind="ceiling",
            metric="peak_heap_bytes",
            scan="10k/20",
            implementation="streaming",
            limit=46.5e6,
            place=f'{root}.ceilings.peak_heap_bytes."10k/20".streaming',
        ),
        Rule(
            kind="ceiling",
            metric="statements_django",
            scan="100/3",
            implementation="streaming",
            limit=18,
            place=f'{root}.ceilings.statements_django."100/3".streaming',
        ),
    )
    (growth,) = found.of_kind("growth")
    assert (growth.metric, growth.implementation, growth.scan, growth.limit) == (
        "peak_heap_bytes",
        "streaming",
        None,
        300,
    )
    (ratio,) = found.of_kind("ratio")
    assert (ratio.metric, ratio.case, ratio.base, ratio.limit) == (
        "wall_seconds",
        ("1k/8", "streaming"),
        "materializing",
        1.1,
    )
    assert [rule.metric for rule in found.of_kind("law")] == [
        "statements_django",
        "statements_server",
        "function_calls",
        "allocations",
        "allocated_bytes",
        "retained_bytes",
    ]
    assert found.place == root


def test_a_tolerance_of_a_kind_holds_where_the_metric_has_none_of_its_own(tmp_path: Path) -> None:
    found = policy(tmp_path, WHOLE)
    assert found.tolerance(METRICS["wal_bytes"]) == 0.01
    assert found.tolerance(METRICS["peak_heap_bytes"]) == pytest.approx(0.03)
    assert found.tolerance(METRICS["wall_seconds"]) == 0.1
    assert found.tolerance(METRICS["cpu_seconds"]) is None
    assert found.tolerance(METRICS["statements_django"]) == 0
    assert found.needs_baseline


def test_without_tolerances_near_exact_metrics_have_the_built_in_one_and_no_baseline_is_asked_for(
    tmp_path: Path,
) -> None:
    found = policy(tmp_path)
    assert found.tolerance(METRICS["peak_heap_bytes"]) == NEAR_EXACT_TOLERANCE
    assert found.tolerance(METRICS["wall_seconds"]) is None
    assert not found.needs_baseline
    assert found.rules == ()


def test_samples_are_a_number_or_as_many_as_are_needed(tmp_path: Path) -> None:
    """None stands for the latter, which is the default."""
    found = [policy(tmp_path, rules).samples for rules in ("", 'samples = "auto"', "samples = 0", "samples = 7")]
    assert found == [None, None, 0, 7]


def test_the_provider_is_read_and_is_aws_by_default(tmp_path: Path) -> None:
    assert (policy(tmp_path).options, policy(tmp_path).facts) == ({}, {"provider": "aws"})
    azure = policy(tmp_path, 'provider = "azure"')
    assert (azure.options, azure.facts) == ({"provider": "azure"}, {"provider": "azure"})


def test_a_policy_may_name_its_job_and_call_scans_sizes(tmp_path: Path) -> None:
    path = tmp_path / "sizes.toml"
    path.write_text(policy_text('job = "compliance"').replace("scans = [", "sizes = ["), encoding="utf-8")
    assert replace(read_policy(path, JOB), place="") == replace(policy(tmp_path), place="")


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ("celings = {}", "tool.bench.gate.celings: unknown key 'celings'; known are scans, implementations, samples, "),
        ('laws = "yes"', "tool.bench.gate.laws is 'yes'; write true to hold the declared laws, or false"),
        ("samples = -1", "tool.bench.gate.samples is -1; write how many time samples of each case to take, 0 to 1,000"),
        (
            'provider = "gpc"',
            "tool.bench.gate.provider: unknown provider 'gpc'; known are aws, ",
        ),
        ("job = 1", 'tool.bench.gate.job is 1; write the name of the job, for example "compliance"'),
        (
            'job = "invoices"',
            "tool.bench.gate.job is 'invoices', and the job is 'compliance'; give that one by --job, or name another",
        ),
        ('sizes = ["100/3"]', "tool.bench.gate.sizes and scans are the same; keep one of the two"),
        ("provider = 1", "tool.bench.gate.provider is 1; write a text (whose scan)"),
        ("samples = true", "tool.bench.gate.samples is True; write how many"),
        ('samples = "few"', 'each case to take, 0 to 1,000, or "auto"'),
        ('[gate.ceilings]\npeak_heap = "1 MB"', "ceilings.peak_heap: unknown metric 'peak_heap'; known are wall_s"),
        ("ceilings = 5", "tool.bench.gate.ceilings is 5; write a table there"),
        ("[gate.ceilings]\npeak_heap_bytes = 5", "ceilings.peak_heap_bytes is 5; write a table there"),
        (
            '[gate.ceilings.peak_heap_bytes]\n"10k/30" = { streaming = "1 MB" }',
            "ceilings.peak_heap_bytes.\"10k/30\": unknown scan '10k/30'; known are 100/3, 1k/8, 10k/20",
        ),
        (
            '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { steaming = "1 MB" }',
            "\"10k/20\".steaming: unknown implementation 'steaming'; known are materializing, streaming",
        ),
        (
            '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = "1 mb" }',
            'ceilings.peak_heap_bytes."10k/20".streaming is \'1 mb\'; write "50 MB", with one of B, kB, MB',
        ),
        ('[gate.ceilings.peak_heap_bytes]\n"10k/20" = 5', '"10k/20" is 5; write a table there'),
        (
            '[gate.growth.wall_seconds]\nstreaming = "1 ms"',
            "growth.wall_seconds: unknown near-exact metric, as growth needs one, 'wall_seconds'; known are function",
        ),
        (
            '[gate.growth.peak_heap_bytes]\n"10k/20" = "1 MB"',
            "growth.peak_heap_bytes.\"10k/20\": unknown implementation '10k/20'; known are materializing, streaming",
        ),
        (
            '[gate.ratios.wall_seconds]\n"1k/8" = { streaming = 1.1 }',
            '"1k/8".streaming: \'streaming\' is no ratio; write for example "streaming / materializing"',
        ),
        (
            '[gate.ratios.wall_seconds]\n"1k/8" = { "streaming / base" = 1.1 }',
            "unknown implementation 'base'; known are materializing, streaming",
        ),
        (
            '[gate.ratios.wall_seconds]\n"1k/8" = { "streaming / materializing" = "1.1" }',
            "is '1.1'; write a number such as 0.5",
        ),
        (
            "[gate.tolerance]\nstatements_django = 0.1",
            "tolerance.statements_django: unknown metric or kind that has a tolerance: 'statements_django'; known are "
            "near-exact, wall_seconds",
        ),
        ("[gate.tolerance]\nwal_bytes = 2", 'tolerance.wal_bytes is 2; write "2 %" or 0.02'),
        ("x = ", "is not a policy file: not TOML: Invalid value (at line 5, column 5); correct it there"),
    ],
)
def test_what_is_not_known_or_cannot_be_read_is_named_with_its_place(tmp_path: Path, rules: str, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)) as found:
        policy(tmp_path, rules)
    assert str(tmp_path / "policy.toml") in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no table [tool.bench.gate]; write one there, or name another file by --policy"),
        ("tool = 5", "has no table [tool.bench.gate]"),
        ("[tool.bench]\ngate = 5", "has no table [tool.bench.gate]"),
        ("[tool.bench.gate]", 'tool.bench.gate.scans is missing; write a list of scans, for example ["1k/8", '),
        ("[tool.bench.gate]\nscans = []", "tool.bench.gate.scans is []; write a list of scans"),
        ('[tool.bench.gate]\nscans = "1k/8"', "tool.bench.gate.scans is '1k/8'; write a list of scans"),
        ('[tool.bench.gate]\nscans = ["8"]', "tool.bench.gate.scans: scan size '8' is not findings/regions"),
        ('[tool.bench.gate]\nscans = ["1k/8", "1k/8"]', "names '1k/8' more than once; name each once"),
        (
            '[tool.bench.gate]\nscans = ["1k/8"]\nimplementations = ["streming"]',
            "implementations: unknown implementation 'streming'; known are ",
        ),
    ],
)
def test_a_policy_without_what_it_needs_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)):
        read_policy(path, JOB)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"there is no policy file .*gone.toml; name one by --policy"):
        read_policy(tmp_path / "gone.toml", JOB)
    with pytest.raises(InputError, match=r"cannot read the policy file .*: it is a folder; name a file"):
        read_policy(tmp_path, JOB)
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe9"')
    with pytest.raises(InputError, match=r"latin.toml is not a policy file: line 1: byte 0xe9 is not UTF-8; save"):
        read_policy(tmp_path / "latin.toml", JOB)


def test_the_users_own_implementations_may_be_named(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        policy_text().replace('"streaming"', '"my.module:task"')
        + '[tool.bench.gate.ceilings.peak_heap_bytes]\n"1k/8" = { "my.module:task" = "1 MB" }\n',
        encoding="utf-8",
    )
    assert read_policy(path, JOB).of_kind("ceiling")[0].implementation == "my.module:task"


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("1e308", "streaming: 1e+308 is no figure"),
        ("inf", "streaming: inf is no figure"),
        ("nan", "streaming: nan is no figure"),
        ("9" * 4_000, "streaming: an integer of 13,288 bits is no figure"),
        ("9" * 5_000, "is not a policy file: Exceeds the limit (4300 digits)"),
        ('"' + "9" * 400 + ' MB"', "9 MB'; write"),
        ('"' + "x" * 501 + '"', "streaming: a text of 501 characters; the most are 500"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 200 + "]" * 200, "nested too deeply"),
        ("1 }\n" + "a." * 50_000 + "b = { c = 1", "a key of more than 32 parts"),
        ("1, streaming = 2", "not TOML: "),
    ],
)
def test_an_absurd_value_is_refused_in_one_short_line(tmp_path: Path, value: str, message: str) -> None:
    rules = '[gate.ceilings.peak_heap_bytes]\n"10k/20" = { streaming = VALUE }\n'
    path = tmp_path / "policy.toml"
    path.write_text(policy_text(rules).replace("VALUE", value), encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(message)) as found:
        read_policy(path, JOB)
    assert "\n" not in str(found.value)
    assert len(str(found.value)) < 700


def test_other_tools_tables_hold_what_they_like(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(f'[tool.other]\nx = inf\ny = "{"x" * 9_000}"\n{policy_text()}', encoding="utf-8")
    assert read_policy(path, JOB).rules == ()
