"""Looking for personal data costs in proportion to the text, whatever stands in it: four times the text, about four times the work."""

from time import thread_time

import pytest

from symphainy.governance.data_steward.personal import CONTEXT, PERSONAL, find

HOSTILE = (
    "\n1111", "1 Jan A. 1A ", "1111 A tax id http://AA 1111 > ", "12 Jan 1 12 ", "a@a.", "1:", "(1)-", "rue A 1 Unit 9, ", "Aring 1 ",
    "address of the moved, ", "A van der ", "\n > ", "Ann Bo\nA,\n", "lena 1 ", "corner of  A", "\nRue ",
)  # fmt: skip
"""Found by trying 1,500 texts of repeated pieces on each detector; the worst ones, and one for each kind."""


def work(text: str) -> float:
    """Seconds of this thread, the least of three: what else the machine does is not in them."""

    def once() -> float:
        begun = thread_time()
        find(text, kinds=PERSONAL + CONTEXT)
        return thread_time() - begun

    find(text[:300], kinds=PERSONAL + CONTEXT)
    return min(once() for _ in range(3))


@pytest.mark.parametrize("piece", HOSTILE)
def test_four_times_the_text_is_not_eight_times_the_work(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symphainy.governance.data_steward.personal.scan._REMEMBERED", 1_000_000)
    small, large = ((piece * size)[:size] for size in (2_048, 8_192))
    assert work(large) <= 8 * work(small) + 0.002
