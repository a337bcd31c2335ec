"""
PAN plagdet (Potthast et al., "An Evaluation Framework for Plagiarism Detection", COLING 2010), macro.

Precision, recall and granularity as in PAN's perfmeasures: characters of both documents count,
a detection detects a case when it overlaps it in both; plagdet = F1 / log2(1 + granularity).
"""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

from dedup import api
from dedup.settings import Settings
from measures.corpora import unpacked
from measures.tables import Table, share

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dedup.report import Report

MISSPELT = "featue"
"""The tag of one annotation of `passages-id`: no official case, but no false alarm either."""


@dataclass(frozen=True, slots=True)
class Case:
    """A stretch of a suspicious document and one of a source: annotated, or detected."""

    copy: str
    start: int
    end: int
    source: str
    source_start: int
    source_end: int
    kind: str = ""

    @property
    def size(self) -> int:
        """Count the characters on both sides."""
        return self.end - self.start + self.source_end - self.source_start

    def meets(self, other: Case) -> bool:
        """Tell whether both sides overlap."""
        return (
            (self.copy, self.source) == (other.copy, other.source)
            and min(self.end, other.end) > max(self.start, other.start)
            and min(self.source_end, other.source_end) > max(self.source_start, other.source_start)
        )


def annotated(folder: Path, tag: str = "feature") -> list[Case]:
    """Read the annotations; the official ones are called `feature`, one is misspelt."""
    cases = []
    for path in sorted(folder.glob("**/suspicious-documents/*.xml")):
        root = ET.fromstring(path.read_text(encoding="utf-8-sig"))  # noqa: S314 - a given corpus
        for feature in root:
            if feature.get("name") != "plagiarism" or feature.tag != tag:
                continue
            start, size = (int(feature.attrib[f"this_{x}"]) for x in ("offset", "length"))
            from_, length = (int(feature.attrib[f"source_{x}"]) for x in ("offset", "length"))
            kind = feature.get("obfuscation") or feature.attrib["type"]
            source = feature.attrib["source_reference"]
            cases.append(
                Case(path.stem, start, start + size, Path(source).stem, from_, from_ + length, kind)
            )
    return cases


def detected(report: Report) -> list[Case]:
    """Take the copies across documents of a report, blocks and passages alike."""
    cases = []
    for group in report.groups:
        if group.kind != "across":
            continue
        for copy in group.copies:
            part = copy.of or group.keeper
            source = Path(group.keeper.document).stem
            cases.append(
                Case(Path(copy.document).stem, copy.start, copy.end, source, part.start, part.end)
            )
    return cases


def score(cases: list[Case], detections: list[Case]) -> dict[str, float]:
    """Compute precision, recall, granularity and plagdet."""
    recalls = [_covered(case, detections) for case in cases]
    precisions = [_covered(detection, cases) for detection in detections]
    counts = [sum(case.meets(d) for d in detections) for case in cases]
    found = [count for count in counts if count]
    granularity = share(sum(found), len(found)) if found else 1.0
    precision = share(sum(precisions), len(precisions)) if precisions else 0.0
    recall = share(sum(recalls), len(recalls)) if recalls else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {
        "precision": precision,
        "recall": recall,
        "granularity": granularity,
        "plagdet": f1 / log2(1 + granularity),
    }


def _covered(case: Case, others: Iterable[Case]) -> float:
    """Give the share of a case's characters, on both sides, that the others cover."""
    meeting = [other for other in others if case.meets(other)]
    copy = _length([(o.start, o.end) for o in meeting], case.start, case.end)
    source = _length(
        [(o.source_start, o.source_end) for o in meeting], case.source_start, case.source_end
    )
    return share(copy + source, case.size)


def _length(spans: list[tuple[int, int]], low: int, high: int) -> int:
    """Count the positions between low and high that spans cover."""
    covered, at = 0, low
    for start, end in sorted(spans):
        first, last = max(start, at), min(end, high)
        if last > first:
            covered += last - first
            at = last
    return covered


def measure(archive: Path) -> list[Table]:
    """Check the suspicious documents against the sources, with the default settings."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpacked(archive, Path(scratch))
        suspicious = next(folder.glob("**/suspicious-documents"))
        sources = next(folder.glob("**/source-documents"))
        report = api.check([suspicious], [sources], Settings())
        cases = annotated(folder)
        known = [*cases, *annotated(folder, MISSPELT)]
    every = detected(report)
    detections = [d for d in every if d.source.startswith("source")]
    rows = [_row("all", cases, detections, score(cases, detections))]
    for kind in sorted({case.kind for case in cases}):
        some = [case for case in cases if case.kind == kind]
        result = score(some, detections)
        nothing = {"precision": float("nan"), "plagdet": float("nan")}
        rows.append(_row(kind, some, detections, result | nothing))
    alarms = [d for d in detections if not any(d.meets(case) for case in known)]
    note = (
        f"{len(detections)} detections, {len(alarms)} of them overlap no case; "
        f"{len(every) - len(detections)} more between suspicious documents."
    )
    columns = ("cases", "number", "found", "precision", "recall", "granularity", "plagdet")
    tables = [Table("PAN plagdet, macro, default settings", columns, rows, note)]
    if alarms:
        listed = [(d.copy, d.start, d.end, d.source, d.source_start, d.source_end) for d in alarms]
        columns = ("suspicious", "from", "to", "source", "from there", "to there")
        tables.append(Table("Detections that overlap no annotated case", columns, listed))
    return tables


def _row(
    name: str, cases: list[Case], detections: list[Case], result: dict[str, float]
) -> tuple[object, ...]:
    found = sum(any(case.meets(d) for d in detections) for case in cases)
    figures = (result[key] for key in ("precision", "recall", "granularity", "plagdet"))
    return (name, len(cases), found, *figures)
