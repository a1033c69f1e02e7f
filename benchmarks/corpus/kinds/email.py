"""EML and MBOX: headers, parts, attachment names; attachments parsed in turn; malformed ones with a note."""

from corpus.given import Corpus, Given
from corpus.parsing import detected, parsed
from corpus.scored import Facts, Scored, scored, share

NAME = "email"
TARGET = "95 % of fields pass; 100 %, exact counts of a mailbox's messages, attachments extracted and parsed in turn is strong."
PASS = 0.95


def measure(corpus: Corpus) -> list[Scored]:
    return [_one(file) for file in corpus.of("email")]


def _one(file: Given) -> Scored:
    def judge(path: object) -> tuple[float, Facts]:
        facts, told = file.facts, parsed(file.path).metadata
        if "messages" in facts:
            subjects = [str(mail["subject"]) for mail in told["mails"]]
            checks = [
                detected(file.path).kind == "mbox",
                told["messages"] == facts["messages"],
                [s.strip() for s in subjects] == [s.strip() for s in facts["subjects"]],
            ]
            return share(checks), {"messages": told["messages"]}
        if file.name.endswith(".msg"):  # the manifest says of it only that messages lie in it
            attached = [a for a in told["attachments"] if a["parsed"]]
            return float(bool(told["subject"]) and bool(attached)), {"attachments": len(told["attachments"])}
        checks = [detected(file.path).kind == "email"]
        checks += [_plain(told[key]) == _plain(facts[key]) for key in ("subject", "from", "to", "date")]
        checks.append(told["parts"] == facts["parts"])
        checks.append([attached["name"] for attached in told["attachments"]] == facts["attachments"])
        metrics: Facts = {"attachments": len(told["attachments"])}
        if told["attachments"]:
            metrics["attachments parsed"] = share(attached["parsed"] for attached in told["attachments"])
            checks.append(metrics["attachments parsed"] == 1)
        return share(checks), metrics

    return scored(file.path, file.name, judge)


def _plain(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value
