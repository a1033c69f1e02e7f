"""Random jq: sentences of its grammar over every builtin that is known, with the words of an attacker among them."""

from random import Random

from symphainy.foundations.definitions.jqlang.builtins import BUILTINS, FORMATS, REFUSED

LEAVES = [
    ".", ".a", ".b[0]", ".[]", ".[0:2]", "..", "$x", "1", "0.5", "-1", "1e9", '"x"', '"ab"', "null", "true", "[]", "{}", ". as $y | $y",
    "now", "empty", "$context", '"\\(.a)"', "infinite", "nan",
]  # fmt: skip
HOSTILE = [
    "env",
    "$ENV",
    "input",
    "range(infinite)",
    "repeat(1)",
    '"x" * 1e9',
    "def f: f; f",
    "error",
    ".[1e9] = 1",
    "@base32d",
]
OPERATORS = [
    "+", "-", "*", "/", "%", "==", "<", "and", "or", "//", "|=", "+=", "*=", "//=", "=", ",", "|", "|", "|", "|", "|",
]  # fmt: skip
CALLS = sorted(BUILTINS)


def expression(draw: Random, depth: int = 4) -> str:
    """One expression, valid more often than not."""
    if depth <= 0 or draw.random() < 0.15:
        return draw.choice(HOSTILE) if draw.random() < 0.04 else draw.choice(LEAVES)

    def inner() -> str:
        return expression(draw, depth - draw.randint(1, 2))

    match draw.randrange(12):
        case 0 | 1 | 2:
            return f"{inner()} {draw.choice(OPERATORS)} {inner()}"
        case 3 | 4 | 5:
            name, arity = draw.choice(CALLS)
            return f"{name}({'; '.join(inner() for _ in range(arity))})" if arity else name
        case 6:
            return f"[{inner()}]"
        case 7:
            return f"({inner()})"
        case 8:
            return (
                f"{{a: {inner()}, b: ({inner()})}}"
                if draw.random() < 0.5
                else f'"{"z" * draw.randint(0, 9)}\\({inner()})"'
            )
        case 9:
            return (
                f"reduce {inner()} as $x ({inner()}; {inner()})"
                if draw.random() < 0.5
                else f"{inner()} as $x | {inner()}"
            )
        case 10:
            return (
                f"if {inner()} then {inner()} else {inner()} end"
                if draw.random() < 0.5
                else f"try {inner()} catch {inner()}"
            )
    return draw.choice(
        [*sorted(FORMATS), *sorted(REFUSED)[:3], f"{inner()} | {draw.choice(sorted(FORMATS))}", f"path({inner()})"]
    )
