"""One run: a platform and an observer, the load and the faults at once, then quiet, then the questions."""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from symphainy.cli.chaos import checks
from symphainy.cli.chaos.ends import closed, told
from symphainy.cli.chaos.faults import chosen, strike
from symphainy.cli.chaos.grounds import observer, platform
from symphainy.cli.chaos.load import Load, approve
from symphainy.cli.chaos.people import people
from symphainy.cli.chaos.recovery import recoveries
from symphainy.cli.chaos.report import Report
from symphainy.cli.chaos.sagas import documents, kinds
from symphainy.cli.chaos.site import Site
from symphainy.cli.chaos.story import stories
from symphainy.cli.instance import Instance
from symphainy.cli.output import complain, emit, say, table

REALM = "symphainy.cli.chaos.ledger:Manager"


@dataclass(frozen=True)
class Plan:
    """What to do. ``ignore_keys``: the negative control, in which the run must find doubled effects."""

    sagas: int = 300
    faults: int = 20
    seed: int = 1
    width: int = 8
    """Clients that each wait for an end before they begin anew: two cores are busy with eight, and with more sagas wait in queues."""
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
    async with people(layout, plan.seed) as acting:
        site = Site(data_dir, address, random.Random(f"{plan.seed}/faults"), acting)
        load = Load(acting, plan.seed, plan.sagas, site.editions)
        for client in (acting.owner, acting.neighbour):
            for text in documents(address):
                await client.solution.register(json.dumps(text), "chaos.yaml")
        with ending(approve(acting.clerk)), ending(_progress(load, site)):
            await asyncio.gather(load.run(plan.width), strike(site, plan.faults, plan.pause, chosen(plan.only)))
            results = await closed(load, report)
            (ended, spans), stored = await asyncio.gather(  # nothing moves any more
                told(load, results, report), asyncio.to_thread(_stored, data_dir)
            )
        report.findings += load.findings + site.findings
        _judge(report, load, site, ended, spans)
        report.findings += stored + checks.logs(layout.logs, before)
        report.stories = await stories(load, report.findings)
    report.seconds = time.monotonic() - began
    return report


def _judge(
    report: Report, load: Load, site: Site, ended: list[checks.Ended], spans: dict[str, tuple[float, float]]
) -> None:
    with urlopen(site.observer + "/ledger", timeout=60) as answer:
        effects = [checks.Effect(*row) for row in json.load(answer)["effects"]]
    with urlopen(site.observer + "/times", timeout=60) as answer:
        deliveries = [(key, kind, at) for key, kind, at in json.load(answer)]
    report.findings += checks.shapes(ended, effects) + checks.strangers(ended, effects)
    report.findings += checks.texts(ended, effects)
    report.findings += checks.conserved(ended, effects) + checks.told(ended)
    report.deliveries, report.effects, report.faults = len(deliveries), len(effects), site.log
    poisoned = [spans[saga.execution] for saga in ended if saga.transfer.kind == "poison"]
    report.recovery = recoveries(site.log, spans, deliveries, poisoned)
    report.statuses = dict(Counter(saga.status for saga in ended))
    report.duplicates, report.kinds = load.duplicates, kinds(load.transfers)
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


@contextmanager
def ending(work: Coroutine[None, None, None]) -> Iterator[None]:
    """Something that goes on by the way, and ends with the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()


async def _progress(load: Load, site: Site) -> None:
    while True:
        await asyncio.sleep(5)
        complain(f"  {len(load.executions)} of {len(load.transfers)} sagas submitted, {len(site.log)} faults")


def _show(report: Report) -> None:
    say(
        f"{report.sagas} sagas, {report.duplicates} duplicates, {len(report.faults)} faults in {report.seconds:.0f} s, seed {report.seed}"
    )
    say(f"kinds: {', '.join(f'{count} {kind}' for kind, count in report.kinds.items())}")
    say(
        f"{report.statuses}; {report.deliveries} deliveries for {report.effects} effects; submit p99 {report.submit_p99:.2f} s"
    )
    table(("id", "fault", "times", "open", "median s", "p99 s", "alone", "p99 s", "target s"), report.table())
    table(("", "invariant", "broken"), report.invariants())
    for finding in report.kept(of_each=10):
        complain(finding)
    if report.findings:
        complain(f"seed {report.seed}, {report.commit}")
    for fault in report.faults if report.findings else ():
        complain(f"  fault {fault}")
    for execution, story in report.stories.items():
        complain(f"{execution}: {json.dumps(story, indent=1)}")
