"""The validation of a migration as a text table."""

from __future__ import annotations


def format_checks(checks: list[dict[str, str]]) -> str:
    """Return a validation as a table: the figure, both sides, the verdict, and details below."""
    lines = [f"{'':<58}{'there':>16}{'here':>16}  verdict"]
    for check in checks:
        lines.append(f"{check['what']:<58}{check['there']:>16}{check['here']:>16}  {check['verdict']}")
        lines += [f"    {check['detail']}"] if check["detail"] else []
    counts = {verdict: sum(one["verdict"] == verdict for one in checks) for verdict in ("ok", "noted", "failed")}
    return "\n".join([*lines, ", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + "."])
