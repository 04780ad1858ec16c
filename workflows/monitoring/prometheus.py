"""The state of a home as metrics in Prometheus's text format: figures and names of kinds, no data of anybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from workflows.config.settings import Settings
from workflows.config.worker_lock import worker_is_running
from workflows.cycle.published_state import Published, read_published
from workflows.jobs.client import JobClient, reading_job_client
from workflows.monitoring.check_log import HealthResults, last_results
from workflows.monitoring.condition_checks import CONDITIONS, SystemState, condition_of, failed_conditions
from workflows.monitoring.system_state import read_system_state

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CYCLES = ("sync", "backfill")
_STATES = ("queued", "running")

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True)
class Metric:
    """A gauge.

    Attributes:
        name: Its name, without `shipledger_`.
        meaning: What it measures, in one line.
        samples: Labels and value of each; none when nothing is known yet.
    """

    name: str
    meaning: str
    samples: tuple[Sample, ...]


def read_metrics(settings: Settings) -> str:
    """Return the metrics of a home as it is now. Nothing is made or written in it.

    Raises:
        ShipledgerError: A file of the home or the workflow store cannot be read.
    """
    now = datetime.now(UTC)
    published = read_published(settings)
    with reading_job_client(settings) as jobs:
        state = read_system_state(settings, jobs, published, now)
        found = [
            *_ages(state),
            *_jobs(jobs),
            _exceptions(published),
            *_checks(state, last_results(settings.operations), now),
        ]
    running = _one("worker_running", "1 while a worker runs in this home.", worker_is_running(settings.home))
    return format_metrics([*found, running])


def format_metrics(metrics: Iterable[Metric]) -> str:
    """Return metrics in Prometheus's text format."""
    lines: list[str] = []
    for metric in metrics:
        name = f"shipledger_{metric.name}"
        lines += [f"# HELP {name} {metric.meaning}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value:.15g}" for labels, value in metric.samples]
    return "\n".join([*lines, ""])


def _labels(labels: Mapping[str, str]) -> str:
    pairs = [f'{name}="{_escaped(value)}"' for name, value in labels.items()]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _one(name: str, meaning: str, value: float | None) -> Metric:
    return Metric(name, meaning, () if value is None else (({}, float(value)),))


def _age(instant: datetime | None, now: datetime) -> float | None:
    return (now - instant).total_seconds() if instant else None


def _ages(state: SystemState) -> Iterable[Metric]:
    now = state.now
    yield _one("snapshot_age_seconds", "Age of the published snapshot.", _age(state.snapshot_at, now))
    meaning = "Age of the newest change in ShipStation that is known; it grows while nothing changes there."
    yield _one("watermark_age_seconds", meaning, _age(state.watermark, now))
    yield _one("last_read_age_seconds", "Time since ShipStation was last read.", _age(state.read_at, now))


def _jobs(jobs: JobClient) -> Iterable[Metric]:
    last = next(iter(jobs.jobs(kinds=_CYCLES, status=["SUCCESS"], limit=1)), None)
    facts: Mapping[str, Any] = (last.result if last else None) or {}
    meaning = "Seconds that the last successful sync or backfill took."
    yield _one("last_cycle_seconds", meaning, facts.get("seconds"))
    meaning = "Requests that the last successful sync or backfill sent to ShipStation."
    yield _one("last_cycle_api_requests", meaning, facts.get("api_requests"))
    counted = Counter(job.status for job in jobs.open_jobs())
    samples = tuple(({"status": status}, float(counted[status])) for status in _STATES)
    yield Metric("jobs", "Jobs that are queued or running.", samples)


def _exceptions(published: Published) -> Metric:
    samples = tuple(
        ({"type": kind, "severity": severity}, float(count)) for kind, severity, count in published.exceptions
    )
    return Metric("open_exceptions", "Open exceptions by type.", samples)


def _checks(state: SystemState, health: HealthResults | None, now: datetime) -> Iterable[Metric]:
    failed = {condition_of(check.name) for check in failed_conditions(state)}
    samples = tuple(({"condition": name}, float(name not in failed)) for name in CONDITIONS)
    yield Metric("condition_ok", "1 when a condition that raises alerts passes now, else 0.", samples)
    results = health.results if health else {}
    samples = tuple(({"check": name}, float(is_ok)) for name, is_ok in results.items())
    yield Metric("check_ok", "1 when a check passed in the last run of `health`, else 0.", samples)
    at = health.checked_at if health else None
    yield _one("health_age_seconds", "Time since the last run of `health`.", _age(at, now))
