"""Two questions about another process that are easy to answer wrong: does it live, and is it gone."""

import contextlib

import psutil


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs: the same process still, and no zombie waiting for a parent that never asks."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end(process: psutil.Process, patience: float = 5.0) -> None:
    """Ask it to end, and make it after ``patience`` seconds."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.terminate()
    try:
        process.wait(patience)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(patience)
