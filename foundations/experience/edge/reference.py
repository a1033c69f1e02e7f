"""A reference page made from an OpenAPI document: plain HTML, no script, nothing fetched from elsewhere."""

import json
from html import escape
from typing import Any

STYLE = """
:root{color-scheme:light dark;--ink:#1b2330;--dim:#5c6675;--line:#d9dee7;--paper:#fbfcfe;--card:#fff;--mark:#3b5bdb}
@media(prefers-color-scheme:dark){:root{--ink:#e7ebf3;--dim:#9aa5b8;--line:#2c3546;--paper:#11161f;--card:#171e2a;--mark:#8ea2ff}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:3rem 1.25rem}h1{font-size:1.9rem;letter-spacing:-.02em;margin:0 0 .25rem}
h2{font-size:1.05rem;margin:2.2rem 0 .6rem;color:var(--dim);text-transform:uppercase;letter-spacing:.08em}
p{margin:.3rem 0;color:var(--dim)}a{color:var(--mark)}code,pre{font:13px/1.5 ui-monospace,monospace}
details,.card{background:var(--card);border:1px solid var(--line);border-radius:10px;margin:.5rem 0;padding:.7rem 1rem}
summary{cursor:pointer}pre{overflow:auto;background:var(--paper);border-radius:8px;padding:.8rem}
.verb{display:inline-block;min-width:4.2rem;color:var(--mark);font-weight:600}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.75rem;margin-top:1.5rem}
.card{display:block;text-decoration:none;color:inherit;margin:0}.card b{color:var(--ink)}
.form{max-width:24rem;margin:1.2rem 0}.form label{color:var(--ink)}
.form input{width:100%;margin-top:.2rem;padding:.5rem .65rem;font:inherit;color:inherit;background:var(--paper)}
.form input{border:1px solid var(--line);border-radius:8px}
.form button{margin-top:.4rem;padding:.5rem 1.1rem;font:inherit;font-weight:600;border:0;border-radius:8px;cursor:pointer}
.form button{color:var(--card);background:var(--mark)}
.form :focus-visible{outline:2px solid var(--mark);outline-offset:1px}
.ok{color:#2b8a3e}.away{color:#c92a2a}
"""


ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Crect width='16' height='16' rx='4' fill='%233550c9'/%3E%3C/svg%3E"
)


def document(title: str, body: str) -> str:
    """A whole page around ``body``, which is HTML already."""
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title)}</title>'
    head += f'<link rel="icon" href="{ICON}">'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body><main>{body}</main></body></html>'


def page(openapi: dict[str, Any]) -> str:
    """The page of one OpenAPI document."""
    info = openapi["info"]
    groups: dict[str, list[str]] = {}
    for path, verbs in openapi.get("paths", {}).items():
        for verb, operation in verbs.items():
            if isinstance(operation, dict) and verb != "parameters":
                tag = (operation.get("tags") or ["other"])[0]
                groups.setdefault(tag, []).append(_operation(path, verb, operation))
    schemas = "".join(
        f"<details><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>"
        for name, schema in sorted(openapi.get("components", {}).get("schemas", {}).items())
    )
    body = f"<h1>{escape(info['title'])}</h1><p>{escape(info.get('summary', ''))}</p>"
    body += "".join(f"<h2>{escape(tag)}</h2>{''.join(items)}" for tag, items in groups.items())
    return document(info["title"], body + (f"<h2>Models</h2>{schemas}" if schemas else ""))


def _operation(path: str, verb: str, operation: dict[str, Any]) -> str:
    about = escape(operation.get("description") or operation.get("summary", ""))
    details = {key: operation[key] for key in ("parameters", "requestBody", "responses") if key in operation}
    line = f'<span class="verb">{verb.upper()}</span><code>{escape(path)}</code>'
    return f"<details><summary>{line}</summary><p>{about}</p>{_json(details)}</details>"


def _json(value: Any) -> str:
    return f"<pre>{escape(json.dumps(value, indent=1, ensure_ascii=False))}</pre>"
