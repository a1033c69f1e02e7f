"""``python -m corpus [KIND …]``: measure, print, write. ``--one KIND`` measures one in this very process."""

import json
import os
import resource
import subprocess
import sys

from corpus import report
from corpus.given import find
from corpus.kinds import every

_ALONE = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
"""One thread for numpy, as in each of the platform's pool processes: it is read when numpy is first imported."""


def main(words: list[str]) -> int:
    corpus, kinds = find(), every()
    if corpus is None:
        print(
            "make corpus: the corpus is not here (CORPUS_DIR, or shared/corpus beside the project): nothing was measured"
        )
        return 0
    if words[:1] == ["--one"]:
        kind = kinds[words[1]]
        files = [found.line() for found in kind.measure(corpus)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = {"target": kind.TARGET, "pass": kind.PASS, "peak_mb": round(peak), "files": files}
        sys.__stdout__.write(json.dumps(found) + "\n")
        return 0
    if unknown := set(words) - set(kinds):
        print(f"make corpus: there is no kind {', '.join(sorted(unknown))}; there are {', '.join(sorted(kinds))}")
        return 2
    results = {}
    for name in words or sorted(kinds):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "corpus", "--one", name],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            env=_ALONE,
        )
        if done.returncode:
            print(f"make corpus: {name} ended with {done.returncode}")
            return 1
        results[name] = json.loads(done.stdout.splitlines()[-1])
        print(name, json.dumps(report.summary(results[name])))
        for file in results[name]["files"]:
            if file["score"] < 1:
                print(f"   {file['score']:.3f} {file['file']} {file['note']} {json.dumps(file['metrics'])[:300]}")
    report.write(results)
    print("written: docs/corpus.md, docs/corpus.json")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
