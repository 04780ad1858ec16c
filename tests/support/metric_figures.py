"""A metric's figure, computed from its definition: what a semantic layer would ask a published snapshot for.

Covers what our metrics use: simple metrics of one measure, a filter on a dimension, and balances, of which the
last day of a span counts.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import duckdb


class Metrics:
    """The metrics of a manifest over an open snapshot."""

    def __init__(self, manifest: Any, connection: duckdb.DuckDBPyConnection) -> None:
        self._metrics = {metric.name: metric for metric in manifest.metrics.values()}
        self._models = list(manifest.semantic_models.values())
        self._connection = connection

    def figure(self, name: str, first: date, last: date) -> int | float | None:
        """The metric over the days from first to last."""
        return self._figures(name, first, last, "''").get("")

    def by(self, name: str, group: str, first: date, last: date) -> dict[str, Any]:
        """The same for each value of a dimension or an entity."""
        model, _ = self._measured(self._metrics[name])
        return self._figures(name, first, last, _expression(model, group))

    def _figures(self, name: str, first: date, last: date, group: str) -> dict[str, Any]:
        metric = self._metrics[name]
        assert str(metric.type.value) == "simple"
        model, measure = self._measured(metric)
        time = _expression(model, measure.agg_time_dimension or model.defaults.agg_time_dimension)
        condition = f"{time} between $first and $last"
        if measure.non_additive_dimension:
            balance = _expression(model, measure.non_additive_dimension.name)
            choice = measure.non_additive_dimension.window_choice.value
            source = f"marts.{model.node_relation.alias}"
            condition += f" and {balance} = (select {choice}({balance}) from {source} where {condition})"
        for text in _filters(metric, metric.type_params.measure):
            condition += f" and ({_resolved(model, text)})"
        return dict(
            self._connection.execute(
                f"select {group}, {measure.agg.value}({measure.expr or measure.name})"
                f" from marts.{model.node_relation.alias} where {condition} group by all",
                {"first": first, "last": last},
            ).fetchall()
        )

    def _measured(self, metric: Any) -> tuple[Any, Any]:
        wanted = metric.type_params.measure.name
        ((model, measure),) = [
            (model, measure) for model in self._models for measure in model.measures if measure.name == wanted
        ]
        return model, measure


def _filters(*filtered: Any) -> list[str]:
    return [part.where_sql_template for one in filtered if one.filter for part in one.filter.where_filters]


def _resolved(model: Any, text: str) -> str:
    """A filter with each `{{ Dimension('entity__name') }}` as the expression it stands for."""

    def expression(found: re.Match[str]) -> str:
        entity, name = found[1].split("__")
        assert entity == model.primary_entity
        return _expression(model, name)

    return re.sub(r"\{\{ Dimension\('(\w+)'\) \}\}", expression, text)


def _expression(model: Any, name: str) -> str:
    (element,) = (one for one in (*model.dimensions, *model.entities) if one.name == name)
    return str(element.expr or element.name)
