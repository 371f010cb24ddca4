"""What ``bench bisect`` found, as sentences and a table: shared by the terminal and ``report.md``."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from bench.analysis.ratio import Ratio
from bench.report.figures import MISSING, quantity, ratio_text, scale
from bench.report.table import Column, Content, Footnotes, Table
from bench.report.terminal import WIDTH, table_lines, wrap
from bench.results.bisection import Bisection, Commit, CommitTrial
from bench.results.metrics import METRICS, Kind, Metric
from bench.words import counted, enumerated, plain, shorten

_SUBJECT_WIDTH = 60
_DATE = len("2026-01-02")
_MOST_CANDIDATES = 20


def render_bisection(bisection: Bisection) -> str:
    """Return the page as text of at most WIDTH columns."""
    lines = [line for sentence in outcome_lines(bisection) for line in wrap(sentence, WIDTH)]
    if bisection.trials:
        lines += ["", *table_lines(bisection_table(bisection))]
    for warning in bisection.warnings:
        lines += wrap(f"Warning: {plain(warning)}", WIDTH)
    return "\n".join(lines) + "\n"


def outcome_lines(bisection: Bisection) -> Iterator[str]:
    """Say which commit is the first bad one, or which may be, with the figures on both sides of it."""
    yield headline(bisection)
    if bisection.first_bad is None:
        for one in bisection.candidates[:_MOST_CANDIDATES]:
            yield f"- {commit_text(one)}"
        if len(bisection.candidates) > _MOST_CANDIDATES:
            yield f"- and {len(bisection.candidates) - _MOST_CANDIDATES} more"
    yield from _figure_lines(bisection)
    yield how_it_was_decided(bisection)


def headline(bisection: Bisection) -> str:
    """Return the outcome in one line."""
    if (first := bisection.first_bad) is not None:
        return f"First bad commit: {commit_text(first)}"
    several = f"the first bad commit is one of {counted(len(bisection.candidates), 'commit')}"
    if bisection.unfinished:
        about = several if bisection.candidates else "nothing is known yet"
        return f"Unfinished ({plain(bisection.unfinished)}): {about}"
    return f"Not decided: {several}; those that would decide were skipped"


def commit_text(commit: Commit) -> str:
    """Return what a commit is recognised by, on one line: hash, author date and subject."""
    return f"{commit.short} ({commit.author_date[:_DATE]}) {shorten(plain(commit.subject), _SUBJECT_WIDTH)}".rstrip()


def how_it_was_decided(bisection: Bisection) -> str:
    """Say how many commits there were, how many were tried, and what counted as bad."""
    tried = [one for one in bisection.trials if not one.same_as]
    skipped = sum(one.found == "skipped" for one in tried)
    parents = ", along first parents" if bisection.first_parent else ""
    said = (
        f"{counted(bisection.commits, 'commit')} after good{parents}, {bisection.changing:,} of which "
        f"{'changes' if bisection.changing == 1 else 'change'} the measured code; {counted(len(tried), 'commit')} "
        f"measured, good and bad included"
    )
    if skipped:
        said += f", {skipped:,} skipped"
    return f"{said}. {_criterion(bisection)}"


def _criterion(bisection: Bisection) -> str:
    if bisection.policy:
        return f"Bad is what the policy in {plain(bisection.policy)} fails."
    metric = METRICS[bisection.metric]
    if bisection.threshold is None:
        return f"What counts is {metric.title}."
    where = (
        "the middle between good and bad"
        if bisection.tolerance is None
        else f"{bisection.tolerance * 100:.3g} % from good"
    )
    if metric.kind is Kind.NOISY:
        side = "above" if bisection.threshold > 1 else "below"
        return f"Bad is {metric.title} {side} {bisection.threshold:.3f} × good's, {where}."
    good = _centre(bisection.good)
    side = "below" if good is not None and bisection.threshold < good else "above"
    return f"Bad is {metric.title} {side} {quantity(metric.unit, bisection.threshold)}, {where}."


def _figure_lines(bisection: Bisection) -> Iterator[str]:
    """Compare the first bad commit's figure with that of the last good one before it in history."""
    metric = METRICS.get(bisection.metric)
    first = bisection.first_bad
    if metric is None or first is None:
        return
    hashes = [one.commit.hash for one in bisection.trials]
    if first.hash not in hashes:
        return
    place = hashes.index(first.hash)
    before = next((one for one in reversed(bisection.trials[:place]) if one.found == "good"), None)
    if before is None or not before.samples or not bisection.trials[place].samples:
        return
    after = bisection.trials[place]
    what = f"{metric.title} of {plain(bisection.implementation)} on {plain(bisection.scan)}"
    values = [_centre(one) for one in (before, after)]
    shown = scale(metric.unit, [value for value in values if value is not None])
    figures = " → ".join(shown.quantity(value) for value in values if value is not None)
    said = f"{what}: {figures} ({before.commit.short} → {after.commit.short})"
    if metric.kind is Kind.NOISY:
        ratios = [f"{_ratio(metric, one, None)} {when}" for one, when in ((before, "before"), (after, "with it"))]
        said += f"; ratio to good: {', '.join(one for one in ratios if not one.startswith(MISSING))}"
    yield said


def bisection_table(bisection: Bisection) -> Table:
    """Build the table of everything that was tried, in the order of history."""
    metric = METRICS.get(bisection.metric)
    notes = Footnotes()
    rows = []
    first = bisection.first_bad
    nodes = any(one.nodes for one in bisection.trials)
    for one in bisection.trials:
        texts = [plain(one.sentence)] if one.sentence and (one.found == "skipped" or bisection.policy) else []
        if one.same_as:
            texts.append(f"has the code of {plain(one.same_as)[:12]}, which was measured in its place")
        word = "first bad" if first is not None and one.commit.hash == first.hash else one.found
        rows.append(
            (
                one.commit.short,
                one.commit.author_date[:_DATE],
                notes.marked(word, texts),
                *_figures(metric, one, bisection.good),
                *([plain(enumerated(one.nodes)) or MISSING] if nodes else []),
                shorten(plain(one.commit.subject), _SUBJECT_WIDTH),
            )
        )
    columns = (
        Column("commit", Content.CODE),
        Column("author date", Content.LABEL),
        Column("found", Content.LABEL),
        *(() if metric is None else (Column(metric.title.lower()),)),
        *(() if metric is None or metric.kind is Kind.EXACT else (Column("to good"),)),
        *([Column("node", Content.LABEL)] if nodes else []),
        Column("subject", Content.LABEL),
    )
    return Table(columns, tuple(rows), notes.texts())


def _figures(metric: Metric | None, trial: CommitTrial, good: CommitTrial | None) -> tuple[str, ...]:
    if metric is None:
        return ()
    figure = quantity(metric.unit, _centre(trial))
    return (figure,) if metric.kind is Kind.EXACT else (figure, _ratio(metric, trial, good))


def _ratio(metric: Metric, trial: CommitTrial, good: CommitTrial | None) -> str:
    """Compare a trial with the good commit: by its pairs, or by the centres for a metric that is not noisy."""
    if metric.kind is not Kind.NOISY:
        centre, base = _centre(trial), _centre(good)
        if not centre or not base or trial is good:
            return MISSING
        return ratio_text(Ratio(centre / base, abs(centre / base - 1) > metric.repeats_to, unit=metric.unit))
    if trial.ratio is None or not trial.base_samples:
        return MISSING
    low, high = trial.low, trial.high
    apart = low is None or high is None or not low <= 1 <= high
    return ratio_text(Ratio(trial.ratio, apart, low, high, metric.unit))


def _centre(trial: CommitTrial | None) -> float | None:
    return statistics.median(trial.samples) if trial is not None and trial.samples else None
