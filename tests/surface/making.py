"""Makes what the surface is given: openings, calls, entries, closings of one tenant."""

from datetime import UTC, datetime
from typing import Any

from symphainy.foundations.language.context import Passport, Principal
from symphainy.foundations.language.contract import Contract, Effects
from symphainy.foundations.language.ids import effect_key
from symphainy.foundations.language.records import Record
from symphainy.foundations.language.wire import Closing, Opening, StepCall, StepResult
from symphainy.runtime.ids import mint
from symphainy.runtime.surface import Entry

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOCAL = Contract(name="text.shout", version="1", owner="content", input={}, output={}, duration="short")
PAY = Contract(
    name="bank.pay",
    version="1",
    owner="content",
    input={},
    output={},
    determinism="effectful",
    effects=Effects(),
    undo="bank.refund",
)


def passport(tenant: str, execution: str) -> Passport:
    return Passport(
        tenant=tenant, principal=Principal(id="usr_ann", tenant=tenant), execution_id=execution, plan_digest="sha256:p",
        not_after=NOW, issued_at=NOW, bundle="sha256:b",
    )  # fmt: skip


def opening(tenant: str, execution: str, run: str = "run-1", **more: Any) -> Opening:
    return Opening(
        tenant=tenant, execution_id=execution, intent="content.upload", plan_digest="sha256:p", definition="acme/upload:1",
        run_id=run, task=f"{run}/3", **more,
    )  # fmt: skip


def call(
    tenant: str,
    execution: str,
    path: str,
    *,
    undo: bool = False,
    task: str = "",
    contract: Contract = LOCAL,
    **more: Any,
) -> StepCall:
    return StepCall(
        tenant=tenant, execution_id=execution, capability=contract.ref, path=path, name=path.rsplit("/", 1)[-1],
        effect_key=effect_key(tenant, execution, path, undo=undo), kind="undo" if undo else "do", now=NOW, plan_digest="sha256:p",
        task=task, **more,
    )  # fmt: skip


def entry(
    asked: StepCall,
    output: Any = None,
    *,
    digest: str = "d",
    contract: Contract = LOCAL,
    record: Record | None = None,
    **more: Any,
) -> Entry:
    problem = more.pop("problem", None)
    result = StepResult(path=asked.path, output=output, problem=problem, at=more.pop("at", NOW))
    if record is None:
        record = Record()
        record.rule("security_guard", "cedar")
    return Entry(asked, digest, result, record, contract, passport(asked.tenant, asked.execution_id), **more)


def closing(tenant: str, execution: str, status: Any = "completed", **more: Any) -> Closing:
    return Closing(tenant=tenant, execution_id=execution, status=status, **more)


def new() -> str:
    return mint("execution")
