"""How many steps a worker takes at once: many while they wait for others, few while this machine is what they wait for."""

from datetime import timedelta

from temporalio.worker import (
    FixedSizeSlotSupplier,
    ResourceBasedSlotConfig,
    ResourceBasedSlotSupplier,
    ResourceBasedTunerConfig,
    WorkerTuner,
)

FEWEST, MOST = 4, 50
"""Steps of one owner. Fifty that all compute take a second each, and whoever comes with one waits behind all of them: with 400
sagas of another tenant queued, sagas of five steps took 10 to 15 s; now 5 s at p95 (`python -P -m city noisy --sagas 400`, two cores)."""
BUSY, FULL = 0.8, 0.95
"""Shares of processor and memory in use above which no more than the fewest are taken."""
RAMP = timedelta(milliseconds=20)


def tuner() -> WorkerTuner:
    """For a worker that runs steps and nothing else."""
    steps = ResourceBasedSlotSupplier(
        ResourceBasedSlotConfig(FEWEST, MOST, RAMP),
        ResourceBasedTunerConfig(target_memory_usage=FULL, target_cpu_usage=BUSY),
    )
    one = FixedSizeSlotSupplier(1)
    return WorkerTuner.create_composite(
        workflow_supplier=one, activity_supplier=steps, local_activity_supplier=one, nexus_supplier=one
    )
