"""One run: a platform and an observer, the load and the faults at once, then quiet, then the questions."""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from symphainy.cli.chaos import checks
from symphainy.cli.chaos.faults import Site, chosen, strike
from symphainy.cli.chaos.grounds import observer, platform
from symphainy.cli.chaos.load import Load, approve
from symphainy.cli.chaos.report import Report
from symphainy.cli.chaos.sagas import Transfer
from symphainy.cli.instance import Instance
from symphainy.cli.output import complain, emit, say, table
from symphainy.foundations.experience import SymphainyClient
from symphainy.foundations.language.errors import SymphainyError

REALM = "symphainy.cli.chaos.ledger:Manager"
QUIET = 120.0
"""Seconds after the load until every saga must be closed."""


@dataclass(frozen=True)
class Plan:
    """What to do. ``ignore_keys``: the negative control, in which the run must find doubled effects."""

    sagas: int = 300
    faults: int = 20
    seed: int = 1
    width: int = 16
    pause: float = 2.0
    only: tuple[str, ...] = ()
    ignore_keys: bool = False
    out: Path | None = None


def chaos(plan: Plan, data_dir: Path | None, *, as_json: bool = False) -> int:
    """Run it; 0 when every invariant held. Without ``data_dir`` on a platform of its own, which is thrown away."""
    chosen(plan.only)  # a wrong id is told before anything starts
    with tempfile.TemporaryDirectory(prefix="symphainy-chaos-") as folder:
        ground = nullcontext(data_dir) if data_dir else platform(Path(folder), REALM, workers=2, experiences=2)
        with observer(Path(folder), ignore_keys=plan.ignore_keys) as address, ground as where:
            report = asyncio.run(_run(plan, where, address))
    if plan.out:
        plan.out.parent.mkdir(parents=True, exist_ok=True)
        plan.out.write_text(json.dumps(report.data(), indent=1) + "\n")
    emit(report.data()) if as_json else _show(report)
    return 1 if report.findings else 0


async def _run(plan: Plan, data_dir: Path, address: str) -> Report:
    report, began = Report(plan.seed, plan.sagas), time.monotonic()
    layout = Instance.running(data_dir).layout
    before = checks.sizes(layout.logs)
    site = Site(data_dir, address, random.Random(f"{plan.seed}/faults"))
    tenant, word = f"chaos{plan.seed}-{int(time.time())}", random.randbytes(18).hex()
    async with (
        SymphainyClient(layout.url("experience_api"), layout.url("solution_api")) as owner,
        SymphainyClient(layout.url("experience_api"), layout.url("solution_api")) as clerk,
    ):
        for client, user in ((owner, "owner"), (clerk, "clerk")):
            await client.register(tenant, f"{user}@chaos.invalid", word)
            await client.login(tenant, f"{user}@chaos.invalid", word)
        await owner.solution.set_roles((await clerk.session()).principal.id, ["operator"])
        load = Load(owner, plan.seed, [Transfer.of(plan.seed, n) for n in range(plan.sagas)])
        await load.register(address)
        approving, striking = (
            asyncio.create_task(approve(clerk)),
            asyncio.create_task(strike(site, plan.faults, plan.pause, chosen(plan.only))),
        )
        progress = asyncio.create_task(_progress(load, site))
        await asyncio.gather(load.run(plan.width), striking)
        ended, spans = await _ended(owner, load, report)
        for task in (approving, progress):
            task.cancel()
        report.findings += load.findings
    _judge(report, load, site, ended, spans)
    report.findings += _stored(data_dir) + checks.logs(layout.logs, before)
    report.seconds = time.monotonic() - began
    return report


async def _ended(
    client: SymphainyClient, load: Load, report: Report
) -> tuple[list[checks.Ended], dict[str, tuple[float, float]]]:
    """Every saga when it is closed, read as a client reads it."""
    limit, ended, spans = asyncio.Semaphore(8), [], {}

    async def read(transfer: Transfer) -> None:
        execution = load.executions.get(transfer.number)
        if execution is None:
            report.findings.append(f"I1: intent {transfer.number} was never answered")
            return
        async with limit:
            try:
                result = await client.result(execution, wait=QUIET)
                events = [e async for e in client.watch(execution)] if result.closed else []
            except SymphainyError as error:
                report.findings.append(f"I1: {execution} cannot be read: {error}")
                return
        end = events[-1].time.timestamp() if events else time.time()
        spans[execution] = (load.submitted[transfer.number], end)
        told = tuple((event.seq, event.type) for event in events)
        ended.append(checks.Ended(transfer, execution, result.status, result.compensation, told))

    await asyncio.gather(*(read(t) for t in load.transfers))
    return ended, spans


def _judge(
    report: Report, load: Load, site: Site, ended: list[checks.Ended], spans: dict[str, tuple[float, float]]
) -> None:
    with urlopen(site.observer + "/ledger", timeout=60) as answer:
        effects = [checks.Effect(*row) for row in json.load(answer)["effects"]]
    with urlopen(site.observer + "/times", timeout=60) as answer:
        deliveries = [(key, kind, at) for key, kind, at in json.load(answer)]
    report.findings += checks.shapes(ended, effects) + checks.strangers(ended, effects)
    report.findings += checks.conserved(ended, effects) + checks.told(ended)
    report.deliveries, report.effects, report.faults = len(deliveries), len(effects), site.log
    report.recovery = checks.recoveries(site.log, spans, deliveries)
    report.statuses = dict(Counter(saga.status for saga in ended))
    report.duplicates = load.duplicates
    ordered = sorted(load.latencies)
    report.submit_p99 = ordered[int(0.99 * len(ordered))] if ordered else 0.0
    if site.log and report.redelivered <= 0:
        report.findings.append("I7: no fault led to a second delivery: the run shows nothing")


def _stored(data_dir: Path) -> list[str]:
    """I5, I6: the journal against Temporal's histories, chains and anchors included."""
    command = [sys.executable, "-P", "-m", "symphainy.cli", "state", "verify", "--json", "--data-dir", str(data_dir)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return [f"I6: state verify: {(done.stderr or done.stdout)[-300:]}"]
    return [] if told["ok"] else [f"I6: {finding}" for finding in told["findings"][:50]]


async def _progress(load: Load, site: Site) -> None:
    while True:
        await asyncio.sleep(5)
        complain(f"  {len(load.executions)} of {len(load.transfers)} sagas submitted, {len(site.log)} faults")


def _show(report: Report) -> None:
    say(
        f"{report.sagas} sagas, {report.duplicates} duplicates, {len(report.faults)} faults in {report.seconds:.0f} s, seed {report.seed}"
    )
    say(
        f"{report.statuses}; {report.deliveries} deliveries for {report.effects} effects; submit p99 {report.submit_p99:.2f} s"
    )
    table(("id", "fault", "times", "open", "median s", "p99 s", "target s"), report.table())
    table(("", "invariant", "broken"), report.invariants())
    for finding in report.findings[:30]:
        complain(finding)
    for fault in report.faults if report.findings else ():
        complain(f"  fault {fault}")
