"""HTML of the Admin tab. Labels, names of pictures and logs are untrusted: all are escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from deepart.admin.figures import Difference, title, title_of_key
from deepart.admin.jobs import Estimate, JobView, Trial
from deepart.text import say, texts

_LABELS_SHOWN, _NAMES_SHOWN = 24, 6


def note(sentence: str) -> str:
    """Return a placeholder sentence for something that does not exist yet."""
    return f'<p class="answer-waiting">{escape(sentence)}</p>'


def done(sentence: str) -> str:
    """Return a sentence about something that has been done."""
    return f'<p class="admin-done" role="status">{escape(sentence)}</p>'


def refused(sentence: str) -> str:
    """Return a sentence about why something cannot be done."""
    return f'<p class="admin-done refused" role="alert">{escape(sentence)}</p>'


def tried(
    new: Mapping[str, tuple[int, int]], old: Mapping[str, tuple[int, int]], doubts: Sequence[str], language: str
) -> str:
    """Return how many test pictures a new model gets right, and the doubts about it.

    Args:
        new: for each head of a classifier the numbers of correct predictions and of pictures; empty for other models.
        old: the same of the live model, for heads that it has.
        doubts: sentences.
        language: of what is said.
    """
    words = [
        say("ui.admin.right_on", language, right=right, count=count, head=say(f"ui.admin.column.{head}", language))
        + (say("ui.admin.right_before", language, right=old[head][0]) if head in old else "")
        for head, (right, count) in new.items()
    ]
    words = words or [say("ui.admin.is_measured", language)]
    return "".join((done(" ".join(words)), *map(refused, doubts)))


def progress(share: float, sentence: str) -> str:
    """Return a progress bar filled to `share`, from 0 to 1, with the current step."""
    share = min(max(share, 0.0), 1.0)
    track = f'<span class="track"><i style="width: {100 * share:.0f}%"></i></span>'
    return f'<div class="restore-progress" role="status">{track}<span>{escape(sentence)}</span></div>'


def minutes(value: float, language: str) -> str:
    """Return a duration in words."""
    if value < 1:
        return say("ui.admin.seconds", language, count=max(1, round(60 * value)))
    if value < 90:
        return say("ui.admin.minutes", language, count=round(value))
    return say("ui.admin.hours", language, count=f"{value / 60:.1f}")


def headed(heading: str, content: str) -> str:
    """Return what is HTML already under a heading."""
    return f"<h3>{escape(heading)}</h3>{content}"


def _table(rows: Sequence[Sequence[str]], heads: Sequence[str] = (), classes: str = "") -> str:
    """Return a table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    thead = f"<thead><tr>{head}</tr></thead>" if heads else ""
    return f'<div class="admin-scroll"><table class="admin-table {classes}">{thead}<tbody>{body}</tbody></table></div>'


# --- data sets -----------------------------------------------------------------------------------


def report(found: Mapping[str, Any], language: str, stored: int | None = None) -> str:
    """Return the report of a data set; see `deepart.admin.data.report.Report.as_json`.

    Args:
        stored: how many pictures would be, or are, stored.
    """
    sizes, parts = found["sizes"], found["parts"]
    facts = [
        ("pictures", f"{found['pictures']:,}"),
        ("stored", "" if stored is None else f"{stored:,}"),
        ("weight", f"{found['num_bytes'] / 2**20:,.1f} MB"),
        ("sizes", f"{sizes['least']} – {sizes['median']} – {sizes['largest']} px"),
        ("parts", " · ".join(f"{_part(part, language)} {count}" for part, count in sorted(parts.items()))),
        ("copies", _count(found["num_copies"])),
        ("alike", _count(found["num_near_duplicates"])),
        ("leaks", _count(found["num_leaks"])),
        ("refused", _count(found["num_refused"])),
        ("rows", _count(found["rows_without_picture"])),
        ("licence", escape(found["licence"])),
        ("origin", escape(found["origin"])),
    ]
    items = "".join(
        f"<div><dt>{escape(say(f'ui.admin.fact.{name}', language))}</dt><dd>{value}</dd></div>"
        for name, value in facts
        if value
    )
    classes = "".join(_classes(found, column, language) for column in found["classes"])
    guards = "".join(_guard(guard, language) for guard in found["guards"])
    gaps = "".join(_gap(found, column, language) for column in found.get("ways", {}))
    if gaps:
        gaps = f'<h3>{escape(say("ui.admin.gaps", language))}</h3><ul class="guards">{gaps}</ul>'
    names = "".join(
        _names(say(f"ui.admin.fact.{name}", language), found[key])
        for name, key in (("copies", "copies"), ("alike", "near_duplicates"), ("leaks", "leaks"))
    )
    refused = [
        f"{each['name']}: {say(each['reason'], language, **_UNKNOWN | each.get('values', {}))}"
        for each in found["refused"]
    ]
    names += _details(say("ui.admin.fact.refused", language), refused)
    return (
        f'<div class="admin-report"><dl>{items}</dl>{classes}{gaps}<h3>{escape(say("ui.admin.enough", language))}</h3>'
        f'<ul class="guards">{guards}</ul>{names}</div>'
    )


_UNKNOWN = dict.fromkeys(("limit", "frames", "width", "height", "least", "size"), "?")
"""What sentences about refused pictures may name; reports of older versions have no values of their own."""


def _guard(guard: Mapping[str, Any], language: str) -> str:
    task, level = say(f"ui.admin.task.{guard['task']}", language), guard["level"]
    sentence = say(guard["note"], language, **guard["values"])
    return f'<li class="{escape(level)}"><b>{escape(task)}</b><span>{escape(sentence)}</span></li>'


def _gap(found: Mapping[str, Any], column: str, language: str) -> str:
    """Say how many values of a column are missing, what each way would do about them, and what was done."""
    ways = found["ways"][column]
    told = [f"{say(f'ui.admin.missing.{way}', language)} {count}" for way, count in ways.items()]
    if done := found.get("filled", {}).get(column):
        told.append(say("ui.admin.filled", language, count=done))
    name = say(f"ui.admin.column.{column}", language)
    return f"<li><b>{escape(name)}</b><span>{escape(' · '.join(told))}</span></li>"


def _count(count: int) -> str:
    return f"{count:,}" if count else ""


def _part(part: str, language: str) -> str:
    return say(f"ui.admin.part.{part or 'none'}", language)


def _classes(found: Mapping[str, Any], column: str, language: str) -> str:
    counts = sorted(found["classes"][column].items(), key=lambda pair: -pair[1])
    most = counts[0][1] if counts else 1
    bars = "".join(
        f"<li><span>{escape(label)}</span><b>{count}</b>"
        f'<span class="track"><i style="width: {100 * count / most:.0f}%"></i></span></li>'
        for label, count in counts[:_LABELS_SHOWN]
    )
    facts = [say("ui.admin.labels_count", language, count=len(counts), times=f"{found['imbalance'][column]:g}")]
    if missing := found["missing"].get(column):
        facts.append(say("ui.admin.without_label", language, count=missing))
    if len(counts) > _LABELS_SHOWN:
        facts.append(say("ui.admin.not_shown", language, count=len(counts) - _LABELS_SHOWN))
    heading = escape(say(f"ui.admin.column.{column}", language))
    return f'<h3>{heading} <small>{escape(" ".join(facts))}</small></h3><ul class="label-bars">{bars}</ul>'


def _names(heading: str, groups: Sequence[Sequence[str]]) -> str:
    return _details(heading, [" = ".join(group[:_NAMES_SHOWN]) for group in groups])


def _details(heading: str, lines: Sequence[str]) -> str:
    if not lines:
        return ""
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<details><summary>{escape(heading)} ({len(lines)})</summary><ul>{items}</ul></details>"


# --- jobs ----------------------------------------------------------------------------------------


def estimate(found: Estimate, language: str) -> str:
    """Return how long a job will take here, before it is started."""
    trial = found.trial
    head = say("ui.admin.ready_in", language, time=minutes(found.total_minutes, language))
    rest = say(
        "ui.admin.estimate",
        language,
        step=f"{trial.seconds_per_step:.2f}",
        steps=f"{found.steps:,}",
        passes=f"{found.passes:.1f}",
        pictures=trial.num_pictures,
        memory=trial.peak_mb,
    )
    return f'<div class="verdict"><h2>{escape(head)}</h2><p>{escape(rest)}</p></div>'


def batches(chosen: int, trials: Sequence[Trial], language: str) -> str:
    """Return what was measured of batches of several sizes."""
    heads = [escape(say(f"ui.admin.batch.{name}", language)) for name in ("size", "step", "rate", "memory")]
    rows = [
        [
            f"<b>{trial.batch} ✓</b>" if trial.batch == chosen else str(trial.batch),
            f"{trial.seconds_per_step:.2f} s",
            f"{trial.pictures_per_second:.1f}",
            f"{trial.peak_mb:,} MB",
        ]
        for trial in trials
    ]
    return _table(rows, heads, "numbers")


def job(view: JobView, language: str) -> str:
    """Return how a job is at the moment."""
    state = say(f"ui.admin.state.{view.state}", language)
    words = []
    if view.phase:
        words.append(say(f"ui.admin.phase.{view.phase}", language))
    if view.reason:
        words.append(say(f"ui.admin.reason.{view.reason}", language))
    if view.interrupted:
        words.append(say("ui.admin.interrupted", language))
    if view.error:
        words.append(say(view.error, language, **view.error_values))
    words.append(
        say("ui.admin.trained", language, minutes=f"{view.minutes:.1f}", of=f"{view.total_minutes:g}", step=view.step)
    )
    if view.kept_step is not None:
        words.append(say("ui.admin.kept_step", language, step=view.kept_step))
    if view.seconds_per_step is not None:
        words.append(say("ui.admin.pace", language, step=f"{view.seconds_per_step:.2f}"))
    if view.seconds_left is not None:
        words.append(say("ui.admin.left", language, time=minutes(view.seconds_left / 60, language)))
    share = 1.0 if view.state == "finished" else view.progress
    bar = f'<span class="track"><i style="width: {100 * share:.0f}%"></i></span>'
    text = " · ".join(words)
    return (
        f'<div class="job-card {view.state}" role="status"><b class="state">{escape(state)}</b>{bar}'
        f"<p>{escape(text)}</p></div>"
    )


# --- old and new ---------------------------------------------------------------------------------


def number(value: float | None) -> str:
    """Return a figure as a table shows it."""
    if value is None:
        return "–"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"


def differences(found: Sequence[Difference], language: str) -> str:
    """Return every figure of the old and of the new model, with the interval of their difference."""
    heads = [escape(say(f"ui.admin.compared.{name}", language)) for name in ("figure", "old", "new", "gap", "verdict")]
    rows = []
    for each in found:
        name = escape(title(each, language))
        gap = "" if each.low is None else f"{_signed(each.low)} … {_signed(each.high)}"
        verdict = escape(say(f"ui.admin.verdict.{each.verdict}", language))
        arrow = "↑" if each.higher_is_better else "↓"
        name = f"<b>{name}</b> {arrow}" if each.decides else f"{name} {arrow}"
        new = f"<b>{number(each.new)}</b>"
        rows.append([name, number(each.old), new, gap, f'<span class="mark {each.verdict}">{verdict}</span>'])
    return _table(rows, heads, "numbers")


def _signed(value: float) -> str:
    return f"{value:+.4f}" if abs(value) < 10 else f"{value:+.2f}"


def gate(passed: bool, sentences: Sequence[str], facts: Sequence[tuple[str, str]], language: str) -> str:
    """Return whether a model may take the live one's place, and why not."""
    head = say("ui.admin.gate_passed" if passed else "ui.admin.gate_failed", language)
    reasons = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    rest = " · ".join(f"{name}: {value}" for name, value in facts)
    state = "passed" if passed else "failed"
    return f'<div class="verdict gate {state}"><h2>{escape(head)}</h2>{reasons}<p>{escape(rest)}</p></div>'


def controls(found: Mapping[str, Mapping[str, float]], language: str) -> str:
    """Return what could be had without the network, to compare with."""
    if not found:
        return ""
    names = list(dict.fromkeys(name for values in found.values() for name in values))
    heads = [escape(say("ui.admin.control", language)), *(escape(title_of_key(name, language)) for name in names)]
    rows = []
    for method, values in found.items():
        key = f"figure.control.{method.replace(' ', '_')}"
        rows.append([say(key, language) if key in texts(language) else escape(method)])
        rows[-1] += [number(values.get(name)) for name in names]
    return headed(say("ui.admin.controls", language), _table(rows, heads, "numbers"))


def confusion(labels: Sequence[str], matrix: np.ndarray, language: str) -> str:
    """Return a confusion matrix: true labels in rows, predictions in columns; its cells can be pressed.

    Args:
        labels: C of them.
        matrix: (C, C).
    """
    most = max(1, int(matrix.max(initial=0)))
    corner = escape(say("ui.admin.truth_answer", language))
    head = "".join(f'<th scope="col"><span>{escape(label)}</span></th>' for label in labels)
    rows = []
    for row, label in enumerate(labels):
        cells = "".join(
            f'<td class="{"right" if row == column else "wrong"}" style="--share: {matrix[row, column] / most:.2f}">'
            + (
                f'<button type="button" data-row="{row}" data-column="{column}">{matrix[row, column]}</button>'
                if matrix[row, column]
                else ""
            )
            + "</td>"
            for column in range(len(labels))
        )
        rows.append(f'<tr><th scope="row">{escape(label)}</th>{cells}</tr>')
    return (
        f'<div class="admin-scroll"><table class="confusion"><thead><tr><th>{corner}</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def label_scores(scores: Sequence[Any], language: str) -> str:
    """Return precision, recall, F1 and AUROC of every label; see `classifier_evaluation.LabelScore`."""
    names = ("label", "works", "precision", "recall", "f1", "auroc")
    heads = [escape(say(f"ui.admin.score.{name}", language)) for name in names]
    rows = [
        [escape(score.label), str(score.works), *(f"{getattr(score, name):.3f}" for name in names[2:])]
        for score in scores
        if score.works
    ]
    return _table(rows, heads, "numbers")


# --- versions ------------------------------------------------------------------------------------


def version_table(rows: Sequence[Any], language: str) -> str:
    """Return the versions of a checkpoint; see `deepart.admin.versions.Version`."""
    heads = [escape(say(f"ui.admin.version.{name}", language)) for name in ("number", "made", "size", "figures")]
    body = []
    for row in rows:
        live = f' <span class="mark better">{escape(say("ui.admin.live", language))}</span>' if row.is_live else ""
        found = list(row.gate.get("figures", {}).items())[:6]
        figures = " · ".join(f"{title_of_key(key, language)} {value:g}" for key, value in found)
        in_spite = say("ui.admin.in_spite", language, reason=row.reason)
        reason = f"<br><i>{escape(in_spite)}</i>" if row.reason else ""
        made = escape(row.made.replace("T", " ").removesuffix("Z")) or escape(say("ui.admin.bundled", language))
        body.append([f"<b>{row.number}</b>{live}", made, f"{row.size / 1e6:.1f} MB", escape(figures) + reason])
    return _table(body, heads)


def history(entries: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return what was done with a checkpoint, the latest first."""
    if not entries:
        return ""
    items = "".join(f"<li>{escape(_entry(entry, language))}</li>" for entry in entries)
    return f'<h3>{escape(say("ui.admin.history", language))}</h3><ul class="admin-history">{items}</ul>'


def _entry(entry: Mapping[str, Any], language: str) -> str:
    action = say(f"ui.admin.action.{entry['action']}", language)
    time = entry["time"].replace("T", " ").removesuffix("Z")
    parts = [time, f"{action} {entry['from']} → {entry['to']}", entry["reason"]]
    return " · ".join(filter(None, parts))


# --- search and slimming -------------------------------------------------------------------------


def trials(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """Return a table of the trials of a search; see `deepart.admin.search.Found.rows`."""
    if not rows:
        return note(say("ui.admin.no_trials", language))
    names = list(rows[0])
    kinds = {name: "trial" if name in _TRIAL else "setting" for name in names}
    heads = [escape(say(f"ui.admin.{kind}.{name}", language)) for name, kind in kinds.items()]
    body = []
    for row in rows:
        values = {**row, "state": say(f"ui.admin.trial_state.{row['state']}", language)}
        body.append([escape(_setting(values.get(name))) for name in names])
    return _table(body, heads, "numbers")


_TRIAL = ("trial", "state", "value", "seconds")


def _setting(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def costs(before: Any, after: Any, language: str) -> str:
    """Return parameters, size and speed before and after; see `deepart.admin.slimming.Facts`."""
    heads = [escape(say(f"ui.admin.cost.{name}", language)) for name in ("name", "parameters", "size", "seconds")]
    rows = [
        [
            escape(say(f"ui.admin.cost.{name}", language)),
            f"{facts.parameters:,}",
            f"{facts.size / 1e6:.2f} MB",
            f"{facts.seconds:.4f} s",
        ]
        for name, facts in (("before", before), ("after", after))
    ]
    return _table(rows, heads, "numbers")
