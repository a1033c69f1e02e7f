"""Random bytes: real definitions that were bent, cut, spliced and salted, and a few that never were any."""

from functools import cache
from pathlib import Path
from random import Random

from definitions.test_diagnostics import CASES

ROOT = Path(__file__).resolve().parents[2]
WORDS = [
    b"&a ", b"*a", b"<<: *a", b"- - - -", b"!!python/object:os.system", b"!!binary ", b"---\n", b"...\n",
    b"%YAML 1.1\n", b"{", b"}", b"[", b"]",
    b"[[[[[[[[", b"{{{{{{{{", b": ", b"? ", b"| ", b">-\n", b"\"", b"'", b"\\u0000", b"\\ud800", b"\x00",
    b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80",
    b"\t", b"\r", b"\r\n", b"\x85", b"\xe2\x80\xa8", b"# ", b"${ ", b" }", b"${ env }", b"${ [range(1e9)] }", b"${ \"x\" * 1e9 }", b"1e400",
    b".inf", b".nan", b"0x7fffffffffffffffff", b"9" * 300, b"0o777", b"true", b"null", b"~", b"then: end",
    b"do:\n", b"- a: {set: {x: 1}}\n",
    b"P1DT99999999999H", b"$ref: '#'", b"x-y: ", b"\xf0\x9f\x92\xa5", b"schema: {document: {pattern: '(a+)+$'}}", b"a" * 1000, b"- " * 200,
]  # fmt: skip


@cache
def seeds() -> tuple[bytes, ...]:
    """Where mutations begin: the text of each diagnostic's case, and every saga of this repository."""
    found = [text.encode() for _, text, _, _ in CASES]
    found += [path.read_bytes() for path in sorted([*ROOT.glob("solutions/**/*.yaml"), *ROOT.glob("realms/**/*.yaml")])]
    return tuple(found)


def text(draw: Random) -> bytes:
    """One input."""
    if draw.random() < 0.05:
        return draw.randbytes(draw.randint(0, 300))
    made = bytearray(draw.choice(seeds()))
    for _ in range(draw.choice([1, 1, 2, 3, 8])):
        at = draw.randint(0, len(made))
        match draw.randrange(7):
            case 0:
                made[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del made[at : at + draw.choice([1, 1, 4, 40])]
            case 2 | 3:
                made[at:at] = draw.choice(WORDS)
            case 4:
                made[at:at] = made[at : at + draw.choice([3, 30, 300])] * draw.choice([1, 2, 20])
            case 5:
                other = draw.choice(seeds())
                cut = draw.randint(0, len(other))
                made[at:] = other[cut:]
            case _:
                del made[at:]
    return bytes(made[:20_000])
