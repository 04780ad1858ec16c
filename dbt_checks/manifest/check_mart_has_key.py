"""A check of ours for dbt-bouncer: a published table has a key that something holds."""

from dbt_bouncer.check_framework.decorator import check, fail

_KEYS = {"primary_key", "unique"}


@check
def check_mart_has_key(model, *, tested_elsewhere: list[str]):
    """A mart declares a primary key or a unique constraint, for a column or for the table.

    Args:
        model: The model.
        tested_elsewhere: Models whose key a test proves instead.
    """
    columns = model.columns.values() if model.columns else []
    constraints = [*(model.constraints or []), *(one for column in columns for one in column.constraints or [])]
    kinds = {getattr(one.type, "value", one.type) for one in constraints}
    if kinds & _KEYS and model.name in tested_elsewhere:
        fail(f"`{model.name}` has an enforced key: take it off the list `tested_elsewhere`.")
    if not kinds & _KEYS and model.name not in tested_elsewhere:
        fail(f"`{model.name}` has no key: declare a primary_key, or prove it by a test and list it.")
