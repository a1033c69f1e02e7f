"""The expression stage: every expression is classified, its variables are there, jq itself compiles it, secrets stay whole."""

from collections.abc import Sequence

from symphainy.foundations.definitions.classify import judge
from symphainy.foundations.definitions.diagnostics import did_you_mean
from symphainy.foundations.definitions.jqlang.walk import plain_path
from symphainy.foundations.definitions.report import Report
from symphainy.foundations.definitions.sites import Site, sites


def check(report: Report) -> tuple[str, ...]:
    """All findings about expressions; the bare texts of the heavy ones, sorted."""
    heavy: set[str] = set()
    fine: list[Site] = []
    for site in sites(report.source.value):
        if site.literal:
            report.at("EXP006", site.pointer, value=True)
            continue
        judgement = judge(site.text)
        if judgement.kind == "refused":
            report.at(judgement.code, site.pointer, _sentence(site.text, judgement.reason), value=True)
            continue
        for name in judgement.variables:
            if name not in site.variables and name != "secret":
                there = ", ".join(f"${n}" for n in sorted(site.variables)) or "none"
                message = f"${name} is not available here{did_you_mean(name, site.variables)}; there is {there}"
                report.at("EXP004", site.pointer, message, value=True)
        if {"secrets", "secret"} & set(judgement.variables):  # the reference implementation writes $secret
            _secret(report, site)
        if judgement.kind == "heavy" and site.pointer.startswith("/schedule/"):
            message = (
                f"not supported by this version: a filter that starts a run and is not linear ({judgement.reason})"
            )
            report.at("LNK004", site.pointer, message, value=True)
        elif judgement.kind == "heavy":
            heavy.add(site.text)
            report.at("EXP005", site.pointer, f"it runs as a step of its own: {judgement.reason}", value=True)
        fine.append(site)
    for site, message in refused_by_jq(fine):
        report.at("EXP001", site.pointer, _sentence(site.text, message), value=True)
    return tuple(sorted(heavy))


def _secret(report: Report, site: Site) -> None:
    """A secret is handed through whole, to a call of the specification's own, and is declared."""
    path = plain_path(site.text)
    if path is None or not site.whole or not path[1]:
        report.at("SEC001", site.pointer, value=True)
    elif not site.secret:
        message = "not supported by this version: secrets for a capability, or for a function; it reads its own"
        report.at("LNK004", site.pointer, message, value=True)
    else:
        known = (report.source.value.get("use") or {}).get("secrets") or []
        if path[1][0] not in known:
            hint = did_you_mean(str(path[1][0]), known)
            report.at("DOC004", site.pointer, f"there is no secret '{path[1][0]}' in use.secrets{hint}", value=True)


def refused_by_jq(found: Sequence[Site]) -> list[tuple[Site, str]]:
    """Those that jq itself does not compile: all in one program first (1.4 ms), one by one only if that fails."""
    if not found or _compile([site.text for site in found]) is None:
        return []
    each = [(site, _compile([site.text])) for site in found]
    return [(site, message) for site, message in each if message is not None]


def _compile(texts: Sequence[str]) -> str | None:
    import jq

    names = sorted({name for text in texts for name in judge(text).variables})
    binds = "".join(f"null as ${name} | " for name in names)
    try:
        jq.compile(binds + "[" + ", ".join(f"({text.replace(chr(13), '')}\n)" for text in texts) + "]")
    except ValueError as error:
        return str(error).split("\n")[0].removeprefix("jq: error: ")[:200]
    return None


def _sentence(text: str, reason: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat[:60]}{'…' if len(flat) > 60 else ''}': {reason}"
