"""Texts that a terminal, Markdown, HTML, Mermaid or GitHub could take for more than words, and records full of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import msgspec

from bench.analysis.verdict import Check, Standing, Verdict
from bench.results.records import Failure, Results
from tests.support.call_runs import with_calls
from tests.support.variants import broken_law

TEXTS = {
    "mention": "@octocat (@octocat) /@octocat",
    "team": "@org/team",
    "issue": "#1 (#1)",
    "issue by GH": "GH-1 gh-12",
    "issue elsewhere": "owner/repo#1",
    "pull request": "https://github.com/owner/repo/pull/1",
    "commit": "0123456789abcdef0123456789abcdef01234567",
    "short commit": "deadbee 1234567",
    "commit elsewhere": "owner/repo@deadbeef owner@deadbeef",
    "escaped": r"\@octocat \#1 \https://evil.example",
    "url": "https://evil.example/x?y=z&a=b HTTP://EVIL.example ftp://evil.example",
    "url in pipes": "a|https://evil.example|@octocat|#1",
    "www": "www.evil.example",
    "mail": "someone@evil.example mailto:someone@evil.example",
    "domain": "evil.com",
    "emoji": ":tada: :+1: :octocat:",
    "link": "[x](https://evil.example) [x][y] [^1]",
    "reference": "[x]: https://evil.example",
    "autolink": "<https://evil.example>",
    "image": "![x](https://evil.example/x.png)",
    "html": "<img src=x onerror=alert(1)> <script>alert(1)</script>",
    "comment": "<!-- bench-comment --> --> <!--",
    "details": "</details></summary><details open>",
    "entity": "&#64;octocat &lt;b&gt; &copy",
    "table": "a | b |\n|---|---|\n| c",
    "heading": "a\n===\n# b\n\n## c",
    "list": "- a\n* b\n1. c",
    "rule": "---",
    "setext": "===",
    "fence": "```\n```mermaid\n~~~\n````",
    "mermaid": 'a"] --> B\nclick A "https://evil.example" %%{init: {}}%% end',
    "math": "$x$ $$y$$ $`z`$",
    "markup": "*a* **b** _c_ ~~d~~ `e`",
    "bidi": "a\u202eb\u2066c\u200fd",
    "zero width": "a\u200bb\u200dc\ufeffd\u00ade",
    "controls": "a\x00\x07\x08b\x7fc\x9b31md\x85e\u2028f",
    "ansi": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07x\x1b]8;;\x07 \x1b[2J",
    "surrogate": "a\ud800b",
    "wide": "日本語" * 40,
    "long": "x" * 100_000,
    "long and linked": "@octocat https://evil.example " * 5_000,
    "empty": "",
}

_LISTS_BY_KEY = frozenset({"warnings", "django_sites", "server_sites"})
_BY_KEY = _LISTS_BY_KEY | {
    *("message", "kind", "probe", "log_tail", "command", "created", "revision", "cpu", "platform", "kernel", "python"),
    *("server_version", "catalogue", "provider", "function", "file", "unfinished", "incomplete"),
}

Record = TypeVar("Record")


def hostile_results(text: str) -> Results:
    """Return a run of two implementations on three scans in which every text from outside is ``text``."""
    results = _renamed(with_calls(broken_law()), text)
    failure = Failure(
        scan=text, implementation=text, probe=text, kind=text, message=text, log_tail=f"{text}\n```\n{text}"
    )
    environment = replace(results.environment, packages={text: text}, server_settings={text: text})
    measurements = tuple(replace(one, warnings=(text,)) for one in results.measurements)
    return replace(
        results, environment=environment, measurements=measurements, failures=(failure,) * 7, warnings=(text,) * 3
    )


def hostile_verdict(text: str) -> Verdict:
    """Return a gate's verdict with a check of every standing, whose texts are ``text``."""
    return Verdict.of(
        Check(name=text, standing=standing, sentence=text, evidence=(text, f"{text} 2")) for standing in Standing
    )


def _renamed(record: Record, text: str) -> Record:
    """Return ``record`` with ``text`` for the second implementation, the largest scan and whatever is no name."""
    names = {"streaming": text, "10k/20": f"{text}.json", "COMMIT": f"COMMIT -- {text}"}

    def changed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {one: changed(part, one) for one, part in value.items()}
        if isinstance(value, list | tuple):
            return [changed(part, key if key in _LISTS_BY_KEY else "") for part in value]
        if not isinstance(value, str):
            return value
        return text if key in _BY_KEY else names.get(value, value)

    return msgspec.convert(changed(msgspec.to_builtins(record)), type=type(record))
