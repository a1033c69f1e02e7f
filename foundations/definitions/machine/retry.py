"""Retry policies: when the next attempt is due, or that there is none (DSL.md 1.6)."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from symphainy.foundations.definitions.durations import parse_duration
from symphainy.foundations.definitions.machine import flow
from symphainy.foundations.definitions.machine.state import Frame
from symphainy.foundations.definitions.problems import as_value
from symphainy.foundations.language.errors import Problem

if TYPE_CHECKING:
    from symphainy.foundations.definitions.machine.machine import Machine

CEILING = timedelta(days=1)
"""No delay grows beyond this; the specification names no cap."""


def delay(m: "Machine", f: Frame, policy: dict[str, Any], error: Problem) -> timedelta | None:
    """The delay before the next attempt, None when the policy allows no more.

    ``limit.attempt.count`` counts retries (5 means up to 6 executions). Constant: d; linear: d·n; exponential: d·2^(n-1).
    Jitter is added, uniform in [from, to], drawn from the attempt's place in the run and so the same at every replay.
    """
    bound = {"error": as_value(error)}
    if "when" in policy and not flow.truthy(m, f, policy["when"], f.input, bound):
        return None
    if "exceptWhen" in policy and flow.truthy(m, f, policy["exceptWhen"], f.input, bound):
        return None
    limit, attempt = policy.get("limit") or {}, int(f.data["attempt"])
    most = (limit.get("attempt") or {}).get("count", m.program.plan.limits.attempts)
    if attempt > min(int(most), m.program.plan.limits.attempts):
        return None
    base = parse_duration(flow.resolve(m, f, policy.get("delay", {"seconds": 0}), f.input))
    backoff = policy.get("backoff") or {"constant": {}}
    factor = 2.0 ** min(attempt - 1, 40) if "exponential" in backoff else attempt if "linear" in backoff else 1
    seconds = min(base.total_seconds() * factor, CEILING.total_seconds())
    if jitter := policy.get("jitter"):
        low, high = (parse_duration(jitter[k]).total_seconds() if k in jitter else 0.0 for k in ("from", "to"))
        draw = int.from_bytes(hashlib.sha256(f.data["body"].encode()).digest()[:8], "big") / 2**64
        seconds += low + (max(high, low) - low) * draw
    if "duration" in limit:
        until = datetime.fromisoformat(f.data["began"]) + parse_duration(limit["duration"])
        if m.now + timedelta(seconds=seconds) > until:
            return None
    return timedelta(seconds=seconds)
